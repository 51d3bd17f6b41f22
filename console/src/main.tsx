import './style.css'
import { render } from 'preact'
import { mustSignIn } from './api.ts'
import { App } from './app.tsx'
import { listen } from './calls.ts'

const root = document.getElementById('app')
if (root) render(<App />, root)

// At first, and when somebody has signed in.
mustSignIn.subscribe((refused) => {
  if (!refused) listen()
})
