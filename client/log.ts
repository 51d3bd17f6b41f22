import { type DestinationStream, destination, type Logger, pino } from 'pino'
import type { Settings } from './load-settings.ts'
import { SettingsError } from './settings.ts'

/** Lines that wait for a full disk to have room again, in bytes; the ones after them are lost. */
const WAITING_BYTES = 1024 * 1024

/** Where the log goes: the file of the settings, or stdout. `reopen` makes the file anew where logrotate has moved it away. */
export type LogOutput = DestinationStream & { reopen: () => void }

/** JSON lines to `output`. */
export function createLog(settings: Pick<Settings, 'log'>, output: DestinationStream = openLogOutput(settings)): Logger {
  const timestamp = () => `,"time":"${new Date().toISOString()}"`
  return pino({ level: settings.log.level, base: null, timestamp }, output)
}

/** Throws `SettingsError` if the file cannot be written. */
export function openLogOutput({ log: { file } }: Pick<Settings, 'log'>): LogOutput {
  try {
    const stream = destination({ dest: file ?? 1, mkdir: true, sync: true, maxLength: WAITING_BYTES })
    // A full disk must not end the service: lines are lost, calls are not.
    stream.on('error', () => {})
    return { write: (line) => void stream.write(line), reopen: () => reopen(stream, file) }
  } catch (error) {
    throw new SettingsError([`log.file: cannot be written (${(error as NodeJS.ErrnoException).code}): let this user write there`])
  }
}

function reopen(stream: ReturnType<typeof destination>, file: string | undefined): void {
  if (file === undefined) return
  try {
    stream.reopen()
  } catch {
    // It goes on in the file that was moved away, until the next time.
  }
}
