import type { WebSocket } from 'ws'

export type StubChannel = {
  id: string
  name: string
  state: string
  caller: { name: string; number: string }
  dialplan: { app_name: string; app_data: string }
  variables: Record<string, string>
  /** What a leg was originated with. */
  query: Record<string, string>
}

type App = { socket?: WebSocket | undefined; subscribed: boolean; allowed?: string[] }

export type CallerOptions = { id?: string; number?: string; name?: string; pres?: string; linkedid?: string }

export type StubCore = ReturnType<typeof createStubCore>

/** Asterisk's channels, contacts and applications, and the events that they make. */
export function createStubCore() {
  const channels = new Map<string, StubChannel>()
  const apps = new Map<string, App>()
  const contacts = new Map<string, string[]>()
  /** Which application hears of a channel. */
  const listeners = new Map<string, string>()
  const core = { dialplanJoins: true }
  let count = 0

  function channelOf(id: string): StubChannel {
    const channel = channels.get(id)
    if (!channel) throw new Error(`no channel ${id}`)
    return channel
  }

  function emit(app: string, event: { type: string; [field: string]: unknown }): void {
    const { socket, allowed } = apps.get(app) ?? {}
    if (allowed && !allowed.includes(event.type)) return
    socket?.send(JSON.stringify({ application: app, asterisk_id: 'stub', timestamp: '2026-01-01T00:00:00.000+0000', ...event }))
  }

  /** A leg's come twice: it is heard of by its own, and by its endpoint's subscription. */
  function emitOf(channel: StubChannel, type: string, fields: object = {}): void {
    const app = listeners.get(channel.id)
    if (app === undefined) return
    const { variables: _, query, ...shown } = channel
    for (let times = query.endpoint === undefined ? 1 : 2; times > 0; times--) emit(app, { type, ...fields, channel: shown })
  }

  function leave(channel: StubChannel, to: string): void {
    channel.dialplan = { app_name: to, app_data: '' }
    emitOf(channel, 'StasisEnd')
  }

  function enter(id: string, app: string, args: readonly string[], fields: object = {}): void {
    const channel = channelOf(id)
    channel.dialplan = { app_name: 'Stasis', app_data: [app, ...args].join(',') }
    listeners.set(id, app)
    const { variables: _, query: __, ...shown } = channel
    emit(app, { type: 'StasisStart', args, channel: shown, ...fields })
  }

  function add(id: string, name: string, caller: StubChannel['caller'], rest: Partial<StubChannel>): StubChannel {
    const dialplan = { app_name: '', app_data: '' }
    const channel = { id, name, state: 'Ring', caller, dialplan, variables: {}, query: {}, ...rest }
    channels.set(id, channel)
    return channel
  }

  function end(id: string, cause = 16): void {
    const channel = channelOf(id)
    channels.delete(id)
    if (channel.dialplan.app_name === 'Stasis') emitOf(channel, 'StasisEnd')
    emitOf(channel, 'ChannelDestroyed', { cause, cause_txt: '' })
    listeners.delete(id)
  }

  /** The dialplan behind Stasis(): `Bridge(${WAKECALL_PEER})`. */
  function goOn(id: string): void {
    const channel = channelOf(id)
    leave(channel, 'Wait')
    const peer = [...channels.values()].find(({ name }) => name === channel.variables.WAKECALL_PEER)
    if (!peer || !core.dialplanJoins) return
    leave(peer, 'AppDial2')
    channel.dialplan = { app_name: 'Bridge', app_data: peer.name }
  }

  const answered = ({ id, query }: StubChannel) => enter(id, query.app ?? '', [query.appArgs ?? ''])

  function register(endpoint: string, uri: string, status = 'NonQualified'): void {
    const others = (contacts.get(endpoint) ?? []).filter((known) => known !== uri)
    contacts.set(endpoint, status === 'Removed' ? others : [...others, uri])
    const contact_info = { uri, contact_status: status, aor: endpoint, roundtrip_usec: '0' }
    for (const [app, { subscribed }] of apps) {
      const endpointOf = { technology: 'PJSIP', resource: endpoint, state: 'online', channel_ids: [] }
      if (subscribed) emit(app, { type: 'ContactStatusChange', endpoint: endpointOf, contact_info })
    }
  }

  return Object.assign(core, {
    channels,
    apps,
    contacts,
    enter,
    end,
    goOn,
    register,
    /** An application is replaced by the next of its name, whose connection stays open. */
    connect(name: string, socket: WebSocket): void {
      const before = apps.get(name)
      if (before?.socket) emit(name, { type: 'ApplicationReplaced' })
      const app = before ?? { subscribed: false }
      app.socket = socket
      apps.set(name, app)
      socket.on('close', () => {
        if (app.socket !== socket) return
        app.socket = undefined
        if (!app.subscribed) apps.delete(name)
      })
    },
    /** Whether there is such an application. */
    change(name: string, changed: Partial<App>): boolean {
      const app = apps.get(name)
      if (app) Object.assign(app, changed)
      return app !== undefined
    },
    userEvent(eventname: string, to: string): boolean {
      if (!apps.has(to)) return false
      emit(to, { type: 'ChannelUserevent', eventname, userevent: {} })
      return true
    },
    /** Whatever a test sends to the application. */
    say: (text: string, to = 'wakecall') => apps.get(to)?.socket?.send(text),
    addLeg(id: string, app: string, query: Record<string, string>, variables: Record<string, string>): StubChannel {
      const [, endpoint = ''] = query.endpoint?.split('/') ?? []
      const dialplan = { app_name: 'AppDial2', app_data: '(Outgoing Line)' }
      const name = `PJSIP/${endpoint}-${String(++count).padStart(8, '0')}`
      listeners.set(id, app)
      return add(id, name, { name: '', number: '' }, { state: 'Down', dialplan, query, variables })
    },
    /** Somebody calls: `Stasis(wakecall,…)`. Gives the channel's id. */
    call(args: readonly string[], options: CallerOptions = {}, app = 'wakecall'): string {
      const { id = `caller-${++count}`, number = '1002', name = '', pres = 'allowed_not_screened', linkedid = id } = options
      const variables = { 'CHANNEL(linkedid)': linkedid, 'CALLERID(pres)': pres }
      add(id, `PJSIP/${number}-${count}`, { name, number }, { variables })
      enter(id, app, args)
      return id
    },
    /** An attended transfer puts another channel into the place of a caller. */
    replace(old: string): string {
      const [gone, fresh] = [channelOf(old), `caller-${++count}`]
      const { 'CHANNEL(linkedid)': linkedid = '', 'CALLERID(pres)': pres = '' } = gone.variables
      const variables = { 'CHANNEL(linkedid)': linkedid, 'CALLERID(pres)': pres }
      add(fresh, `PJSIP/1003-${count}`, { name: '', number: '1003' }, { variables })
      const [app = '', ...args] = gone.dialplan.app_data.split(',')
      const { variables: _, query: __, ...replace_channel } = gone
      enter(fresh, app, args, { replace_channel })
      end(old)
      return fresh
    },
    legs: () => [...channels.values()].filter(({ query }) => query.endpoint !== undefined),
    ring(id: string): void {
      const leg = channelOf(id)
      leg.state = 'Ringing'
      emitOf(leg, 'ChannelStateChange')
    },
    /** Asterisk hangs up who answers while nobody listens. */
    answer(id: string): void {
      const leg = channelOf(id)
      leg.state = 'Up'
      emitOf(leg, 'ChannelStateChange')
      if (apps.get(leg.query.app ?? '')?.socket) answered(leg)
      else end(id)
    },
    /** Asterisk has not noticed yet that nobody listens. */
    answerUnheard(id: string): void {
      const leg = channelOf(id)
      leg.state = 'Up'
      answered(leg)
    },
  })
}
