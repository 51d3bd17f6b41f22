import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { getCACertificates } from 'node:tls'

/** The certificates that are trusted where there is a `network.caFile` (PEM): the usual ones beside its own. */
export const trustedWith = (caFile: string): string[] => [...getCACertificates('default'), readFileSync(caFile, 'utf8')]

/** What is wrong with a file of certificates and what to do about it, if anything is. */
export function certificateFault(path: string): string | undefined {
  try {
    return void new X509Certificate(readFileSync(path))
  } catch (error) {
    const { code = '', syscall } = error as NodeJS.ErrnoException
    return syscall
      ? `cannot be read (${code}): let this user read it, or delete this line`
      : 'holds no certificate in PEM: it must begin with -----BEGIN CERTIFICATE-----'
  }
}
