import { execFile } from 'node:child_process'
import { isSea } from 'node:sea'
import { PnsProblem } from '../problem.ts'

const ANSWERS_WITHIN_MS = 60_000

export type Examine = () => Promise<object>

/** `wakecall doctor` of the same program and settings file; who asks while it runs gets what that finds. */
export function createExamine(config: string): Examine {
  const script = isSea() ? [] : [process.argv[1] ?? '']
  const args = [...script, 'doctor', '--json', '--config', config]
  let running: Promise<object> | undefined

  const run = () =>
    new Promise<object>((resolve, reject) => {
      // It ends with 1 or 2 if it finds something: what counts is what it says.
      execFile(process.execPath, args, { timeout: ANSWERS_WITHIN_MS }, (error, stdout) => {
        try {
          resolve(JSON.parse(stdout))
        } catch {
          reject(new PnsProblem('internal', 'The doctor did not answer: run wakecall doctor.', {}, error))
        }
      })
    }).finally(() => {
      running = undefined
    })

  return () => {
    running ??= run()
    return running
  }
}
