import { baresipIn } from '../asterisk/baresip.ts'
import { linphoneIn } from '../asterisk/linphone.ts'
import { enterNamespace } from '../namespace.ts'

/** The network that the whole suite runs in. */
export const here = { ...enterNamespace('1'), close: async () => {} }

/** Phones as people use them, with their files in `dir`. */
export function softphonesIn(dir: string) {
  let port = 20_000
  const freePort = () => {
    port += 10
    return port
  }
  return { baresip: baresipIn(here, dir, freePort), linphone: linphoneIn(here, dir, freePort) }
}
