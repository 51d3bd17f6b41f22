import * as v from 'valibot'
import { TraceAnswer, type TraceStep } from '../../../wire/trace.ts'
import { RecentCalls } from '../../handlers/recent.ts'
import { nameReason } from '../../reasons.ts'
import { type Catalogue, type Finding, finder, ok, warning } from '../finding.ts'
import { leftOut } from '../left-out.ts'
import { type Asked, askPns } from '../pns.ts'

export const WAKES = {
  phones_wake: ok('A phone that wakes is what all of this is for.'),
  no_calls: ok('What becomes of calls shows whether phones wake.'),
  pushes_refused: warning(
    'These phones are not woken, whatever the PBX does.',
    'Wrong token or app: the app must register the token that it gets for this build. Credentials: whoever runs the relay.',
  ),
  push_service_unreachable: warning(
    'Google takes the push and the phone never shows up: it has no Google services (Huawei), or its maker stops the app.',
    'On such a phone: install Google services if it can have them, else keep its SIP registration up; except the app from battery saving.',
  ),
  phones_silent: warning(
    'Apple takes the push and the phone never registers: it is off, or the app cannot reach the PBX when it wakes.',
    'Ring it with the app closed and look at `wakecall trace`; then at the SIP address and transport in the app.',
  ),
  wakes_unreported: warning(
    'Pushes go out, and not one wake is known: phones stay asleep, or the PBX does not report wakes, and nobody would notice.',
    'Let the PBX ask /woke when a phone registers for a call (docs/pbx.md); `wakecall trace` shows how far a call came.',
  ),
} satisfies Catalogue

const found = finder(WAKES)
/** A phone needs some seconds to wake. */
const SETTLED_SECONDS = 10
const TRACED = 5

/** What became of a push: why it was refused, that the provider took it and no phone came, or nothing that is known. */
type Fate = { platform: 'ios' | 'android'; refusal?: string; taken: boolean }

const REFUSALS: TraceStep['step'][] = ['sns_refused', 'not_sent', 'provider_refused']

/** Of the phones that did not wake. */
function fatesOf({ devices, steps }: TraceAnswer): Fate[] {
  return devices.flatMap(({ deviceId, platform }) => {
    const own = steps.filter((step) => step.deviceId === deviceId)
    if (own.some(({ step }) => step === 'woke')) return []
    const refused = own.find(({ step }) => REFUSALS.includes(step))
    const refusal = refused && (refused.reason ?? refused.detail ?? refused.step)
    const taken = refusal === undefined && own.some(({ step }) => step === 'provider_accepted')
    return [{ platform, taken, ...(refusal !== undefined && { refusal }) }]
  })
}

/** How often each of them is there, the most frequent first. */
function tally(names: readonly string[]): string {
  const counts = [...new Set(names)].map((name) => ({ name, count: names.filter((one) => one === name).length }))
  return counts
    .toSorted((a, b) => b.count - a.count)
    .map(({ name, count }) => `${count}× ${name}`)
    .join('; ')
}

/** Judges traces of calls that nobody woke for; `woken` of all `calls` had a phone that did. */
export function judgeWakes({ calls, woken }: { calls: number; woken: number }, traces: readonly TraceAnswer[]): Finding[] {
  const fates = traces.flatMap(fatesOf)
  const refusals = fates.flatMap(({ platform, refusal }) => (refusal === undefined ? [] : [`${platform} ${nameReason(refusal)}`]))
  const takenBy = (is: Fate['platform']) => fates.filter(({ platform, taken }) => taken && platform === is).length
  const [android, ios] = [takenBy('android'), takenBy('ios')]
  const unknown = fates.length - refusals.length - android - ios
  const share = `${woken} of the last ${calls} calls woke a phone`
  const findings = [
    ...(refusals.length > 0 ? [found('pushes_refused', `${share}; pushes refused: ${tally(refusals)}.`)] : []),
    ...(android > 0 ? [found('push_service_unreachable', `${share}; Android phones that stayed silent: ${android}.`)] : []),
    ...(ios > 0 ? [found('phones_silent', `${share}; iPhones that stayed silent: ${ios}.`)] : []),
    ...(woken === 0 && android + ios > 0 ? [found('wakes_unreported', `${share}.`)] : []),
    ...(unknown > 0 ? [leftOut(`${unknown} pushes`, 'what Apple and Google said of them is not known yet')] : []),
  ]
  return findings.length > 0 ? findings : [found('phones_wake', `${share}.`)]
}

async function read<T>(settings: Asked, path: string, schema: v.GenericSchema<unknown, T>): Promise<T | undefined> {
  const { body } = await askPns(settings, path).catch(() => ({ body: undefined }))
  const answer = v.safeParse(schema, body)
  return answer.success ? answer.output : undefined
}

/** The calls that the PNS remembers; the relay's trace of those without a wake says how far they came. */
export async function checkWakes(settings: Asked): Promise<Finding[]> {
  const recent = await read(settings, '/calls', RecentCalls)
  if (!recent) return [leftOut('the last calls', 'the running PNS does not list them')]
  const settled = recent.calls.filter(({ agoSeconds }) => agoSeconds >= SETTLED_SECONDS)
  if (settled.length === 0) return [found('no_calls', 'The PNS has pushed no call since it started, or only just now.')]
  const asleep = settled.filter(({ woken }) => !woken)
  const answers = asleep.slice(0, TRACED).map(({ callId }) => read(settings, `/calls/${encodeURIComponent(callId)}`, TraceAnswer))
  const traces = (await Promise.all(answers)).filter((trace) => trace !== undefined)
  const findings = judgeWakes({ calls: settled.length, woken: settled.length - asleep.length }, traces)
  const missing = answers.length - traces.length
  return missing > 0 ? [...findings, leftOut(`the trace of ${missing} calls`, 'the relay did not give it')] : findings
}
