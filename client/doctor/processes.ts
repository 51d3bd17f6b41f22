import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'

export type Process = { pid: number; program: string; user: string }

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** A user's name by its number, or the number. */
function userOf(uid: string): string {
  const line = read('/etc/passwd')
    .split('\n')
    .find((entry) => entry.split(':')[2] === uid)
  return line?.split(':')[0] ?? uid
}

/** The first word of its command line: what follows may hold secrets, and Node names its main thread something else. */
const programOf = (pid: number): string => basename(read(`/proc/${pid}/cmdline`).split('\0', 1)[0] ?? '')

/** Whose a process is; `undefined` if there is none. */
export function processOf(pid: number): Process | undefined {
  const status = read(`/proc/${pid}/status`)
  const [, uid] = /^Uid:\s+(\d+)/m.exec(status) ?? []
  return uid === undefined ? undefined : { pid, program: programOf(pid), user: userOf(uid) }
}

const rowsOf = (table: string): string[][] =>
  read(`/proc/net/${table}`)
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
const portOf = (address = ''): number => Number.parseInt(address.split(':')[1] ?? '', 16)

const LISTEN = '0A'

/** Ports on which this machine takes TCP connections, or UDP packets, with the inodes of their sockets (proc_pid_net(5)). */
export function openPorts(protocol: 'tcp' | 'udp'): { port: number; inode: string }[] {
  return [...rowsOf(protocol), ...rowsOf(`${protocol}6`)]
    .filter(([, , , state]) => protocol === 'udp' || state === LISTEN)
    .map(([, local, , , , , , , , inode = '']) => ({ port: portOf(local), inode }))
}

/** The inode of the socket that listens at a path. */
const unixInode = (path: string): string | undefined => rowsOf('unix').find((row) => row[7] === path)?.[6]

function holds(pid: string, inode: string): boolean {
  try {
    const links = readdirSync(`/proc/${pid}/fd`).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`))
    return links.includes(`socket:[${inode}]`)
  } catch {
    return false
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

/** Who listens on a TCP port or a Unix socket; `unseen` if that is another user's, `undefined` if nobody does. */
export function listenerOf(where: { port: number } | { socketPath: string }): Process | 'unseen' | undefined {
  const inode = 'port' in where ? openPorts('tcp').find(({ port }) => port === where.port)?.inode : unixInode(where.socketPath)
  if (inode === undefined) return undefined
  const pid = readdirSync('/proc').find((name) => /^\d+$/.test(name) && holds(name, inode))
  return (pid === undefined ? undefined : processOf(Number(pid))) ?? 'unseen'
}
