/** Measures in the namespace that it was started in, and prints the rows. Argument: a folder for files. */
import { benchFlood } from './kamailio-flood.ts'
import { benchHeld } from './kamailio-held.ts'
import { benchRate } from './kamailio-rate.ts'
import { benchWakes } from './kamailio-wake.ts'
import { openWorld } from './kamailio-world.ts'

const [dir = ''] = process.argv.slice(2)
/** More than calls are held at once. */
const USERS = Array.from({ length: 6_500 }, (_, i) => String(1_000 + i))

const world = await openWorld(dir, USERS)
const rows = [
  ...(await benchWakes(world, USERS.slice(0, 1_000))),
  ...(await benchHeld(world, USERS.slice(0, 1_000))),
  ...(await benchFlood(world, USERS.slice(0, 1_000))),
  ...(await benchRate(world, USERS)),
]
process.stdout.write(JSON.stringify(rows))
// The namespace ends with it all.
process.exit()
