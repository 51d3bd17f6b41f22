import { type ChildProcess, spawn } from 'node:child_process'
import { openSync, readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Rejects after two minutes, with `what`. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + 120_000
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`${what}: not within two minutes`)
    await sleep(20)
  }
}

/** The processes that a process started. */
export async function childrenOf(parent: number): Promise<number[]> {
  const processes = (await readdir('/proc')).map(Number).filter((pid) => pid > 0)
  const states = await Promise.all(processes.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')))
  return processes.filter((_, i) => Number(/\) \S (\d+)/.exec(states[i] ?? '')?.[1]) === parent)
}

/** Starts programs, each printing to a file in `dir`. */
export function programsIn(dir: string) {
  const file = (name: string) => join(dir, `${name}.log`)
  const outputOf = (name: string) => readFileSync(file(name), 'utf8')

  function run(name: string, command: string, args: readonly string[]): ChildProcess {
    const output = openSync(file(name), 'w')
    return spawn(command, args, { stdio: ['ignore', output, output] })
  }

  /** Its process id, as soon as it has printed what says that it is ready. */
  async function started(name: string, command: string, args: readonly string[], says: string): Promise<number> {
    const { pid = 0 } = run(name, command, args)
    await until(() => outputOf(name).includes(says), `${name} says ${says}`)
    return pid
  }

  return { outputOf, run, started }
}
