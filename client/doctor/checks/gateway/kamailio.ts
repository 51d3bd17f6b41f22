import { execFile } from 'node:child_process'

/** The first version that the files are for. */
const SINCE = [5, 6] as const
const WITHIN_MS = 5_000

/** What the command printed, and whether it ended well; `undefined` if it is not on this machine. */
const kamailio = (...args: string[]): Promise<{ good: boolean; output: string } | undefined> =>
  new Promise((resolve) => {
    const env = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/sbin` }
    execFile('kamailio', args, { env, timeout: WITHIN_MS }, (error, stdout, stderr) => {
      resolve(error?.code === 'ENOENT' ? undefined : { good: error === null, output: `${stdout}\n${stderr}` })
    })
  })

/** The version in what `kamailio -v` prints, and whether the files are for it. */
export function versionIn(output: string): { version: string; fits: boolean } | undefined {
  const [version, major = '', minor = ''] = /(\d+)\.(\d+)\.\d+/.exec(output) ?? []
  if (version === undefined) return undefined
  return { version, fits: Number(major) > SINCE[0] || (Number(major) === SINCE[0] && Number(minor) >= SINCE[1]) }
}

/** What `kamailio -c` has against a configuration, with file and line; a line of its log has more in front. */
export function complaintsIn(output: string): string[] {
  const lines = output.split('\n').flatMap((line) => {
    const [, said] = /(?:ERROR|CRITICAL): .*?\w+\(\): (.*\S)\s*$/.exec(line) ?? []
    return said === undefined ? [] : [said.replace(/^parse error in config file /, '').replace(/, column [\d-]+/, '')]
  })
  return [...new Set(lines)].filter((line) => !line.endsWith(':'))
}

/** The version of this machine's Kamailio; `undefined` if there is none. */
export async function kamailioVersion() {
  const said = await kamailio('-v')
  return said && versionIn(said.output)
}

/** What it has against the file, nothing if it loads. */
export async function complaintsOf(file: string): Promise<string[]> {
  const said = await kamailio('-c', '-f', file)
  if (!said || said.good) return []
  const complaints = complaintsIn(said.output)
  return complaints.length > 0 ? complaints : [`\`kamailio -c -f ${file}\` ends with an error`]
}
