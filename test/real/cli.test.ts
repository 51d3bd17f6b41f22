import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { placeOf } from '../../client/commands/place.ts'
import { ended, run, serve, settingsFile, start } from '../client/cli.ts'
import { runBoth, stubRelay } from '../client/harness.ts'
import { VOIP } from '../client/keys.ts'
import { problem, wellFate } from '../client/stub-relay.ts'

it('rings, lists, traces, reloads and stops a PNS of its own', async () => {
  const relay = await stubRelay()
  const config = settingsFile(relay.url)
  const { child, outcome, url } = await serve(config)
  const end = ended(child, outcome)
  const query = new URLSearchParams({ extension: '1001', platform: 'ios', token: VOIP, app: 'a', deviceId: 'phone-1' })
  await fetch(`${url}/register?${query}`)

  const rung = await run(['push-call', '--to', '1001', '--from', '+4420', '--call-id', 'c', '--ring-seconds', '20', '--pns', url])
  expect(rung).toMatchObject({ code: 0, out: 'Call c: devices pushed: 1\n  ios phone-1: accepted\n' })
  expect(relay.to('POST', '/v1/calls')[0]?.body).toMatchObject({ callId: 'c', from: { number: '+4420' }, ringSeconds: 20 })
  const listed = await run(['devices', '--json', '--pns', url])
  expect(JSON.parse(listed.out)).toMatchObject({ devices: [{ deviceId: 'phone-1' }] })
  expect((await run(['devices', '--pns', url])).out).toContain('phone-1')
  const traced = await run(['trace', 'c', '--pns', url])
  expect(traced).toMatchObject({ code: 0, out: expect.stringContaining('woke') })

  child.kill('SIGHUP')
  await vi.waitFor(() => expect(outcome.out).toContain('settings reloaded'), 5000)
  expect(await run(['reload', '--pns', url])).toMatchObject({ code: 0, out: 'Changed: nothing\n' })
  writeFileSync(config, 'pbx = ')
  expect(await run(['reload', '--pns', url])).toMatchObject({ code: 1, err: expect.stringContaining('settings_refused') })
  expect(await run(['stop', '--pns', url])).toMatchObject({ code: 0 })
  expect((await end).code).toBe(0)
})

it('what serve stores is for its own user, from the first start on', async () => {
  const relay = await stubRelay()
  const config = settingsFile(relay.url)
  await serve(config)
  const data = join(dirname(config), 'data')
  const modes = readdirSync(data).map((name) => [name, statSync(join(data, name)).mode & 0o077])
  expect(modes.length).toBeGreaterThan(0)
  expect(modes.filter(([name, mode]) => String(name).startsWith('wakecall.sqlite') && mode !== 0)).toEqual([])
  expect(statSync(data).mode & 0o777).toBe(0o700)
})

it.each(['SIGTERM', 'SIGINT'] as const)('%s ends serve well', async (signal) => {
  const relay = await stubRelay()
  const { child, outcome } = await serve(settingsFile(relay.url))
  const end = ended(child, outcome)
  child.kill(signal)
  expect(await end).toMatchObject({ code: 0, err: '', out: expect.stringContaining('"stopped"') })
})

it('a second signal ends serve at once', async () => {
  const relay = await stubRelay()
  const { child, outcome, url } = await serve(settingsFile(relay.url, { pushBudgetMs: 30_000 }))
  const end = ended(child, outcome)
  relay.fate = () => 'hang'
  const call = fetch(`${url}/push_call?to=1&from=2`).catch(() => undefined)
  await vi.waitFor(() => expect(relay.received).toHaveLength(1), 10_000)
  child.kill('SIGTERM')
  await vi.waitFor(() => expect(fetch(url)).rejects.toThrow(), 10_000)
  child.kill('SIGTERM')
  expect((await end).code).toBe(1)
  await call
})

it('a registration that was answered survives kill -9', async () => {
  const relay = await stubRelay()
  relay.fate = () => problem('unavailable')
  const config = settingsFile(relay.url)
  const first = await serve(config)
  const query = new URLSearchParams({ extension: '1001', platform: 'ios', token: VOIP, app: 'a' })
  await fetch(`${first.url}/register?${query}`)
  const end = ended(first.child, first.outcome)
  first.child.kill('SIGKILL')
  await end
  relay.received.length = 0
  relay.fate = wellFate
  await serve(config)
  await vi.waitFor(() => expect(relay.to('PUT', '/v1/extensions/1001')).toHaveLength(1), 15_000)
})

it.each([
  [['push-call', '--to', '1001'], /--from/],
  [['push-call', '--to', '1', '--from', '2', '--rings=9'], /Unknown option --rings\.\n`wakecall push-call --help` says/],
  [['devices', 'of', 'whom'], /Too many arguments/],
  [['trace'], /CALLID\n`wakecall trace --help` says/],
  [['dance'], /Unknown command dance\n`wakecall --help` says/],
  [['tarce', 'CALLID'], /Unknown command tarce\nDid you mean `wakecall trace`\?/],
  [['keys', 'rotaet'], /Unknown command rotaet\nDid you mean `wakecall keys rotate`\?/],
  [[], /No command specified\.\n`wakecall --help` says/],
  [['devices', '--pns', 'nowhere'], /--pns must be/],
])('%j is refused as usage', async (args, message) => {
  const { code, out, err } = await run(args)
  expect([code, out]).toEqual([2, ''])
  expect(err).toMatch(message)
})

it('settings that cannot be used end with 2 and say everything', async () => {
  const config = settingsFile('https://relay.example', { pbx: 'Head Office', keyFile: '/nowhere/key.pem' })
  for (const command of [['serve'], ['config', 'check']]) {
    const { code, err } = await run([...command, '--config', config])
    expect(code).toBe(2)
    expect(err).toMatch(/pbx: must be .*\n.*keyFile: there is no such file/)
  }
  expect(await run(['serve', '--config', '/nowhere.toml'])).toMatchObject({ code: 2, err: expect.stringContaining('ENOENT') })
})

it('config check says every error with its line, as JSON too', async () => {
  const config = settingsFile('https://relay.example', { localToken: 'short-secret', colour: 1, log: { level: 'loud' } })
  const check = ['config', 'check', '--config', config]
  const says = /cannot be used\.\nline 6: localToken: must be .*\nline 7: colour: is not .*\nline 10: log\.level: must be one of/
  expect(await run(check)).toMatchObject({ code: 2, out: '', err: expect.stringMatching(says) })
  const { code, out, err } = await run([...check, '--json'])
  expect([code, JSON.parse(out)]).toMatchObject([
    2,
    { ok: false, errors: [/^line 6/, /^line 7/, /^line 10/].map((line) => expect.stringMatching(line)) },
  ])
  expect(out + err).not.toContain('short-secret')
})

it('config check says that all is well', async () => {
  const config = settingsFile('https://relay.example')
  expect(await run(['config', 'check', '--config', config])).toMatchObject({ code: 0, out: `${config}: no errors\n` })
  expect(await run(['config', 'check', '--json', '--config', config])).toMatchObject({ code: 0, out: '{"ok":true}\n' })
})

it('on a socket it is asked by --pns or WAKECALL_PNS, and a second one is refused and leaves nothing', async () => {
  const relay = await stubRelay()
  const config = settingsFile(relay.url)
  const socket = `unix:${join(dirname(config), 'pns.sock')}`
  writeFileSync(config, readFileSync(config, 'utf8').replace('127.0.0.1:0', socket))
  const { child, outcome, url } = await serve(config)
  const end = ended(child, outcome)
  expect(url).toBe(socket)
  expect(await run(['devices', '--json', '--pns', socket])).toMatchObject({ code: 0, out: '{"devices":[]}\n' })
  const second = settingsFile(relay.url, { listen: socket })
  const refused = await run(['serve', '--config', second])
  expect(refused).toMatchObject({ code: 2, out: '', err: expect.stringContaining('listen: cannot listen there (EADDRINUSE)') })
  expect(readdirSync(dirname(second)).toSorted()).toEqual(['key.pem', 'wakecall.toml'])
  expect(await run(['stop'], { WAKECALL_PNS: socket })).toMatchObject({ code: 0, out: 'The PNS stops.\n' })
  expect((await end).code).toBe(0)
  expect(await run(['stop'], { WAKECALL_PNS: socket })).toMatchObject({ code: 3, err: expect.stringContaining(socket) })
})

it('where the PNS is, is what was named, what its settings say, or the default', () => {
  for (const name of ['WAKECALL_PNS', 'WAKECALL_LOCAL_TOKEN']) vi.stubEnv(name, undefined)
  onTestFinished(() => void vi.unstubAllEnvs())
  const token = 'a-long-secret-of-ours'
  const config = settingsFile('https://relay.example', { listen: '10.0.0.1:7460', localToken: token, keyFile: '/nowhere.pem' })
  expect(placeOf({ config })).toEqual({ pns: 'http://10.0.0.1:7460', token })
  expect(placeOf({})).toEqual({ pns: 'http://127.0.0.1:7460', token: undefined })
  expect(() => placeOf({ config: '/nowhere.toml' })).toThrow('cannot be read (ENOENT)')
  vi.stubEnv('WAKECALL_PNS', 'unix:/run/pns.sock')
  expect(placeOf({})).toEqual({ pns: 'unix:/run/pns.sock', token: undefined })
  expect(placeOf({ config })).toEqual({ pns: 'http://10.0.0.1:7460', token })
  expect(placeOf({ pns: 'http://10.0.0.2:1', config })).toEqual({ pns: 'http://10.0.0.2:1', token: undefined })
})

it('SIGUSR1 opens the log file anew, and no debugger', async () => {
  const relay = await stubRelay()
  const file = join(dirname(settingsFile(relay.url)), 'pns.log')
  const { child, outcome } = start(['serve', '--config', settingsFile(relay.url, { log: { file } })])
  await vi.waitFor(() => expect(existsSync(file) && readFileSync(file, 'utf8')).toContain('"listening"'), 15_000)
  renameSync(file, `${file}.1`)
  child.kill('SIGUSR1')
  await vi.waitFor(() => expect(existsSync(file)).toBe(true), 5000)
  const end = ended(child, outcome)
  child.kill('SIGTERM')
  expect(await end).toMatchObject({ code: 0, out: '', err: '' })
  expect(readFileSync(file, 'utf8')).toContain('"stopped"')
  expect(readFileSync(`${file}.1`, 'utf8')).not.toContain('"stopped"')
})

it('a PNS that is not running is 3, and what the relay refuses 1', async () => {
  const { relay, pns } = await runBoth()
  const call = ['push-call', '--to', '1', '--from', '2', '--pns']
  relay.fate = () => problem('push_rate_exceeded')
  expect(await run([...call, pns.url])).toMatchObject({ code: 1, err: expect.stringContaining('push_rate_exceeded') })
  await pns.close()
  expect(await run([...call, pns.url])).toMatchObject({ code: 3, err: expect.stringContaining('wakecall serve') })
})

it('the local token is taken from the environment', async () => {
  const { pns } = await runBoth({ localToken: 'a-long-secret-of-ours' })
  const args = ['devices', '--json', '--pns', pns.url]
  expect(await run(args)).toMatchObject({ code: 1, err: expect.stringContaining('token_required') })
  expect(await run(args, { WAKECALL_LOCAL_TOKEN: 'a-long-secret-of-ours' })).toMatchObject({ code: 0 })
})

it('--help, help and --version', async () => {
  for (const ask of ['--help', 'help']) {
    expect(await run([ask])).toMatchObject({ code: 0, out: expect.stringContaining('push-call') })
  }
  for (const ask of [
    ['push-call', '--help'],
    ['help', 'push-call'],
  ]) {
    expect(await run(ask)).toMatchObject({ code: 0, out: expect.stringContaining('--ring-seconds') })
  }
  expect(await run(['--version'])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
})
