import { destination, type Logger, pino } from 'pino'
import type { Settings } from './load-settings.ts'
import { SettingsError } from './settings.ts'

/** JSON lines to the file of the settings, or to stdout. */
export function createLog({ log: { level, file } }: Pick<Settings, 'log'>): Logger {
  const timestamp = () => `,"time":"${new Date().toISOString()}"`
  return pino({ level, base: null, timestamp }, open(file))
}

function open(file: string | undefined) {
  try {
    const stream = destination({ dest: file ?? 1, mkdir: true, sync: true })
    // A full disk must not end the service: lines are lost, calls are not.
    stream.on('error', () => {})
    return stream
  } catch (error) {
    throw new SettingsError([`log.file: cannot be written (${(error as NodeJS.ErrnoException).code}): let this user write there`])
  }
}
