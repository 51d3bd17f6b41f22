import { pino } from 'pino'
import { createDevices } from '../../pbx/asterisk/devices/devices.ts'
import type { StoredContact } from '../../pbx/asterisk/devices/stored-contact.ts'
import type { DevicesDeps } from '../../pbx/registered-devices.ts'
import { runBoth } from '../client/harness.ts'
import { ALERT, FCM, VOIP } from '../client/keys.ts'

export const APPS = { 'TEAM.com.example.phone': 'phone', 'a-project': 'other' }
export const OLD = 'ab'.repeat(32)

export const iphone = (token = VOIP) =>
  `;pn-provider=apns;pn-param=TEAM.com.example.phone.voip&remote;pn-prid=${token}:voip&${ALERT}:remote`
export const android = (project = 'a-project') => `;pn-provider=fcm;pn-param=${project};pn-prid=${FCM}`
export const at = (port: number, params = iphone()) => `sip:1001@192.0.2.1:${port};transport=udp${params}`

export const SECONDS = 1_000
export const EXPIRY_MS = 300 * SECONDS

/** An Asterisk whose phones register and go, and what is made of it. */
export function openAsterisk(pns: DevicesDeps['pns'], pass: () => Promise<void> = async () => {}) {
  const contacts = new Map<string, { endsAt: number } & Omit<StoredContact, 'leftMs'>>()
  const lines: string[] = []
  let now = 0
  const devices = createDevices({
    pns,
    stored: async (aor, uri) => {
      await pass()
      const found = contacts.get(`${aor} ${uri}`)
      return found && { ...found, leftMs: found.endsAt - now }
    },
    apps: APPS,
    now: () => now,
    log: pino({}, { write: (line: string) => void lines.push(line) }),
  })
  const tell = (uri: string, status: string, extension: string) => devices.onContact({ extension, uri, status })
  const drop = (uri: string, extension: string) => {
    contacts.delete(`${extension} ${uri}`)
    tell(uri, 'Removed', extension)
  }
  return {
    contacts,
    lines,
    settled: devices.settled,
    tell: (uri: string, status: string) => tell(uri, status, '1001'),
    pass: (ms: number) => {
      now += ms
    },
    register(uri: string, { extension = '1001', callId = uri, fallsWithConnection = false } = {}): void {
      contacts.set(`${extension} ${uri}`, { endsAt: now + EXPIRY_MS, callId, fallsWithConnection })
      tell(uri, 'NonQualified', extension)
    },
    drop: (uri: string, extension = '1001') => drop(uri, extension),
    expire(uri: string): void {
      now += EXPIRY_MS + 1
      drop(uri, '1001')
    },
  }
}

/** A real PNS, with what is asked of it. */
export async function openPnsPort() {
  const { pns } = await runBoth()
  const asked: string[] = []
  const ask = async (path: string, params: object) => {
    asked.push(path)
    const { status, json } = await pns.post(path, params)
    if (status !== 200) throw Object.assign(new Error(json().detail), { code: json().code })
    return json()
  }
  return {
    pns,
    asked,
    port: {
      register: async (device: object): Promise<string> => (await ask('/register', device)).deviceId,
      remove: (device: object): Promise<void> => ask('/delete', device),
    },
    async devices(extension: string) {
      const { devices } = (await pns.ask(`/devices?extension=${extension}`)).json()
      return devices as { deviceId: string; token: string; app: string }[]
    },
  }
}

/** Beside a real PNS. */
export async function openWorld() {
  const { devices, ...world } = await openPnsPort()
  const asterisk = openAsterisk(world.port)
  return {
    ...asterisk,
    ...world,
    /** Once all is told. */
    async devices(extension = '1001') {
      await asterisk.settled()
      return devices(extension)
    },
  }
}
