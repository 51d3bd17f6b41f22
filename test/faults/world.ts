import { createServer } from 'node:http'
import { asker } from './ask.ts'
import { createCalls } from './calls.ts'
import { createClimate } from './climate.ts'
import { ADDRESSES, startDns } from './dns.ts'
import { createFindings } from './findings.ts'
import { startFront } from './front.ts'
import { furnish } from './isolation.ts'
import { createObserver } from './observer.ts'
import { createPlace, PORTS } from './place.ts'
import { createPnsProcess } from './pns-process.ts'
import { createRandom } from './random.ts'
import { createRules } from './relay.ts'
import { createSns } from './sns.ts'

/** Answers every request with a page, as a hotel's network does. */
async function startPortal(): Promise<void> {
  const headers = { 'content-type': 'text/html', connection: 'close' }
  const portal = createServer((_, response) => response.writeHead(200, headers).end('<title>Log in'))
  portal.listen(PORTS.relay, ADDRESSES.portal)
}

export type World = Awaited<ReturnType<typeof createWorld>>

/** The relay, the resolvers, the disk and the process of the PNS, in fair weather. */
export async function createWorld(seed: number) {
  const place = createPlace()
  const { files } = place
  furnish(place.dir, files.dataDir)
  const findings = createFindings(performance.now())
  const calls = createCalls(findings)
  const observer = createObserver(findings, calls)
  const random = (name: string) => createRandom(seed, name)
  const climate = createClimate(seed, { dataDir: files.dataDir, clockFile: files.clock, front: () => front })
  const sns = createSns(random('sns'), calls.pushed)
  const rules = await createRules(place.key, sns, random('back-off'), {
    asked: observer.asked,
    delivered: calls.delivered,
    failed: (what, error) => {
      if (what !== 'unavailable')
        findings.wrong(`the relay of this test: ${what}: ${error instanceof Error ? error.stack : error}`)
    },
  })
  const front = await startFront(PORTS.relay, rules.gateway, climate.weather, random('requests'), observer.arrived)
  await startPortal()
  await startDns(PORTS.dns, () => climate.weather().dns)
  await startDns(PORTS.secondDns, () => climate.weather().secondDns)

  const ask = asker(PORTS.pns, (path) => findings.wrong(`the PNS does not answer ${path}`, 'process'))
  const ends = { killed: 0, byItself: 0 }
  const pns = createPnsProcess(files, ask, ({ asked, code, signal }) => {
    ends[asked ? 'killed' : 'byItself'] += 1
    findings.tell('process', `ended, ${asked ? 'as it was asked to' : 'by itself'}: ${signal ?? code}`)
    if (!asked && !climate.weather().diskFull)
      findings.wrong(`the PNS ended by itself with ${signal ?? code}; its log is ${files.log}`, 'process')
  })
  pns.start()
  return { place, findings, calls, observer, climate, rules, ask, pns, ends, random }
}
