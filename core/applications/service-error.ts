export type Service = 'SNS' | 'Secrets Manager'

/** What a service answered instead of what it was asked. `error` is the SDK's name without its suffix `Exception`. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  readonly service: Service
  readonly error: string
  readonly status: number | undefined

  constructor(service: Service, refusal: { name: string; message: string; status?: number | undefined }) {
    super(refusal.message)
    this.service = service
    this.error = refusal.name.replace(/Exception$/, '')
    this.status = refusal.status
  }
}

export const isServiceError = (error: unknown, name: string): error is ServiceError =>
  error instanceof ServiceError && error.error === name
