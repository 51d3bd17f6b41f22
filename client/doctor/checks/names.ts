import { type Catalogue, type Finding, finder, warning } from '../finding.ts'
import type { Health } from '../pns.ts'

export const NAMES = {
  dns_stale: warning(
    'The service lives on an old answer: when the relay moves to another address, calls stop.',
    'Mend the resolvers in /etc/resolv.conf, or name others as network.resolvers in the settings.',
  ),
} satisfies Catalogue

const found = finder(NAMES)

/** Names whose last good answer is used because no resolver gives another. */
export const checkNames = ({ names }: Health): Finding[] =>
  names
    .filter(({ stale }) => stale)
    .map(({ host, ageSeconds }) =>
      found('dns_stale', `The address of ${host} is ${ageSeconds} s old: no resolver has answered since.`),
    )
