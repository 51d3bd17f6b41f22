import { useEffect } from 'preact/hooks'
import { ringingOf } from '../../../client/call-record.ts'
import { attempt, post } from '../api.ts'
import { calls } from '../calls.ts'
import { callInHand } from '../known-calls.ts'
import { type Fields, Form, Select } from '../parts/fields.tsx'
import { fateOptions, VirtualPhone } from '../parts/phone.tsx'
import { change, followPhones, stage } from '../phones.ts'
import { TEXTS } from '../texts.ts'
import { useChoice } from '../use-choice.ts'
import { useNow } from '../use-now.ts'
import { Timeline } from './timeline.tsx'

const { phones: says } = TEXTS

const ring = ({ to = '', from, name }: Fields) =>
  attempt(
    post<{ devices: number }>('/push_call', { to, from, ...(name && { name }) }).then(({ devices }) => {
      if (devices === 0) throw new Error(says.none(to))
      return devices
    }),
    says.rung,
  )

function Ring() {
  return (
    <Form title={says.ring} onSubmit={ring}>
      <label>
        {says.to} <input name="to" defaultValue="1001" required />
      </label>
      <label>
        {says.from} <input name="from" defaultValue="+442079460000" required />
      </label>
      <label>
        {says.name} <input name="name" defaultValue="Ada Lovelace" />
      </label>
      <button type="submit">{says.ringIt}</button>
    </Form>
  )
}

function Add() {
  return (
    <Form title={says.add} onSubmit={(phone) => change('/phones/add', phone)}>
      <label>
        {says.phoneName} <input name="name" required pattern="[A-Za-z0-9_.\-]+" maxLength={64} title={says.nameForm} />
      </label>
      <label>
        {says.extension} <input name="extension" defaultValue="1001" required />
      </label>
      <Select label={says.platform} name="platform" options={Object.entries(TEXTS.platforms)} />
      <Select label={says.fate} name="fate" options={fateOptions()} />
      <button type="submit">{says.addIt}</button>
    </Form>
  )
}

function CloudPart({ part, isAway }: { part: string; isAway: boolean }) {
  const [away, setAway] = useChoice(isAway, (away) => change('/phones/away', { part, away }))
  return (
    <label>
      <input type="checkbox" checked={away} onChange={({ currentTarget }) => setAway(currentTarget.checked)} />{' '}
      {says.parts[part] ?? part}
    </label>
  )
}

function Cloud({ away }: { away: Record<string, boolean> }) {
  return (
    <fieldset>
      <legend>{says.cloud}</legend>
      {Object.entries(away).map(([part, isAway]) => (
        <CloudPart key={part} part={part} isAway={isAway} />
      ))}
    </fieldset>
  )
}

/** The timeline of the call in hand, as it goes. */
function LastCall() {
  const now = useNow(1000)
  const call = callInHand(calls.value, now)
  if (!call) return null
  const { callId } = call
  return (
    <section>
      <h2>{says.last}</h2>
      {ringingOf(call, now) === 'ringing' && (
        <button type="button" onClick={() => attempt(post('/cancel_call', { callId, reason: 'caller_hung_up' }))}>
          {says.cancel}
        </button>
      )}
      <Timeline key={callId} callId={callId} seen={call} />
    </section>
  )
}

/** The virtual phones of `npm start`, and what can be done to them. */
export function Phones() {
  useEffect(followPhones, [])
  const { phones, away } = stage.value ?? { phones: [], away: {} }
  return (
    <>
      <h1>{says.title}</h1>
      <p>{says.what}</p>
      <div class="forms">
        <Ring />
        <Add />
        <Cloud away={away} />
      </div>
      <ul class="phones">
        {phones.map((phone) => (
          <VirtualPhone key={phone.name} phone={phone} />
        ))}
      </ul>
      <LastCall />
    </>
  )
}
