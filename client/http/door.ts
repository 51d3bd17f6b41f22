import { once } from 'node:events'
import { lstatSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { parseListen, socketPathOf, urlOf } from '../listen.ts'
import { SettingsError } from '../settings.ts'

/** Leaves of a socket's mode 0777 what its user and group may: to read and to write. */
const SOCKET_UMASK = 0o117

const NEXT: Record<string, string> = {
  EADDRINUSE: 'another program listens there: stop it, or choose another address',
  EADDRNOTAVAIL: 'choose an address of this machine',
  ENOTFOUND: 'choose an address of this machine',
  // libuv says so of a folder that is not there too.
  EACCES: 'let this user write there, and make the folder of a socket; ports below 1024 are for root',
}

/**
 * Has a server listen where the settings say, which gives its URL, or `unix:` and the path of its socket. The socket that a
 * killed PNS left is replaced. Throws `SettingsError`.
 */
export async function listenAt(server: Server, listen: string): Promise<string> {
  const socketPath = socketPathOf(listen)
  try {
    if (socketPath === undefined) return await listenOnPort(server, listen)
    await listenOnSocket(server, socketPath)
    return listen
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    const next = NEXT[code] ?? 'choose another address'
    throw new SettingsError([`listen: cannot listen there (${code}): ${next}`])
  }
}

/** Throws `SettingsError` unless `listenAt` would work, and leaves nothing behind. */
export async function assertVacant(listen: string): Promise<void> {
  const server = createServer()
  await listenAt(server, listen)
  server.close()
  await once(server, 'close')
}

async function listenOnPort(server: Server, listen: string): Promise<string> {
  const { host = '', port = 0 } = parseListen(listen) ?? {}
  server.listen(port, host)
  await once(server, 'listening')
  return urlOf({ host, port: (server.address() as AddressInfo).port })
}

async function listenOnSocket(server: Server, path: string): Promise<void> {
  await removeStale(path)
  // Set for this one call, which makes the file: afterwards would leave a moment for everybody.
  const mask = process.umask(SOCKET_UMASK)
  try {
    server.listen(path)
  } finally {
    process.umask(mask)
  }
  await once(server, 'listening')
}

/** Nobody answers on the socket of a process that is gone; what is no socket is left alone. */
async function removeStale(path: string): Promise<void> {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSocket()) return
  const socket = connect(path)
  try {
    await once(socket, 'connect')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error
    rmSync(path)
  } finally {
    socket.destroy()
  }
}
