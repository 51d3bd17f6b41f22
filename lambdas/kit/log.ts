import type { Measured } from './metrics.ts'

/**
 * An event is one JSON line on standard output, which Lambda puts into the function's log group as it is. Every byte is paid
 * for: only what went wrong names its level, and `service` is there only where no log group of its own says it. Never a token, a key or a caller's number.
 */
export type Log = ReturnType<typeof createLog>

export function createLog(service: string) {
  const source = process.env.AWS_LAMBDA_FUNCTION_NAME === undefined ? { service } : {}
  const write = (line: { level?: 'ERROR'; message: string }, fields: object) =>
    void process.stdout.write(`${JSON.stringify({ ...line, ...source, ...fields })}\n`)
  return {
    info: (message: string, fields: object) => write({ message }, fields),
    /** A line of a kind that CloudWatch makes metrics of. */
    measured: ({ kind, dimensions, values }: Measured, fields: object) =>
      write({ message: kind }, { ...fields, ...dimensions, ...values }),
    error: (message: string, error: unknown, fields: object = {}) =>
      write({ level: 'ERROR', message }, { ...fields, error: plainly(error) }),
  }
}

/** An error with its stack, its cause likewise. */
function plainly(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { name, message, stack, cause } = error
  return { name, message, stack, ...(cause !== undefined && { cause: plainly(cause) }) }
}
