import { useState } from 'preact/hooks'
import { attempt, post } from '../api.ts'
import { facts } from '../facts.ts'
import { showMs, showTime } from '../format.ts'
import { SparkLine } from '../parts/spark-line.tsx'
import { TEXTS } from '../texts.ts'
import { useAsked } from '../use-asked.ts'
import { useSome } from '../use-some.ts'

type Device = {
  extension: string
  deviceId: string
  platform: keyof typeof TEXTS.platforms
  app: string
  token: string
  confirmed: boolean
  removed?: boolean
  refusal?: string
  wakes?: [at: number, wakeMs: number][]
}

const REFRESH_MS = 5_000
const { columns, reach } = TEXTS.devices

function reachOf({ confirmed, removed, refusal }: Device): string {
  if (refusal !== undefined) return reach.refused(refusal)
  if (removed) return reach.removed
  return confirmed ? reach.yes : reach.waiting
}

function matches({ extension, deviceId, app }: Device, search: string): boolean {
  return [extension, deviceId, app].some((text) => text.toLowerCase().includes(search.toLowerCase()))
}

function Actions({ device: { extension, deviceId }, again }: { device: Device; again: () => Promise<void> }) {
  const test = () =>
    attempt(post<{ devices: number }>('/test_push', { extension, deviceId }), ({ devices }) =>
      devices > 0 ? TEXTS.devices.tested(deviceId) : TEXTS.devices.notTested(deviceId),
    )
  const remove = async () => {
    if (!confirm(TEXTS.devices.confirm(deviceId))) return
    await attempt(post('/delete', { extension, deviceId }))
    await again()
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

function Row({ device, again }: { device: Device; again: () => Promise<void> }) {
  const { extension, deviceId, platform, app, wakes = [], confirmed, refusal } = device
  const [at, wakeMs] = wakes.at(-1) ?? []
  const isReached = confirmed && refusal === undefined
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
        <span class={`state ${isReached ? 'woke' : 'failed'}`}>{reachOf(device)}</span>
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
  const { answer, error, again } = useAsked<{ devices: Device[] }>('/devices', REFRESH_MS)
  const [search, setSearch] = useState('')
  const all = answer?.devices ?? []
  const found = search ? all.filter((device) => matches(device, search)) : all
  const { some, left, more } = useSome(found)
  const titles = Object.entries(columns).filter(([name]) => name !== 'actions' || facts.value?.full)
  return (
    <>
      <h1>{TEXTS.devices.title}</h1>
      {!facts.value?.full && <p>{TEXTS.readOnly}</p>}
      {!answer && <p>{error ?? TEXTS.loading}</p>}
      {answer && all.length === 0 && <p>{TEXTS.devices.empty}</p>}
      {all.length > 0 && (
        <>
          <label>
            {TEXTS.devices.search}{' '}
            <input type="search" value={search} onInput={({ currentTarget }) => setSearch(currentTarget.value)} />
          </label>
          <p role="status">{TEXTS.devices.found(found.length, all.length)}</p>
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
              {some.map((device) => (
                <Row key={`${device.extension} ${device.deviceId}`} device={device} again={again} />
              ))}
            </tbody>
          </table>
        </>
      )}
      {left > 0 && (
        <button type="button" onClick={more}>
          {TEXTS.more(left)}
        </button>
      )}
    </>
  )
}
