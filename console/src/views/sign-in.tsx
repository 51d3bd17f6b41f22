import { useState } from 'preact/hooks'
import { mustSignIn, post, Refused } from '../api.ts'
import { TEXTS } from '../texts.ts'

export function SignIn() {
  const [wrong, setWrong] = useState('')

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const token = new FormData(event.target as HTMLFormElement).get('token')
    try {
      await post('/sign_in', { token })
      mustSignIn.value = false
    } catch (error) {
      const isWrong = error instanceof Refused && error.code === 'token_required'
      setWrong(isWrong ? TEXTS.signIn.wrong : `${TEXTS.failed}: ${(error as Error).message}`)
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
      <p role="alert">{wrong}</p>
    </main>
  )
}
