/** Server-sent events as they come: `next` gives the data of the next event of that name that fits, and drops what came before it. */
export async function eventsOf(url: string) {
  const hangUp = new AbortController()
  const response = await fetch(url, { signal: hangUp.signal })
  if (!response.body) throw new Error('there is no body')
  const chunks = response.body.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]()
  let text = ''

  async function block(): Promise<string> {
    for (;;) {
      const end = text.indexOf('\n\n')
      if (end >= 0) {
        const found = text.slice(0, end)
        text = text.slice(end + 2)
        return found
      }
      const { value, done } = await chunks.next()
      if (done) throw new Error('the events ended')
      text += value
    }
  }

  return {
    async next<T>(name: string, fits: (data: T) => boolean = () => true): Promise<T> {
      for (;;) {
        const [, event, text = ''] = /event: (.*)\ndata: (.*)/.exec(await block()) ?? []
        const data = event === name ? (JSON.parse(text) as T) : undefined
        if (data !== undefined && fits(data)) return data
      }
    },
    close: () => hangUp.abort(),
  }
}
