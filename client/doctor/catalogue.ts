import { ARI_CONTACTS } from './checks/ari/contacts.ts'
import { ARI_EXTENSIONS } from './checks/ari/extensions.ts'
import { ARI_SETUP } from './checks/ari/setup.ts'
import { ARI } from './checks/ari.ts'
import { DISK } from './checks/disk.ts'
import { GATEWAY } from './checks/gateway/answers.ts'
import { GATEWAY_FILES } from './checks/gateway/files.ts'
import { KEY_FILE } from './checks/key-file.ts'
import { NAMES } from './checks/names.ts'
import { OUTBOX } from './checks/outbox.ts'
import { SERVICE } from './checks/service.ts'
import { SETTINGS } from './checks/settings.ts'
import { SIP_UDP } from './checks/sip-udp.ts'
import { UNIT } from './checks/unit.ts'
import { WAKES } from './checks/wakes.ts'
import type { Catalogue } from './finding.ts'
import { NOT_CHECKED } from './left-out.ts'
import { CLOCK } from './way/clock.ts'
import { DNS } from './way/dns.ts'
import { EGRESS } from './way/egress.ts'
import { KEY } from './way/key.ts'
import { MTU } from './way/mtu.ts'
import { TLS } from './way/tls.ts'

/** All that the doctor can find. */
export const CATALOGUE = {
  ...SETTINGS,
  ...KEY_FILE,
  ...SERVICE,
  ...UNIT,
  ...DISK,
  ...DNS,
  ...EGRESS,
  ...TLS,
  ...CLOCK,
  ...MTU,
  ...KEY,
  ...NAMES,
  ...OUTBOX,
  ...WAKES,
  ...SIP_UDP,
  ...ARI,
  ...ARI_SETUP,
  ...ARI_EXTENSIONS,
  ...ARI_CONTACTS,
  ...GATEWAY,
  ...GATEWAY_FILES,
  ...NOT_CHECKED,
} satisfies Catalogue
