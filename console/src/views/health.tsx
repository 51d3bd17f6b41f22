import { useState } from 'preact/hooks'
import { showMs } from '../../../client/call-words.ts'
import type { Finding } from '../../../client/doctor/finding.ts'
import type { Health as HealthAnswer } from '../../../client/health.ts'
import { attempt, post } from '../api.ts'
import { facts } from '../facts.ts'
import { focusContent } from '../focus.ts'
import { showSeconds, showTime } from '../format.ts'
import { AskedState } from '../parts/asked-state.tsx'
import { TEXTS } from '../texts.ts'
import { type Asked, useAsked } from '../use-asked.ts'

const REFRESH_MS = 5_000
const { health: says } = TEXTS

type Parked = { devices: { extension: string; deviceId: string; refusal?: string }[] }

function factsOf({
  status,
  version,
  uptimeSeconds,
  devices,
  outbox,
  relay,
  lastPush,
}: HealthAnswer): [title: string, value: string | number][] {
  const known = <T,>(value: T | undefined, show: (value: T) => string) => (value === undefined ? says.unknown : show(value))
  const timeOf = (text: string) => showTime(Date.parse(text))
  const { facts } = says
  return [
    [facts.status, status],
    [facts.version, version],
    [facts.uptime, showSeconds(uptimeSeconds)],
    [facts.devices, devices],
    [facts.waiting, outbox.waiting],
    [facts.parked, outbox.parked],
    [facts.wakes, outbox.wakes],
    [facts.lastContact, known(relay.at, timeOf)],
    [facts.p95, known(relay.p95Ms, showMs)],
    [facts.clock, known(relay.clockOffsetMs, says.clock)],
    [facts.certificate, known(relay.certificate, ({ validTo, issuer }) => `${timeOf(validTo)} (${issuer})`)],
    [facts.lastPush, known(lastPush, ({ at, result }) => `${timeOf(at)}: ${result}`)],
  ]
}

/** What wants doing comes first. */
const LEVELS: readonly Finding['level'][] = ['broken', 'warning', 'ok']

function Findings({ findings }: { findings: readonly Finding[] }) {
  const sorted = findings.toSorted((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level))
  return (
    <ul class="findings">
      {sorted.map(({ id, level, seen, why, todo }) => (
        <li key={`${id} ${seen}`} class={level}>
          <strong>{says.levels[level]}</strong> <code>{id}</code> <bdi>{seen}</bdi>
          {level !== 'ok' && (
            <p>
              {why} <b>{todo}</b>
            </p>
          )}
        </li>
      ))}
    </ul>
  )
}

function Doctor() {
  const [runs, setRuns] = useState(false)
  const [findings, setFindings] = useState<Finding[]>([])
  async function run(): Promise<void> {
    setRuns(true)
    await attempt(post<{ findings: Finding[] }>('/doctor').then((report) => setFindings(report.findings)))
    setRuns(false)
  }
  return (
    <section aria-busy={runs}>
      <h2>{says.doctor}</h2>
      <button type="button" onClick={run} disabled={runs}>
        {runs ? says.doctorRuns : says.runDoctor}
      </button>
      <Findings findings={findings} />
    </section>
  )
}

function ParkedChanges({ answer, again }: Asked<Parked>) {
  const devices = answer?.devices ?? []
  const retry = async () => {
    await attempt(post<{ retried: number }>('/retry_parked'), ({ retried }) => says.retried(retried))
    await again()
  }
  const drop = async (extension: string, deviceId: string) => {
    if (!confirm(says.confirmDrop(deviceId))) return
    await attempt(post('/drop_parked', { extension, deviceId }))
    await again()
    focusContent()
  }
  return (
    <section>
      <h2>{says.parked}</h2>
      {devices.length === 0 && <p>{says.noneParked}</p>}
      <ul>
        {devices.map(({ extension, deviceId, refusal }) => (
          <li key={`${extension} ${deviceId}`}>
            <bdi>{extension}</bdi> <bdi>{deviceId}</bdi>: <bdi>{refusal}</bdi>{' '}
            {facts.value?.full && (
              <button type="button" onClick={() => drop(extension, deviceId)} aria-label={`${says.drop} ${deviceId}`}>
                {says.drop}
              </button>
            )}
          </li>
        ))}
      </ul>
      {devices.length > 0 && facts.value?.full && (
        <button type="button" onClick={retry}>
          {says.retry}
        </button>
      )}
    </section>
  )
}

/** How the PNS and its way to the relay are. */
export function Health() {
  const { answer, ...state } = useAsked<HealthAnswer>('/health', REFRESH_MS)
  const parked = useAsked<Parked>('/devices?parked=true', REFRESH_MS)
  return (
    <>
      <h1>{says.title}</h1>
      <AskedState {...state} />
      {answer && (
        <>
          {answer.problems.length === 0 && state.error === undefined && <p class="fine">{says.ok}</p>}
          <ul class="findings">
            {answer.problems.map(({ code, detail }) => (
              <li key={code} class="broken">
                <code>{code}</code> <bdi>{detail}</bdi>
              </li>
            ))}
          </ul>
          <dl>
            {factsOf(answer).map(([title, value]) => (
              <div key={title}>
                <dt>{title}</dt>
                <dd>
                  <bdi>{value}</bdi>
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
      <Doctor />
      <ParkedChanges {...parked} />
    </>
  )
}
