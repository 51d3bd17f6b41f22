import { focusContent } from '../focus.ts'
import { showTime } from '../format.ts'
import { change, stage } from '../phones.ts'
import type { Phone } from '../stage.ts'
import { TEXTS } from '../texts.ts'
import { useChoice } from '../use-choice.ts'
import { Caller } from './caller.tsx'
import { Select } from './fields.tsx'

const { phones: says } = TEXTS
const SIGHTS = 5

export const fateOptions = () => (stage.value?.fates ?? []).map((fate) => [fate, says.fates[fate] ?? fate] as const)

type Deed = { path: string; words: string; kind: 'accept' | 'refuse' }

/** What can be done with its screen in a state. */
const DEEDS: Partial<Record<Phone['state'], readonly Deed[]>> = {
  ringing: [
    { path: '/phones/answer', words: says.answer, kind: 'accept' },
    { path: '/phones/decline', words: says.decline, kind: 'refuse' },
  ],
  talking: [{ path: '/phones/hang_up', words: says.hangUp, kind: 'refuse' }],
}

function Screen({ phone: { name, state, call } }: { phone: Phone }) {
  return (
    <div class={`screen ${state}`}>
      <div role="status">
        <strong>{says.states[state]}</strong>
        {call && (
          <p>
            <Caller from={call.from} />
          </p>
        )}
      </div>
      <p>
        {DEEDS[state]?.map(({ path, words, kind }, i) => (
          <button
            // Who answered by keyboard stands on the button that hangs up.
            key={i}
            type="button"
            class={kind}
            onClick={() => change(path, { name })}
            aria-label={`${words} ${name}`}
          >
            {words}
          </button>
        ))}
      </p>
    </div>
  )
}

/** A virtual phone: its screen, what becomes of the pushes to it, and what it saw last. */
export function VirtualPhone({ phone }: { phone: Phone }) {
  const { name, extension, platform, sights } = phone
  const [fate, setFate] = useChoice(phone.fate, (fate) => change('/phones/fate', { name, fate }))
  return (
    <li class="phone">
      <h2>
        <bdi>{name}</bdi>
      </h2>
      <p>
        {TEXTS.platforms[platform]}, {says.on} <bdi>{extension}</bdi>
      </p>
      <Screen phone={phone} />
      <Select label={says.fate} options={fateOptions()} value={fate} onChange={setFate} />
      <ol class="sights">
        {sights.slice(0, SIGHTS).map(({ at, kind, detail }) => (
          <li key={`${at} ${kind} ${detail}`}>
            <time dateTime={new Date(at).toISOString()}>{showTime(at)}</time> {says.sights[kind] ?? kind} <bdi>{detail}</bdi>
          </li>
        ))}
      </ol>
      <button
        type="button"
        onClick={() => change('/phones/remove', { name }).then(focusContent)}
        aria-label={`${says.remove} ${name}`}
      >
        {says.remove}
      </button>
    </li>
  )
}
