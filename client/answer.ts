/** What a handler answers: callers that want text get `bare`, or else the number of devices; all others get `body`. */
export type Answer = { devices: number; body: object; bare?: string; status?: number } | { text: string; contentType: string }
