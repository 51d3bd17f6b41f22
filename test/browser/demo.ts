import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const START = join(import.meta.dirname, '../../local/start.ts')

/** `npm start`, at free ports: gives the address of its PNS when two phones have woken. */
export async function startDemo() {
  const child: ChildProcess = spawn(process.execPath, [START, '--port', '0', '--pns-port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (chunk) => {
      said += chunk
      if (said.includes('Ctrl-C')) resolve(/PNS on (http:\S+?)[,;]/.exec(said)?.[1] ?? '')
    })
    child.once('exit', () => reject(new Error(`npm start ended: ${said}`)))
  })
  return {
    url,
    ask: async (path: string) => (await fetch(`${url}${path}`)).json(),
    async close(): Promise<void> {
      child.kill('SIGINT')
      await once(child, 'exit')
    },
  }
}
