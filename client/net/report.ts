import type { Socket } from 'node:net'
import type { Names } from './names.ts'

/**
 * Tells `names` of the addresses that a new connection tries. The function says whether it led to `host`: nobody knows before
 * the host itself has spoken, because a DNS that lies leads to something that takes connections too.
 */
export function reportTo(names: Names, host: string, socket: Socket): (passed: boolean) => void {
  let address: string | undefined
  let judged = false
  const report = (passed: boolean) => {
    judged = true
    if (address !== undefined) names[passed ? 'passed' : 'failed'](host, address)
  }
  const failed = (tried: string) => names.failed(host, tried)
  // Numeric hosts are not looked up, and are no names.
  socket.once('lookup', () => {
    socket.on('connectionAttempt', (tried) => {
      address = tried
    })
    socket.on('connectionAttemptFailed', failed)
    socket.on('connectionAttemptTimeout', failed)
    const ended = () => {
      if (!judged) report(false)
    }
    socket.once('error', ended).once('close', ended)
  })
  return report
}
