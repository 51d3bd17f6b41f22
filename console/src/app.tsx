import { useEffect } from 'preact/hooks'
import { mustSignIn, notice, post } from './api.ts'
import { connection } from './calls.ts'
import { facts, learn } from './facts.ts'
import { hrefOf, route, VIEWS, type View } from './route.ts'
import { TEXTS } from './texts.ts'
import { Devices } from './views/devices.tsx'
import { Health } from './views/health.tsx'
import { Now } from './views/now.tsx'
import { SignIn } from './views/sign-in.tsx'
import { Wakes } from './views/wakes.tsx'

const CONTENT: Record<View, () => preact.JSX.Element> = {
  now: Now,
  devices: Devices,
  health: Health,
  wakes: Wakes,
}

function Navigation() {
  return (
    <nav aria-label={TEXTS.title}>
      <ul>
        {VIEWS.map((view) => (
          <li key={view}>
            <a href={hrefOf(view)} aria-current={route.value.view === view ? 'page' : undefined}>
              {TEXTS.views[view]}
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
            }}
          >
            {TEXTS.dismiss}
          </button>
        </p>
      )}
    </div>
  )
}

/** The whole page: the form to sign in where the PNS asks for it, or else the view that the address names. */
export function App() {
  const signedOut = mustSignIn.value
  useEffect(() => {
    if (!signedOut) learn().catch(() => {})
  }, [signedOut])
  if (signedOut) return <SignIn />
  const { view } = route.value
  const Content = CONTENT[view]
  return (
    <>
      <button type="button" class="skip" onClick={skip}>
        {TEXTS.skip}
      </button>
      <header>
        <span class="brand">{TEXTS.title}</span>
        <span class="pbx">
          <bdi>{facts.value?.pbx}</bdi>
        </span>
        <Navigation />
        <span class={`connection ${connection.value}`} role="status">
          {TEXTS.connection[connection.value]}
        </span>
        {facts.value?.signedIn && (
          <button type="button" onClick={signOut}>
            {TEXTS.signIn.out}
          </button>
        )}
      </header>
      <main id="content" tabIndex={-1}>
        <Notice />
        <Content />
      </main>
    </>
  )
}

const skip = () => document.getElementById('content')?.focus()

async function signOut(): Promise<void> {
  await post('/sign_out')
  location.reload()
}
