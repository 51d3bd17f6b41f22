/** The real PNS in bad weather: `node test/faults/run.ts [--seconds N] [--seed S] [--changes N]`; docs/faults.md. */
import { rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { drained, restAt, synced } from './calm.ts'
import { compareAll, readRows } from './compare.ts'
import { createDriver, type Tally } from './driver.ts'
import { isolated, unfurnish } from './isolation.ts'
import { reap } from './pns-process.ts'
import { report } from './report.ts'
import { createUnit } from './unit.ts'
import { createWorld } from './world.ts'

const UNITS = 300
const ROUND_SECONDS = 30

function readArgs() {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '90' },
      changes: { type: 'string', default: '50000' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    },
  })
  const args = { seconds: Number(values.seconds), changes: Number(values.changes), seed: Number(values.seed) }
  if (
    !Object.values(args).every((value) => Number.isSafeInteger(value) && value >= 0) ||
    args.seconds === 0 ||
    args.changes === 0
  ) {
    throw new Error('--seconds, --changes and --seed take whole numbers')
  }
  return args
}

async function run({ seconds, changes, seed }: ReturnType<typeof readArgs>): Promise<boolean> {
  const world = await createWorld(seed)
  const { findings, calls, climate, rules, ask, pns, place, random } = world
  const units = Array.from({ length: UNITS }, (_, i) => createUnit(i))
  const tally: Tally = { answered: 0, refused: 0, unsure: 0, looks: 0, answerMs: [] }
  const driver = createDriver(units, { ask, pns, random: random('phones'), findings, tally })
  const rounds = Math.max(1, Math.round(seconds / ROUND_SECONDS))

  /** Both sides in full, while the PNS is not running. */
  async function compared(): Promise<void> {
    await drained(ask, findings)
    if (findings.signal.aborted) return
    await restAt(pns)
    await compareAll(units, readRows(place.files.database), rules, findings)
    pns.start()
    await pns.ready()
  }

  /** Bad weather until so many changes are answered, then fair weather, then both sides. */
  async function storm(round: number): Promise<void> {
    let over = false
    const stopped = () => over || findings.signal.aborted
    const driven = driver.run(Math.ceil(changes / rounds), seconds / rounds).finally(() => {
      over = true
    })
    const callers = calls.run(units, ask, pns, random(`callers ${round}`), stopped)
    await Promise.all([driven, callers, climate.storm(round, stopped), reap(pns, random(`reaper ${round}`), stopped)])
    pns.start()
    await compared()
    process.stdout.write(`round ${round} of ${rounds}: ${report(world, tally)}\n`)
  }

  async function refill(): Promise<void> {
    rules.wipe()
    // Both sides are compared by the extensions that the PNS has.
    const [extension = ''] = units.flatMap(({ states: [state] }) => [...(state?.keys() ?? [])])[0]?.split('/') ?? []
    await rules.plant(extension, `fcm:${'x'.repeat(16)}planted`)
    await synced(ask, findings)
    await compared()
    process.stdout.write('the relay lost its table and got a stranger: sync filled the one and removed the other\n')
  }

  for (let round = 1; round <= rounds && !findings.signal.aborted; round++) await storm(round)
  if (!findings.signal.aborted) await refill()
  await pns.end('SIGKILL')
  for (const found of findings.found()) process.stderr.write(`\n${found}\n`)
  const held = findings.found().length === 0
  if (held) {
    unfurnish(place.files.dataDir)
    rmSync(place.dir, { recursive: true })
  }
  return held
}

const args = readArgs()
const inner = isolated()
if (inner !== undefined) process.exitCode = inner
else {
  const again = `--seed ${args.seed} --seconds ${args.seconds} --changes ${args.changes}`
  process.stdout.write(`${again}\n`)
  const held = await run(args)
  process.stdout.write(held ? 'all held\n' : `something did not hold; to repeat: npm run test:faults -- ${again}\n`)
  process.exit(held ? 0 : 1)
}
