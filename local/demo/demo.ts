import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { keyIdOf, publicKeyText } from '../../wire/signature.ts'
import type { TraceAnswer } from '../../wire/trace.ts'
import { LOCAL_APP, startCloud } from '../cloud.ts'
import { tokenOf } from '../tokens.ts'
import { type PnsProcess, startPns } from './pns.ts'
import { missingSteps } from './timeline.ts'

const EXTENSION = '1001'

const PBX = 'local'
const POLL_MS = 50
const CONFIRM_MS = 10_000
const TRACE_MS = 20_000

const token = (kind: 'voip' | 'alert' | 'fcm', phone: string) => tokenOf({ kind, phone, fate: 'accept' })

const PHONES = [
  { deviceId: 'iphone', platform: 'ios', token: token('voip', 'iphone'), alertToken: token('alert', 'iphone') },
  { deviceId: 'android', platform: 'android', token: token('fcm', 'android') },
]

export const PHONE_IDS = PHONES.map(({ deviceId }) => deviceId)

export type DemoOptions = { relayPort: number; pnsPort: number; dir: string; persistent: boolean }
export type Demo = {
  relayUrl: string
  pnsUrl: string
  ring: (callId: string) => Promise<TraceAnswer>
  close: () => Promise<void>
}

/** The whole of Wakecall on one machine: the local cloud, a PNS in front of it, and two phones on extension 1001. */
export async function startDemo({ relayPort, pnsPort, dir, persistent }: DemoOptions): Promise<Demo> {
  let pns: PnsProcess | undefined
  const keyFile = join(dir, 'key.pem')
  const publicKey = keyIn(dir, keyFile)
  const cloud = await startCloud({
    port: relayPort,
    dataDir: persistent ? join(dir, 'dynamodb') : undefined,
    pbxs: [
      {
        id: PBX,
        name: 'Local',
        keys: { [keyIdOf(publicKey)]: { publicKey, addedAt: 0 } },
        quotas: { devices: 1000, pushesPerMinute: 6000 },
      },
    ],
    // A phone that woke registers by SIP: this is what a PBX tells the PNS then.
    onWake: ({ phone: deviceId, callId, extension }) => {
      pns?.post('/woke', { deviceId, callId, extension }).catch(() => {})
    },
  })
  try {
    const running = await startPns({
      relayUrl: cloud.relayUrl,
      port: pnsPort,
      dir,
      pbx: PBX,
      keyFile,
      app: LOCAL_APP,
    })
    pns = running
    await Promise.all(PHONES.map((phone) => running.post('/register', { extension: EXTENSION, ...phone })))
    await confirmed(running)
    return {
      relayUrl: cloud.relayUrl,
      pnsUrl: running.url,
      ring: (callId) => ring(running, callId),
      close: async () => {
        await running.close()
        await cloud.close()
      },
    }
  } catch (error) {
    await pns?.close()
    await cloud.close()
    throw error
  }
}

/** The PBX's key: made once, kept beside what was registered with it. Gives the public half. */
function keyIn(dir: string, file: string): string {
  mkdirSync(dir, { recursive: true })
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync('ed25519')
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  }
  return publicKeyText(createPrivateKey(readFileSync(file)))
}

async function until<T>(ms: number, ask: () => Promise<T>, good: (answer: T) => boolean): Promise<T> {
  const deadline = Date.now() + ms
  for (;;) {
    const answer = await ask()
    if (good(answer) || Date.now() > deadline) return answer
    await sleep(POLL_MS)
  }
}

async function confirmed(pns: PnsProcess): Promise<void> {
  type Devices = { devices: { deviceId: string; confirmed: boolean }[] }
  const all = ({ devices }: Devices) =>
    PHONE_IDS.every((phone) => devices.some(({ deviceId, confirmed }) => deviceId === phone && confirmed))
  const devices = await until(CONFIRM_MS, () => pns.get<Devices>('/devices', { extension: EXTENSION }), all)
  if (!all(devices)) throw new Error(`the relay did not take the phones: ${JSON.stringify(devices)}`)
}

/** Rings both phones and waits until their trace is complete, or until it will not be any more. */
async function ring(pns: PnsProcess, callId: string): Promise<TraceAnswer> {
  await pns.post('/push_call', { to: EXTENSION, from: '+442079460000', name: 'Ada Lovelace', callId })
  return until(
    TRACE_MS,
    () => pns.get<TraceAnswer>(`/calls/${callId}`),
    (trace) => missingSteps(trace, PHONE_IDS).length === 0,
  )
}
