/** Measures in the namespace that it was started in, and prints the rows. Arguments: Asterisk's root, and a folder for files. */
import { benchHeld } from './asterisk-held.ts'
import { benchRate } from './asterisk-rate.ts'
import { benchSingle } from './asterisk-single.ts'
import { openWorld } from './asterisk-world.ts'

const [root = '', dir = ''] = process.argv.slice(2)
/** More than calls are held at once. */
const EXTENSIONS = Array.from({ length: 2_400 }, (_, i) => String(1_000 + i))

const world = await openWorld(root, dir, EXTENSIONS)
const rows = [
  ...(await benchSingle(world.phones, EXTENSIONS.slice(0, 300))),
  ...(await benchHeld(world, EXTENSIONS)),
  ...(await benchRate(world, EXTENSIONS)),
]
process.stdout.write(JSON.stringify(rows))
// The namespace ends with it all.
process.exit()
