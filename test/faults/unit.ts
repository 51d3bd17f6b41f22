import type { Change, ModelDevice, State } from './model.ts'
import type { Random } from './random.ts'
import { REFUSED } from './sns.ts'

/** Extensions and tokens that have to do with each other, and with no others. */
export type Unit = {
  name: string
  extensions: readonly string[]
  /** What the PNS may have; one, where every change was answered. */
  states: readonly State[]
  busy: boolean
}

const DEVICE_IDS = ['desk', 'pocket', 'tablet']

export const createUnit = (index: number): Unit => ({
  name: `u${index}`,
  extensions: [`${index}-1`, `${index}-2`, `${index}-3`].slice(0, 1 + (index % 3)),
  states: [new Map()],
  busy: false,
})

export const unitNameOf = (extension: string): string => `u${extension.split('-')[0]}`

let made = 0
/** The last six characters, which is what both sides show, are of this token only. */
const serial = () => (++made).toString(16).padStart(6, '0')
const appleToken = () => 'a0'.repeat(13) + serial()
const googleToken = (random: Random) => `${random.chance(0.02) ? REFUSED : 'fcm:'}${'x'.repeat(16)}${serial()}`

const freshLike = (random: Random, { platform }: Pick<ModelDevice, 'platform'>) =>
  platform === 'ios' ? appleToken() : googleToken(random)

/** The next thing that the phones of a unit do. */
export function propose(random: Random, { extensions, states }: Unit): Change {
  const devices = [...random.pick(states)]
  const extension = random.pick(extensions)
  const known = devices.length > 0 ? random.pick(devices) : undefined
  const kind = known
    ? random.pick(['new', 'new', 'again', 'elsewhere', 'update', 'update', 'token gone', 'gone', 'never'] as const)
    : 'new'
  if (known === undefined || kind === 'new') return newcomer(random, extension)
  const [name, device] = known
  const [at = '', deviceId = ''] = name.split('/')
  const { platform, token, alertToken } = device
  const phone = { kind: 'register', platform, token, ...(alertToken && { alertToken }) } as const
  switch (kind) {
    // As it was, with its id or by its token alone, or as another device that has this token.
    case 'again':
      return {
        ...phone,
        extension: at,
        ...(random.chance(0.7) && { deviceId: random.pick([deviceId, deviceId, ...DEVICE_IDS]) }),
      }
    case 'elsewhere':
      return { ...phone, extension, deviceId: random.pick(DEVICE_IDS) }
    case 'update': {
      const oldToken = alertToken && random.chance(0.3) ? alertToken : token
      return { kind, oldToken, newToken: freshLike(random, device) }
    }
    case 'token gone':
      return { kind: 'delete', token }
    case 'gone':
      return { kind: 'delete', extension: at, deviceId }
    case 'never':
      return random.chance(0.5)
        ? { kind: 'delete', extension, deviceId: random.pick(DEVICE_IDS) }
        : { kind: 'update', oldToken: googleToken(random), newToken: googleToken(random) }
  }
}

function newcomer(random: Random, extension: string): Change {
  const platform = random.pick(['ios', 'android'] as const)
  const own = random.chance(0.75) && { deviceId: random.pick(DEVICE_IDS) }
  const alert = platform === 'ios' && random.chance(0.5) && { alertToken: appleToken() }
  return { kind: 'register', extension, platform, token: freshLike(random, { platform }), ...own, ...alert }
}
