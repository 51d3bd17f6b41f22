import { useState } from 'preact/hooks'
import { showMs } from '../../../client/call-words.ts'
import type { ListedDevice } from '../../../client/handlers/devices.ts'
import { nameReason } from '../../../client/reasons.ts'
import { attempt, post } from '../api.ts'
import { facts } from '../facts.ts'
import { focusContent } from '../focus.ts'
import { showTime } from '../format.ts'
import { AskedState } from '../parts/asked-state.tsx'
import { SparkLine } from '../parts/spark-line.tsx'
import { hindranceOf, lastPushes } from '../reach.ts'
import { TEXTS } from '../texts.ts'
import { useAsked } from '../use-asked.ts'
import { useLast } from '../use-last.ts'

type Found = { found: number; devices: ListedDevice[] }

const REFRESH_MS = 5_000
const PAGE = 100
/** What is looked for among more is looked for by its name. */
const MOST = 1_000
const { columns, reach } = TEXTS.devices

/** Devices that the relay found gone, and that the PNS has forgotten. */
function Gone({ listed }: { listed: readonly ListedDevice[] }) {
  const isListed = (id: string, on: string) => listed.some(({ extension, deviceId }) => extension === on && deviceId === id)
  const gone = [...lastPushes.value.values()].filter(
    ({ extension, device }) => device.outcome === 'gone' && !isListed(device.deviceId, extension),
  )
  if (gone.length === 0) return null
  return (
    <section>
      <h2>{TEXTS.devices.gone}</h2>
      <ul>
        {gone.map(({ extension, device: { deviceId, reason } }) => (
          <li key={`${extension} ${deviceId}`}>
            <bdi>{extension}</bdi> <bdi>{deviceId}</bdi>: {nameReason(reason ?? 'unregistered')}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Actions({ device: { extension, deviceId }, again }: { device: ListedDevice; again: () => Promise<void> }) {
  const test = () =>
    attempt(post<{ devices: number }>('/test_push', { extension, deviceId }), ({ devices }) =>
      devices > 0 ? TEXTS.devices.tested(deviceId) : TEXTS.devices.notTested(deviceId),
    )
  const remove = async () => {
    if (!confirm(TEXTS.devices.confirm(deviceId))) return
    await attempt(post('/delete', { extension, deviceId }))
    await again()
    focusContent()
  }
  return (
    <>
      <button type="button" onClick={test} aria-label={`${TEXTS.devices.testPush} ${deviceId}`}>
        {TEXTS.devices.testPush}
      </button>{' '}
      <button type="button" onClick={remove} aria-label={`${TEXTS.devices.remove} ${deviceId}`}>
        {TEXTS.devices.remove}
      </button>
    </>
  )
}

function Row({ device, again }: { device: ListedDevice; again: () => Promise<void> }) {
  const { extension, deviceId, platform, app, wakes = [] } = device
  const [at, wakeMs] = wakes.at(-1) ?? []
  const hindrance = hindranceOf(device)
  return (
    <tr>
      <td data-label={columns.extension}>
        <bdi>{extension}</bdi>
      </td>
      <td data-label={columns.device}>
        <bdi>{deviceId}</bdi>
      </td>
      <td data-label={columns.platform}>
        {TEXTS.platforms[platform]} <bdi class="app">{app}</bdi>
      </td>
      <td data-label={columns.reach}>
        <span class={`state ${hindrance ? 'failed' : 'woke'}`}>{hindrance ?? reach.yes}</span>
      </td>
      <td data-label={columns.lastWake}>
        {at === undefined || wakeMs === undefined ? TEXTS.devices.never : `${showTime(at)} (${showMs(wakeMs)})`}
      </td>
      <td data-label={columns.latency}>{wakes.length > 0 && <SparkLine times={wakes.map(([, ms]) => ms)} />}</td>
      {facts.value?.full && (
        <td data-label={columns.actions}>
          <Actions device={device} again={again} />
        </td>
      )}
    </tr>
  )
}

/** Every device, whether a push reaches it, and how it woke lately. */
export function Devices() {
  const [search, setSearch] = useState('')
  const [limit, setLimit] = useState(PAGE)
  const { answer, again, ...state } = useAsked<Found>(
    `/devices?${new URLSearchParams({ search, limit: String(limit) })}`,
    REFRESH_MS,
  )
  const listed = useLast(answer)
  const titles = Object.entries(columns).filter(([name]) => name !== 'actions' || facts.value?.full)
  const left = Math.min(MOST, listed?.found ?? 0) - limit
  return (
    <>
      <h1>{TEXTS.devices.title}</h1>
      {!facts.value?.full && <p>{TEXTS.readOnly}</p>}
      <label>
        {TEXTS.devices.search}{' '}
        <input type="search" value={search} onInput={({ currentTarget }) => setSearch(currentTarget.value)} />
      </label>
      {(!listed || state.error) && <AskedState {...state} />}
      <p role="status">{listed && TEXTS.devices.found(listed.found, search)}</p>
      {listed && listed.found > 0 && (
        <table class="devices">
          <thead>
            <tr>
              {titles.map(([name, title]) => (
                <th key={name} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {listed.devices.map((device) => (
              <Row key={`${device.extension} ${device.deviceId}`} device={device} again={again} />
            ))}
          </tbody>
        </table>
      )}
      {limit === MOST && listed && listed.found > MOST && <p>{TEXTS.devices.others}</p>}
      {left > 0 && (
        <button type="button" onClick={() => setLimit(Math.min(MOST, limit + PAGE))}>
          {TEXTS.more(left)}
        </button>
      )}
      <Gone listed={listed?.devices ?? []} />
    </>
  )
}
