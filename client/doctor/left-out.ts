import { type Catalogue, finder, warning } from './finding.ts'

export const NOT_CHECKED = {
  not_checked: warning('What was not looked at may be wrong.', 'Mend what is named here, and run the doctor again.'),
  not_seen: warning(
    'This user may not look at what the check needs.',
    'Run the doctor as root, or as the user that runs wakecall.',
  ),
} satisfies Catalogue

const found = finder(NOT_CHECKED)

export const leftOut = (what: string, because: string) => found('not_checked', `Left out: ${what}, because ${because}.`)
export const notSeen = (what: string) => found('not_seen', `Not visible to this user: ${what}.`)
