import { execFile } from 'node:child_process'

const NFT_MS = 5_000

/** Gives a batch to nft; rejects with what nft said. */
export type RunNft = (batch: string) => Promise<void>

export const runNft: RunNft = (batch) =>
  new Promise((resolve, reject) => {
    const nft = execFile('nft', ['-f', '-'], { timeout: NFT_MS }, (error) => (error ? reject(error) : resolve()))
    // The callback says why.
    nft.stdin?.on('error', () => {}).end(batch)
  })

/** What to do when `RunNft` has rejected with `error`. */
export function nextStep(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return 'install nftables'
  if (/not permitted/.test(message)) return 'give wakecall CAP_NET_ADMIN (docs/sip-gateway.md)'
  return 'is there another table inet wakecall? It is tried again'
}
