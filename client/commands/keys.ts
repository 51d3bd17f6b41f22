import { systemPatience } from '../clock.ts'
import { idOf } from '../keys/key-file.ts'
import { type Rotated, rotate as rotateKey } from '../keys/rotate.ts'
import { loadSettings } from '../load-settings.ts'
import { BACKGROUND_BUDGET_MS } from '../relay/relay.ts'
import { withRelay } from '../relay/with-relay.ts'
import { command, configArgs, print } from './command.ts'

const args = { ...configArgs, json: { type: 'boolean', default: false, description: 'Print JSON' } } as const

const list = command({
  meta: { name: 'list', description: 'List the keys that the relay accepts of this PBX' },
  args,
  async run({ args: { config, json } }) {
    const settings = loadSettings(config)
    const own = idOf(settings.key)
    const answer = await withRelay(settings, ({ call }) => call('keys', { budgetMs: BACKGROUND_BUDGET_MS }))
    const keys = answer.keys.map((key) => ({ ...key, own: key.keyId === own }))
    print(
      json,
      { ...answer, keys },
      keys.map(({ keyId, addedAt, own }) => `${keyId}  since ${addedAt}${own ? '  the key of these settings' : ''}`),
    )
  },
})

const linesOf = ({ pbx, keyId, removedKeyId, pns }: Rotated): string[] => [
  `PBX ${pbx} signs with the new key ${keyId}.`,
  `The relay has removed the old one, ${removedKeyId}: within a minute it is refused everywhere.`,
  pns === 'reloaded' ? 'The PNS has taken it over.' : 'No PNS is running here: it will take the new key when it starts.',
]

const rotate = command({
  meta: { name: 'rotate', description: 'Replace the key of this PBX while calls go on' },
  args,
  async run({ args: { config, json } }) {
    const rotated = await rotateKey(loadSettings(config), systemPatience)
    print(json, rotated, linesOf(rotated))
  },
})

export const keys = command({
  meta: { name: 'keys', description: 'Work with the signing keys of this PBX' },
  subCommands: { list, rotate },
})
