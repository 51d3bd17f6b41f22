import { readdirSync, readFileSync } from 'node:fs'
import { gzip, type PackedFile } from './archive.ts'
import { inRoot } from './root.ts'

/** What every package is made of: the executable (a path), and texts. `epoch`: when, in seconds. */
export type Parts = { executable: string; version: string; epoch: number; manual: string; copyright: string }

const ownFile = (name: string): string => readFileSync(inRoot(`packaging/files/${name}`), 'utf8')
const SAMPLE = { copyOf: inRoot('client/wakecall.sample.toml') }

export const MAINTAINER = 'The Wakecall maintainers <maintainers@wakecall.example>'

const DOCUMENTS = ['asterisk.md', 'doctor.md', 'pbx.md', 'pns.md', 'recipes/kamailio/wakecall.cfg', 'sip-gateway.md']
const ASTERISK = ['ari.conf', 'extensions.conf', 'http.conf', 'pjsip.conf', 'wakecall.py', 'without-stasis.conf']
const KAMAILIO = readdirSync(inRoot('pbx/kamailio/conf'))

/** What whoever runs the PBX reads, and what Asterisk and Kamailio get. */
const documents = (): PackedFile[] =>
  [
    ...DOCUMENTS.map((name) => ({ path: name, from: `docs/${name}` })),
    ...ASTERISK.map((name) => ({ path: `asterisk/${name}`, from: `pbx/asterisk/conf/${name}` })),
    ...KAMAILIO.map((name) => ({ path: `kamailio/${name}`, from: `pbx/kamailio/conf/${name}` })),
  ].map(({ path, from }) => ({ path, content: readFileSync(inRoot(from), 'utf8') }))

/** A change log in Debian's form, as lines that say where the real one is. */
function debianChangelog({ version, epoch }: Parts): string {
  const date = new Date(epoch * 1000).toUTCString().replace('GMT', '+0000')
  return `wakecall (${version}) unstable; urgency=medium\n\n  * Release ${version}.\n\n -- ${MAINTAINER}  ${date}\n`
}

/** The files of the .deb. */
export const debFiles = (parts: Parts): PackedFile[] => [
  { path: 'usr/bin/wakecall', mode: 0o755, copyOf: parts.executable },
  { path: 'usr/lib/systemd/system/wakecall.service', content: ownFile('wakecall.service') },
  { path: 'etc/logrotate.d/wakecall', content: ownFile('wakecall.logrotate') },
  { path: 'usr/share/man/man8/wakecall.8.gz', content: gzip(parts.manual) },
  { path: 'usr/share/doc/wakecall/copyright', content: parts.copyright },
  { path: 'usr/share/doc/wakecall/changelog.gz', content: gzip(debianChangelog(parts)) },
  { path: 'usr/share/doc/wakecall/examples/wakecall.sample.toml', ...SAMPLE },
  ...documents().map(({ path, ...text }) => ({ path: `usr/share/doc/wakecall/${path}`, ...text })),
  { path: 'usr/share/lintian/overrides/wakecall', content: ownFile('lintian-overrides') },
]

/** The files of the tarball, where what is not of a distribution goes to /usr/local. */
export const tarballFiles = (parts: Parts): PackedFile[] => [
  { path: 'wakecall', mode: 0o755, copyOf: parts.executable },
  { path: 'wakecall.service', content: ownFile('wakecall.service').replaceAll('/usr/bin/wakecall', '/usr/local/bin/wakecall') },
  { path: 'wakecall.logrotate', content: ownFile('wakecall.logrotate') },
  { path: 'wakecall.sample.toml', ...SAMPLE },
  { path: 'wakecall.8', content: parts.manual },
  ...documents(),
  { path: 'INSTALL', content: ownFile('INSTALL') },
  { path: 'copyright', content: parts.copyright },
]

/** The maintainer scripts of the .deb. */
export const maintainerScripts = (): PackedFile[] =>
  ['postinst', 'prerm', 'postrm'].map((path) => ({ path, mode: 0o755, content: ownFile(path) }))
