type Headers = Readonly<Record<string, string>>

/** A file of the console, as it is and compressed. Its `etag` says whether a browser has it already (RFC 9110, 13.1.2). */
export type FileAnswer = { file: Buffer; gzip: Buffer; contentType: string; headers: Headers }

/** Text that goes on until `end` is called, or nobody listens: `join` gives what is to be done then. */
export type Stream = { contentType: string; join: (send: (text: string) => void, end: () => void) => () => void }

/** What a handler answers: callers that want text get `bare`, or else the number of devices; all others get `body`. */
export type Answer =
  | { devices: number; body: object; bare?: string; status?: number; headers?: Headers }
  | { text: string; contentType: string }
  | FileAnswer
  | { stream: Stream }
