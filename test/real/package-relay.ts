/** The stub relay as a program, on port 7461; away while the file that is its argument exists. Prints what reaches it. */
import { existsSync } from 'node:fs'
import { startStubRelay } from '../client/stub-relay.ts'

const [away = ''] = process.argv.slice(2)
const relay = await startStubRelay(7461)
relay.fate = (received) => {
  if (existsSync(away)) return 'close'
  process.stdout.write(`${received.method} ${received.path}\n`)
  return relay.well(received)
}
process.stdout.write('listening\n')
