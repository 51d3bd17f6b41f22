import { useEffect } from 'preact/hooks'
import type { Health as HealthAnswer } from '../../client/health.ts'
import { attempt, mustSignIn, notice, post } from './api.ts'
import { connection } from './calls.ts'
import { differenceMs } from './clock.ts'
import { facts, hasPhones } from './facts.ts'
import { focusContent } from './focus.ts'
import { showSeconds } from './format.ts'
import { hrefOf, route, VIEWS, type View } from './route.ts'
import { refusal } from './stream.ts'
import { TEXTS } from './texts.ts'
import { useAsked } from './use-asked.ts'
import { Devices } from './views/devices.tsx'
import { Health } from './views/health.tsx'
import { Now } from './views/now.tsx'
import { Phones } from './views/phones.tsx'
import { SignIn } from './views/sign-in.tsx'
import { Wakes } from './views/wakes.tsx'

const CONTENT: Record<View, () => preact.JSX.Element> = {
  now: Now,
  devices: Devices,
  health: Health,
  wakes: Wakes,
  phones: Phones,
}

const HEALTH_MS = 15_000

/** How the PNS is, where that is not well. */
function Ailment() {
  const { answer } = useAsked<HealthAnswer>('/health', HEALTH_MS)
  return answer && answer.status !== 'ok' ? <strong class="ailment">: {answer.status}</strong> : null
}

function Navigation() {
  const views = VIEWS.filter((view) => view !== 'phones' || hasPhones.value)
  return (
    <nav aria-label={TEXTS.title}>
      <ul>
        {views.map((view) => (
          <li key={view}>
            <a href={hrefOf(view)} aria-current={route.value.view === view ? 'page' : undefined}>
              {TEXTS.views[view]}
              {view === 'health' && <Ailment />}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function Notice() {
  const said = notice.value
  return (
    <div role="status">
      {said && (
        <p class={`notice ${said.kind}`}>
          {said.text}
          <button
            type="button"
            onClick={() => {
              notice.value = undefined
              focusContent()
            }}
          >
            {TEXTS.dismiss}
          </button>
        </p>
      )}
    </div>
  )
}

function Clock() {
  const ms = differenceMs()
  return ms === undefined ? null : <p class="warning">{TEXTS.clock(showSeconds(Math.abs(ms) / 1000), ms > 0)}</p>
}

/** The whole page: the form to sign in where the PNS asks for it, or else the view that the address names. */
export function App() {
  const asked = route.value.view
  // A link to the phones leads to the calls where there are none.
  const view = asked === 'phones' && !hasPhones.value ? 'now' : asked
  useEffect(() => {
    document.title = `${TEXTS.views[view]} – ${TEXTS.title}`
  }, [view])
  if (mustSignIn.value) return <SignIn />
  const Content = CONTENT[view]
  return (
    <>
      <button type="button" class="skip" onClick={focusContent}>
        {TEXTS.skip}
      </button>
      <header>
        <span class="brand">{TEXTS.title}</span>
        <span class="pbx">
          <bdi>{facts.value?.pbx}</bdi>
        </span>
        <Navigation />
        <span class={`connection ${connection.value}`} role="status">
          {refusal.value ?? TEXTS.connection[connection.value]}
        </span>
        {facts.value?.signedIn && (
          <button type="button" onClick={signOut}>
            {TEXTS.signIn.out}
          </button>
        )}
      </header>
      <main id="content" tabIndex={-1}>
        <Clock />
        <Notice />
        <Content />
      </main>
    </>
  )
}

const signOut = () => attempt(post('/sign_out').then(() => location.reload()))
