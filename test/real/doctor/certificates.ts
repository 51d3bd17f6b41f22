import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const openssl = (cwd: string, ...args: string[]): void => void execFileSync('openssl', args, { cwd, stdio: 'pipe' })

const CONFIG = `[ca]
default_ca = us
[us]
database = index.txt
rand_serial = yes
new_certs_dir = .
default_md = sha256
unique_subject = no
policy = any
copy_extensions = copy
[any]
commonName = supplied
`

/** An authority of our own in `dir`, made by openssl, and the certificates that it signs. */
export function authority(dir: string, organisation: string) {
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, 'index.txt'), '')
  writeFileSync(join(dir, 'openssl.cnf'), CONFIG)
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl(
    dir,
    'req',
    '-x509',
    ...key,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '3650',
    '-subj',
    `/O=${organisation}/CN=root`,
  )

  /** `from` and `to` as `YYYYMMDDHHMMSSZ`. */
  function sign(name: string, from = '20260101000000Z', to = '20991231000000Z') {
    const alternative = `subjectAltName=DNS:${name}`
    openssl(dir, 'req', ...key, '-keyout', 'leaf.key', '-out', 'leaf.csr', '-subj', `/CN=${name}`, '-addext', alternative)
    const span = ['-startdate', from, '-enddate', to]
    openssl(
      dir,
      'ca',
      '-batch',
      '-notext',
      '-config',
      'openssl.cnf',
      '-cert',
      'ca.pem',
      '-keyfile',
      'ca.key',
      ...span,
      '-in',
      'leaf.csr',
      '-out',
      'leaf.pem',
    )
    return { key: readFileSync(join(dir, 'leaf.key')), cert: readFileSync(join(dir, 'leaf.pem')) }
  }
  return { file: join(dir, 'ca.pem'), sign }
}
