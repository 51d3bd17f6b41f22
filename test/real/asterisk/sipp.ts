import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Namespace, Started } from '../namespace.ts'
import { type Behaviour, CALLS, phoneScenario, REGISTER } from './scenarios.ts'

/** A phone that does one thing with every INVITE, and keeps every message. */
export type ScriptedPhone = Started & {
  port: number
  address: string
  /** What it got, message by message, as on the wire. */
  received: (method: string) => string[]
}

/** The exit code: 0 if all went as the scenario has it. */
async function outcome({ child }: Started): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode
  const [code] = await once(child, 'close')
  return code as number | null
}

/** Where the messages of sipp's trace begin. */
const MESSAGE = /^-{20,}.*$/m

const receivedIn = (trace: string): string[] =>
  trace.split(MESSAGE).flatMap((part) => /^UDP message received [^\n]*\n\s*(.+)/ms.exec(part.trim())?.[1] ?? [])

/** sipp: each at a port of its own, toward Asterisk. */
export function sippIn(namespace: Namespace, dir: string, freePort: () => number) {
  const file = (name: string, text: string) => {
    writeFileSync(join(dir, name), text)
    return join(dir, name)
  }
  const command = (port: number, ...args: string[]) => [
    ...['sipp', '-i', '127.0.0.1', '-p', String(port), '-mp', String(port + 2), '-nostdin', ...args, '127.0.0.1:5060'],
  ]
  const register = file('register.xml', REGISTER)
  const calls = file('calls.xml', CALLS)

  return {
    phone(behaviour: Behaviour): ScriptedPhone {
      const port = freePort()
      const messages = join(dir, `messages-${port}`)
      const played = file(`phone-${port}.xml`, phoneScenario(behaviour))
      const started = namespace.start(command(port, '-sf', played, '-trace_msg', '-message_file', messages))
      return {
        ...started,
        port,
        address: `127.0.0.1:${port}`,
        received: (method) =>
          receivedIn(existsSync(messages) ? readFileSync(messages, 'utf8') : '').filter((message) =>
            message.startsWith(`${method} `),
          ),
      }
    },
    /** `contact`: address and parameters of the URI. Nothing is registered any more after `expires` of 0. */
    register: (extension: string, contact: string, expires = 300) =>
      namespace.run(
        command(
          freePort(),
          '-sf',
          register,
          '-m',
          '1',
          '-key',
          'user',
          extension,
          '-key',
          'contact',
          contact,
          '-key',
          'expires',
          String(expires),
        ),
      ),
    /** Calls all of them at once, and talks for a second; gives 0 if every one answered. */
    call: (extensions: readonly string[], user = 'caller') => {
      const port = freePort()
      const fields = file(`calls-${port}.csv`, `SEQUENTIAL\n${extensions.join('\n')}\n`)
      const many = String(extensions.length)
      return outcome(
        namespace.start(command(port, '-sf', calls, '-inf', fields, '-key', 'user', user, '-m', many, '-l', many, '-r', many)),
      )
    },
  }
}
