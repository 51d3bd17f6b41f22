/** Loaded before the PNS: its wall clock is wrong by as many ms as a file says, which may change at any time. */
import { readFileSync } from 'node:fs'

const LOOK_MS = 20
const RealDate = Date
const file = process.env.WAKECALL_FAULTS_CLOCK ?? ''

function read(): number {
  const text = readFileSync(file, 'utf8')
  // The writer may have emptied it a moment ago.
  return text === '' ? offset : Number(text)
}

let offset = 0
offset = read()
setInterval(() => {
  offset = read()
}, LOOK_MS).unref()

const now = () => RealDate.now() + offset
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, self) => Reflect.construct(target, args.length > 0 ? args : [now()], self),
  get: (target, name, self) => (name === 'now' ? now : Reflect.get(target, name, self)),
})
