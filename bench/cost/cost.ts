/** `npm run cost`: dollars per million two-device calls, delivery status and wakes included. Exits 1 over the limit. */
import { PRICES } from '../../lib/monitoring/prices.ts'
import { AWS_MS, type Measured, measureCalls, type Usage } from './measure.ts'

const LIMIT = 6
const MILLION = 1_000_000
/** Of the functions `calls` and `history` (lib/functions.ts). */
const GIB = { ring: 0.5, wakes: 0.5 }
/** A PNS gathers wakes for 10 s (client/wakes.ts): at a call a second, of two phones each, twenty go in one request. */
const WAKES_A_REQUEST = 20
const REQUESTS_A_CALL = 2 / WAKES_A_REQUEST

type Item = { what: string; quantity: number; unit: string; price: number }

const functionItems = (name: string, { ms, reads, writes, logBytes }: Usage, gib: number, times: number): Item[] => [
  { what: `${name}: API Gateway`, quantity: times, unit: 'request', price: PRICES.apiRequest },
  { what: `${name}: Lambda`, quantity: times, unit: 'request', price: PRICES.lambdaRequest },
  { what: `${name}: Lambda`, quantity: (times * ms * gib) / 1000, unit: 'GiB-second', price: PRICES.lambdaGiBSecond },
  { what: `${name}: DynamoDB`, quantity: times * reads, unit: 'read', price: PRICES.tableRead },
  { what: `${name}: DynamoDB`, quantity: times * writes, unit: 'write', price: PRICES.tableWrite },
  { what: `${name}: log`, quantity: times * logBytes, unit: 'byte', price: PRICES.logByte },
]

const itemsOf = ({ ring, wakes, accessLogBytes, deliveryBytes }: Measured): Item[] => [
  ...functionItems('ring', ring, GIB.ring, 1),
  ...functionItems('wakes', wakes, GIB.wakes, REQUESTS_A_CALL),
  { what: 'SNS, publish and delivery', quantity: ring.pushes, unit: 'push', price: PRICES.push },
  { what: 'access log', quantity: (1 + REQUESTS_A_CALL) * accessLogBytes, unit: 'byte', price: PRICES.logByte },
  { what: 'delivery status', quantity: deliveryBytes, unit: 'byte', price: PRICES.logByte },
  { what: 'delivery status, masked', quantity: deliveryBytes, unit: 'byte', price: PRICES.maskedByte },
]

const items = itemsOf(await measureCalls(WAKES_A_REQUEST))
const total = items.reduce((sum, { quantity, price }) => sum + quantity * price * MILLION, 0)

const line = (what: string, quantity: string, dollars: number) =>
  `${what.padEnd(28)}${quantity.padEnd(24)}${dollars.toFixed(2).padStart(8)}\n`
process.stdout.write(line('a call of two devices', 'takes', Number.NaN).replace('NaN', '$/million'))
for (const { what, quantity, unit, price } of items) {
  process.stdout.write(line(what, `${Number(quantity.toPrecision(3))} ${unit}`, quantity * price * MILLION))
}
process.stdout.write(line('together', `at most ${LIMIT}`, total))
process.stdout.write(
  `\nTimes of AWS are taken as DynamoDB ${AWS_MS.dynamodb} ms, SNS ${AWS_MS.sns} ms a request; docs/cost.md says what is left out.\n`,
)
process.exitCode = total <= LIMIT ? 0 : 1
