import type { Application } from './application.ts'
import { type ApplicationFailureCode, refusedBecause } from './refusals.ts'
import type { ServiceError } from './service-error.ts'

/** Why a platform application is not what it is to be, and what to do about it; nothing of its credentials is in it. */
export class ApplicationFailure extends Error {
  override readonly name = 'ApplicationFailure'
  readonly code: ApplicationFailureCode

  constructor(code: ApplicationFailureCode, message: string) {
    super(message)
    this.code = code
  }
}

export function failureOf(error: ServiceError, application: Application, secret: string): ApplicationFailure {
  const { code, advice } = refusedBecause(error)
  const words = `${error.service} says (${error.error}): ${withoutSecret(error.message, secret)}`
  return new ApplicationFailure(code, `${application.platform}/${application.name}: ${advice(application)} ${words}`)
}

/** Characters in a row that a text has in common with the secret by quoting it only. */
const PIECE = 12

/** A service may quote what it refuses: text that has a piece of the secret in it is not repeated. */
function withoutSecret(text: string, secret: string): string {
  const pieces = Array.from({ length: Math.max(0, text.length - PIECE + 1) }, (_, i) => text.slice(i, i + PIECE))
  return pieces.some((piece) => secret.includes(piece)) ? '(left out: it quotes the secret)' : text
}
