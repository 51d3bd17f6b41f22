#!/usr/bin/env node
import '../client/small-heap.ts'
import type { Companion } from '../client/companion.ts'
import { main, wakecallWith } from '../client/main.ts'
import { ari } from './asterisk/command.ts'
import { gateway } from './kamailio/command.ts'

const ariBeside: Companion = async ({ settings, log, url }) => {
  if (!settings.ari) return undefined
  const { startAri } = await import('./asterisk/start.ts')
  return startAri({ ...settings, ari: settings.ari }, log, url)
}

const gatewayBeside: Companion = async ({ settings, log, url, registry }) => {
  if (!settings.gateway) return undefined
  const { startGateway } = await import('./kamailio/start.ts')
  return startGateway({ ...settings, gateway: settings.gateway }, log, url, registry)
}

export const wakecall = wakecallWith({ ari, gateway }, [ariBeside, gatewayBeside])

if (import.meta.main) {
  void main(wakecall, process.argv.slice(2)).then((code) => {
    process.exitCode = code
  })
}
