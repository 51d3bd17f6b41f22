import { type KamailioOptions, kamailioCommand, LISTENS } from './conf.ts'
import { type Program, startProgram } from './program.ts'

/** Kamailio as it is shipped, with its files in `dir`: gives what starts it. */
export async function kamailioIn(dir: string, options: KamailioOptions) {
  const command = await kamailioCommand(dir, options)
  return (): Promise<Program> => startProgram(command, LISTENS)
}
