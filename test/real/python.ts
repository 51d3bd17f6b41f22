import { join } from 'node:path'
import { run } from './shell.ts'

const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt')

/** Installs the tools of requirements.txt into a virtual environment in `dir`; gives the folder of their commands. */
export async function installPython(dir: string): Promise<string> {
  const install = `venv/bin/pip install --quiet --disable-pip-version-check --requirement ${REQUIREMENTS}`
  await run(`python3 -m venv venv && ${install}`, { cwd: dir })
  return join(dir, 'venv/bin')
}
