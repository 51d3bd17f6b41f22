import { useState } from 'preact/hooks'
import { mustSignIn, post } from '../api.ts'
import { TEXTS } from '../texts.ts'

export function SignIn() {
  const [wrong, setWrong] = useState(false)

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const token = new FormData(event.target as HTMLFormElement).get('token')
    try {
      await post('/sign_in', { token })
      mustSignIn.value = false
    } catch {
      setWrong(true)
    }
  }

  return (
    <main class="sign-in">
      <h1>{TEXTS.signIn.title}</h1>
      <p>{TEXTS.signIn.why}</p>
      <form onSubmit={submit}>
        <label>
          {TEXTS.signIn.token}
          <input name="token" type="password" autocomplete="current-password" required />
        </label>
        <button type="submit">{TEXTS.signIn.submit}</button>
      </form>
      <p role="alert">{wrong && TEXTS.signIn.wrong}</p>
    </main>
  )
}
