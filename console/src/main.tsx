import './style.css'
import './charts.css'
import './phones.css'
import { render } from 'preact'
import { mustSignIn } from './api.ts'
import { App } from './app.tsx'
import { followCalls } from './calls.ts'

const root = document.getElementById('app')
if (root) render(<App />, root)

// At first, and when somebody has signed in.
let leave: (() => void) | undefined
mustSignIn.subscribe((refused) => {
  leave?.()
  leave = refused ? undefined : followCalls()
})
