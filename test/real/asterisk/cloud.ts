/**
 * The local cloud as a program, on port 7461: it writes the key of the PBX to the file that is its argument, and prints as
 * JSON lines what its phones see. That they wake is all they do: to register by SIP is for whoever reads these lines.
 */
import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { LOCAL_APP, startCloud } from '../../../local/cloud.ts'
import { keyIdOf, publicKeyText } from '../../../wire/signature.ts'

const [keyFile = 'key.pem'] = process.argv.slice(2)
const { privateKey } = generateKeyPairSync('ed25519')
const publicKey = publicKeyText(privateKey)
writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })

const print = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`)

const { phones } = await startCloud({
  port: 7461,
  pbxs: [
    {
      id: 'hq',
      name: 'Headquarters',
      keys: { [keyIdOf(publicKey)]: { publicKey, addedAt: 0 } },
      quotas: { devices: 1000, pushesPerMinute: 6000 },
    },
  ],
  onWake: ({ phone, callId, extension }) => print({ phone, kind: 'woke', callId, extension }),
})

const shown = new Map<string, number>()
setInterval(() => {
  for (const phone of phones.names()) {
    const history = phones.history(phone)
    for (const { kind, detail, uuid } of history.slice(shown.get(phone) ?? 0)) print({ phone, kind, detail, uuid })
    shown.set(phone, history.length)
  }
}, 10)
print({ kind: 'listening', app: LOCAL_APP })
