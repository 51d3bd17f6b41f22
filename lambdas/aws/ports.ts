import type { Apps } from '../../core/apps.ts'
import { systemClock } from '../../core/clock.ts'
import type { Report } from '../../core/ports.ts'
import type { PushPorts } from '../../core/push.ts'
import { createRate } from '../../core/rate.ts'
import type { RegisterPorts } from '../../core/register.ts'
import { createClaims } from './claims.ts'
import { createDeviceStore } from './devices.ts'
import { createEndpointLinks } from './links.ts'
import { createRateStore } from './pbxs.ts'
import { endpoints, pusher } from './push.ts'

export type Settings = { TABLE_NAME: string; APPS: Apps }

/** Core's ports on AWS for whatever registers devices. */
export const registerPorts = ({ TABLE_NAME, APPS }: Settings): RegisterPorts => ({
  apps: APPS,
  clock: systemClock,
  devices: createDeviceStore(TABLE_NAME),
  links: createEndpointLinks(TABLE_NAME),
  endpoints,
})

/** Core's ports on AWS for whatever pushes. */
export const pushPorts = (settings: Settings, report: Report): PushPorts => ({
  ...registerPorts(settings),
  claims: createClaims(settings.TABLE_NAME),
  rate: createRate(createRateStore(settings.TABLE_NAME), systemClock),
  pusher,
  random: Math.random,
  report,
})
