import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pbx } from '../../core/pbx.ts'
import { keyIdOf, publicKeyText } from '../../wire/signature.ts'
import type { TraceAnswer } from '../../wire/trace.ts'
import { LOCAL_APP, startCloud } from '../cloud.ts'
import { listen } from '../listen.ts'
import type { PhoneWake } from '../phones/phones.ts'
import { type PnsProcess, startPns } from './pns.ts'
import { createFeed } from './stage/feed.ts'
import { createFront } from './stage/front.ts'
import { readKept, writeKept } from './stage/kept.ts'
import { type Placed, registrationOf } from './stage/placed.ts'
import { createStage } from './stage/stage.ts'
import { missingSteps } from './timeline.ts'

const EXTENSION = '1001'

const PBX = 'local'
const POLL_MS = 50
const CONFIRM_MS = 10_000
const TRACE_MS = 20_000

/** They are there at each start; others are added. */
const PHONES: readonly Placed[] = [
  { name: 'iphone', extension: EXTENSION, platform: 'ios', fate: 'accept' },
  { name: 'android', extension: EXTENSION, platform: 'android', fate: 'accept' },
]

export const PHONE_IDS = PHONES.map(({ name }) => name)

const others = (phones: readonly Placed[]) => phones.filter(({ name }) => !PHONE_IDS.includes(name))

export type DemoOptions = { relayPort: number; pnsPort: number; dir: string; persistent: boolean }
export type Demo = {
  relayUrl: string
  pnsUrl: string
  /** The settings file of the PNS. */
  config: string
  ring: (callId: string) => Promise<TraceAnswer>
  close: () => Promise<void>
}

/**
 * The whole of Wakecall on one machine: the local cloud, a PNS in front of it, and virtual phones, two of them on extension 1001.
 * `pnsUrl`: the PNS's API and console, with the phones under `/phones`.
 */
export async function startDemo({ relayPort, pnsPort, dir, persistent }: DemoOptions): Promise<Demo> {
  const ends: (() => unknown)[] = []
  const close = async () => {
    for (const end of ends.splice(0).reverse()) await end()
  }
  try {
    let pns: PnsProcess | undefined
    const keyFile = join(dir, 'key.pem')
    const feed = createFeed('phones', () => stage.show())
    const cloud = await startCloud({
      port: relayPort,
      dataDir: persistent ? join(dir, 'dynamodb') : undefined,
      pbxs: [pbxOf(keyIn(dir, keyFile))],
      onWake: (wake) => void (pns && tellWake(pns, wake).catch(() => {})),
      onSight: feed.changed,
    })
    ends.push(cloud.close)
    // A folder of its own, because a socket's path must be short.
    const socketDir = mkdtempSync(join(tmpdir(), 'wakecall-'))
    ends.push(() => rmSync(socketDir, { recursive: true, force: true }))
    const socket = join(socketDir, 'pns.sock')
    const running = await startPns({ relayUrl: cloud.relayUrl, socket, dir, pbx: PBX, keyFile, app: LOCAL_APP })
    pns = running
    ends.push(running.close)

    const file = join(dir, 'phones.json')
    const registered = [...PHONES, ...others(readKept(file))]
    await Promise.all(registered.map((phone) => running.post('/register', registrationOf(phone))))
    await confirmed(running)
    const stage = createStage({ registered, cloud, pns: running, keep: (phones) => writeKept(file, others(phones)) })
    const front = await listen(createFront(stage, feed, socket), pnsPort)
    ends.push(front.close)
    return { relayUrl: cloud.relayUrl, pnsUrl: front.url, config: running.config, ring: (callId) => ring(running, callId), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** A phone that woke registers by SIP, and is invited: this is what a PBX tells the PNS then. */
async function tellWake(pns: PnsProcess, { phone: deviceId, callId, extension }: PhoneWake): Promise<void> {
  await pns.post('/woke', { deviceId, callId, extension })
  await pns.post('/invited', { deviceId, callId, extension })
}

const pbxOf = (publicKey: string): Pbx => ({
  id: PBX,
  name: 'Local',
  keys: { [keyIdOf(publicKey)]: { publicKey, addedAt: 0 } },
  quotas: { devices: 1000, pushesPerMinute: 6000 },
})

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
