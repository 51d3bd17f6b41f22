import { CommandFailed } from './command.ts'

type Question = { method: 'GET' | 'POST'; path: string; params?: Record<string, unknown> }

type Said = { title?: string; code?: string; detail?: string }

/** Asks the running PNS; `token` is the localToken of its settings, if they have one. */
export async function ask<T>(
  pns: string,
  { method, path, params }: Question,
  token = process.env.WAKECALL_LOCAL_TOKEN,
): Promise<T> {
  const url = URL.parse(path, pns)
  if (!url?.protocol.startsWith('http')) throw new CommandFailed(2, '--pns must be an address like http://127.0.0.1:7460.')
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: params ? JSON.stringify(params) : null,
  }).catch((cause) => {
    throw new CommandFailed(
      3,
      `No PNS is running at ${url.origin}. Start it with \`wakecall serve\`, or name another with --pns.`,
      cause,
    )
  })
  const answer = await (response.json() as Promise<Said>).catch(() => {
    throw new CommandFailed(1, `What answers at ${url.origin} is not a PNS.`)
  })
  if (!response.ok) throw new CommandFailed(1, `${answer.title} (${answer.code}). ${answer.detail}`)
  return answer as T
}
