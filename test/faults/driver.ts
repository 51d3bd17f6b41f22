import { setTimeout as sleep } from 'node:timers/promises'
import type { Ask, Reply } from './ask.ts'
import type { Findings } from './findings.ts'
import { type Attempt, type Change, explain, listed, nameOf, type Outcome, type State } from './model.ts'
import type { PnsProcess } from './pns-process.ts'
import type { Random } from './random.ts'
import { propose, type Unit } from './unit.ts'

const WORKERS = 24
const MOST_AT_ONCE = 3
/** More than so many states are too many to go on without looking. */
const MOST_STATES = 50

export type Tally = Record<'answered' | 'refused' | 'unsure' | 'looks', number> & { answerMs: number[] }
type Parts = { ask: Ask; pns: PnsProcess; random: Random; findings: Findings; tally: Tally }

const requestOf = ({ kind, ...params }: Change): [path: string, params: object] => [`/${kind}`, params]

/** What the reply says of the change; `undefined` for one that the PNS must never give. */
function outcomeOf({ kind }: Change, reply: Reply): Outcome | undefined {
  if (reply === 'unreachable') return 'refused'
  if (reply === 'cut') return 'unsure'
  const { status, body } = reply
  if (status === 200 && kind === 'register') return { answer: nameOf(body) }
  if (status === 200) return { answer: listed((kind === 'update' ? body.updated : body.removed).map(nameOf)) }
  if (status === 404 && kind === 'update') return { answer: 'none' }
  if (body.code === 'disk_full') return 'refused'
  return body.code === 'storage_failed' ? 'unsure' : undefined
}

type Listed = { deviceId: string; extension: string; platform: string; token: string; alertToken?: string }
const tail = (token: string | undefined) => token?.slice(-6)
const seen = ({ extension, deviceId, token, alertToken }: Listed) =>
  `${nameOf({ extension, deviceId })} ${tail(token)} ${tail(alertToken)}`

const asSeen = (state: State) =>
  listed([...state].map(([name, { token, alertToken }]) => `${name} ${tail(token)} ${tail(alertToken)}`))

/** Drives units of phones through changes, several of one unit at once, and keeps what each of them may have come to. */
export function createDriver(units: readonly Unit[], { ask, pns, random, findings, tally }: Parts) {
  const { signal } = findings

  /** Reads the unit back, which tells which of its states it is in. */
  async function look(unit: Unit): Promise<void> {
    const replies = await Promise.all(unit.extensions.map((extension) => ask(`/devices?extension=${extension}`)))
    const bodies = replies.flatMap((reply) => (typeof reply === 'object' && reply.status === 200 ? [reply.body] : []))
    if (bodies.length < replies.length) return
    tally.looks += 1
    const shown = listed(bodies.flatMap(({ devices }) => devices.map(seen)))
    const fitting = unit.states.filter((state) => asSeen(state) === shown)
    findings.tell(unit.name, `PNS has ${shown}`)
    if (fitting.length === 0) {
      const expected = unit.states.map(asSeen).join(' | ')
      findings.wrong(`${unit.name}: the PNS has what no order of the changes leads to; possible: ${expected}`, unit.name)
    } else unit.states = fitting
  }

  async function attempt(unit: Unit, change: Change): Promise<Attempt> {
    const asked = JSON.stringify(change)
    findings.tell(unit.name, `ask  ${asked}`)
    const began = performance.now()
    const reply = await ask(...requestOf(change))
    const outcome = outcomeOf(change, reply)
    if (typeof reply === 'object') tally.answerMs.push(performance.now() - began)
    const said = typeof reply === 'string' ? reply : `${reply.status} ${JSON.stringify(reply.body)}`
    findings.tell(unit.name, `said ${said} to ${asked}`)
    if (outcome === undefined) findings.wrong(`${unit.name}: the PNS answered ${said}`, unit.name)
    tally[typeof outcome === 'object' ? 'answered' : (outcome ?? 'unsure')] += 1
    return { change, outcome: outcome ?? 'unsure' }
  }

  async function turn(unit: Unit): Promise<void> {
    const count = random.chance(0.7) ? 1 : random.whole(2, MOST_AT_ONCE)
    const changes = Array.from({ length: count }, () => propose(random, unit))
    const attempts = await Promise.all(changes.map((change) => attempt(unit, change)))
    const states = explain(unit.states, attempts)
    if (states.length === 0) findings.wrong(`${unit.name}: no order of the changes explains what the PNS answered`, unit.name)
    else unit.states = states
    if (states.length > 1 || random.chance(0.03)) await look(unit)
    while (unit.states.length > MOST_STATES && !signal.aborted) {
      await pns.ready()
      await look(unit)
    }
  }

  /** So many more answered changes, spread over so many seconds. */
  async function run(changes: number, seconds: number): Promise<void> {
    const [first, began] = [tally.answered, performance.now()]
    const done = () => tally.answered - first
    const early = () => (done() * seconds * 1000) / changes - (performance.now() - began)
    async function work(): Promise<void> {
      while (done() < changes && !signal.aborted) {
        const unit = random.pick(units)
        if (!(await pns.readySoon()) || unit.busy) continue
        unit.busy = true
        await turn(unit)
        unit.busy = false
        const ms = early()
        if (ms > 0) await sleep(ms)
      }
    }
    await Promise.all(Array.from({ length: WORKERS }, work))
  }

  return { run, look }
}
