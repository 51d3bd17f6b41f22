import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** A module of this folder in a process of its own, its standard output thrown away; `first` is its first message. */
export async function start<T>(module: string, args: string[] = []): Promise<{ first: T; child: ChildProcess }> {
  const child = fork(new URL(module, import.meta.url), args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`${module} ended with ${code} before it said anything`)
  })
  const [first] = await Promise.race([once(child, 'message'), failed])
  failed.catch(() => {})
  return { first: first as T, child }
}
