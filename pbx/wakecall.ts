#!/usr/bin/env node
import '../client/small-heap.ts'
import type { Companion } from '../client/companion.ts'
import { main, wakecallWith } from '../client/main.ts'
import { ari } from './asterisk/command.ts'

const ariBeside: Companion = async (settings, log, pns) => {
  if (!settings.ari) return undefined
  const { startAri } = await import('./asterisk/start.ts')
  return startAri({ ...settings, ari: settings.ari }, log, pns)
}

export const wakecall = wakecallWith({ ari }, [ariBeside])

if (import.meta.main) {
  void main(wakecall, process.argv.slice(2)).then((code) => {
    process.exitCode = code
  })
}
