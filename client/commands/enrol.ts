import { dirname, join, resolve } from 'node:path'
import { systemPatience } from '../clock.ts'
import { type Enrolled, enrol as enrolPbx } from '../keys/enrol.ts'
import { command, configArgs, print } from './command.ts'

const linesOf = ({ pbx, keyId, relay, config, keyFile }: Enrolled): string[] => [
  `This PBX is enrolled as ${pbx}, with the key ${keyId}, at ${relay}, which took a signed test request.`,
  `Settings: ${config}`,
  `Private key: ${keyFile}; it never left this machine`,
  'Next:',
  `  1. Start the service, as a user who may read both files: wakecall serve --config ${config}`,
  '  2. Register a phone: curl -d extension=1001 -d platform=android -d app=APP -d token=TOKEN http://127.0.0.1:7460/register',
  '  3. Ring it: wakecall push-call --to 1001 --from 1002',
]

export const enrol = command({
  meta: { name: 'enrol', description: 'Trade a one-time code for an identity at a relay' },
  args: {
    url: { type: 'positional', required: true, description: 'Address of the relay' },
    code: { type: 'positional', required: true, description: "The code that the relay's operator gave out" },
    ...configArgs,
    key: { type: 'string', description: 'Private key, made if it is not there (default: key.pem beside the settings)' },
    data: { type: 'string', default: '/var/lib/wakecall', description: 'Where the PNS keeps registrations' },
    proxy: { type: 'string', description: 'HTTP proxy on the way to the relay, as http://[user:password@]host:port' },
    ca: { type: 'string', description: 'Certificates (PEM) to trust beside the usual ones' },
    json: { type: 'boolean', default: false, description: 'Print JSON' },
  },
  async run({ args: { url, code, json, ...paths } }) {
    const config = resolve(paths.config)
    const keyFile = resolve(paths.key ?? join(dirname(config), 'key.pem'))
    const { proxy, ca, data } = paths
    const network = { ...(proxy !== undefined && { proxy }), ...(ca !== undefined && { caFile: resolve(ca) }) }
    const enrolled = await enrolPbx({ url, code, config, keyFile, dataDir: resolve(data), network }, systemPatience)
    print(json, enrolled, linesOf(enrolled))
  },
})
