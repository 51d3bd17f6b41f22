import { randomBytes, randomUUID } from 'node:crypto'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it, vi } from 'vitest'
import { loadSettings } from '../../client/load-settings.ts'
import { withRelay } from '../../client/relay/with-relay.ts'
import { systemClock } from '../../core/clock.ts'
import { invite } from '../../core/enrol.ts'
import { showCode } from '../../core/enrol-code.ts'
import { LOCAL_APP, startCloud } from '../../local/cloud.ts'
import { tokenOf } from '../../local/tokens.ts'
import { run, serve } from '../client/cli.ts'
import { temporaryDir } from '../client/harness.ts'

const cloud = await startCloud({ port: 0, pbxs: [] })
afterAll(() => cloud.close())
Object.assign(process.env, cloud.env)
const { createPbxStore } = await import('../../lambdas/aws/pbxs.ts')

const ports = {
  pbxs: createPbxStore(cloud.env.TABLE_NAME ?? ''),
  clock: systemClock,
  randomBytes: (size: number) => randomBytes(size),
}

const change = (file: string, from: string | RegExp, to: string) =>
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to))

const refusal = (config: string) =>
  withRelay(loadSettings(config), ({ once }) => once('keys', { budgetMs: 5000 })).then(
    () => undefined,
    ({ code }) => code,
  )

/** Rings one call after the other until `done`; gives how each was answered. */
async function ringUntil(done: Promise<unknown>, url: string): Promise<number[]> {
  let ending = false
  const statuses: number[] = []
  const over = done.finally(() => {
    ending = true
  })
  while (!ending) statuses.push((await fetch(`${url}/push_call?to=1002&from=1003`)).status)
  await over
  return statuses
}

it('a PBX is invited, enrols, serves, and rotates its key while calls run: none is refused', async () => {
  const { code } = await invite(ports, 'office', {}, { devices: 100, pushesPerMinute: 60_000 })
  const dir = temporaryDir()
  const file = (name: string) => join(dir, name)
  const config = file('wakecall.toml')
  const options = ['--config', config, '--data', file('data'), '--json']
  const enrolled = await run(['enrol', cloud.relayUrl, showCode(code), ...options])
  expect(enrolled).toMatchObject({ code: 0, err: '' })
  const again = await run(['enrol', cloud.relayUrl, showCode(code), '--config', file('second.toml'), '--key', file('other.pem')])
  expect(again).toMatchObject({ code: 1, err: expect.stringContaining('Compare it with the code') })

  change(config, '# listen = "127.0.0.1:7460"', 'listen = "127.0.0.1:0"')
  const { url } = await serve(config)
  change(config, /^listen = .*$/m, `listen = "${url.replace('http://', '')}"`)
  const phone = {
    extension: '1001',
    platform: 'android',
    app: LOCAL_APP,
    token: tokenOf({ kind: 'fcm', fate: 'accept', phone: 'ann' }),
  }
  await fetch(`${url}/register?${new URLSearchParams(phone)}`)
  const devices = async () => (await fetch(`${url}/devices`)).json() as Promise<{ devices: { confirmed: boolean }[] }>
  await vi.waitFor(async () => expect((await devices()).devices).toMatchObject([{ confirmed: true }]), 10_000)

  copyFileSync(file('key.pem'), file('before.pem'))
  writeFileSync(file('before.toml'), readFileSync(config, 'utf8').replace('key.pem', 'before.pem'))
  expect(await refusal(file('before.toml'))).toBeUndefined()
  const rotating = run(['keys', 'rotate', '--config', config, '--json'])
  const statuses = await ringUntil(rotating, url)
  const { out, err } = await rotating
  expect(err).toBe('')
  const { keyId, removedKeyId } = JSON.parse(out)
  expect(JSON.parse(out)).toMatchObject({ pbx: 'office', pns: 'reloaded', removedKeyId: JSON.parse(enrolled.out).keyId })
  expect(statuses.length).toBeGreaterThan(10)
  expect(new Set(statuses)).toEqual(new Set([200]))

  expect(await refusal(file('before.toml'))).toBe('key_refused')
  expect(await refusal(config)).toBeUndefined()
  expect(Object.keys((await ports.pbxs.get('office'))?.keys ?? {})).toEqual([keyId])
  expect(keyId).not.toBe(removedKeyId)
  const callId = randomUUID()
  const rung = await fetch(`${url}/push_call?${new URLSearchParams({ to: '1001', from: '1002', callId })}`)
  expect(await rung.json()).toMatchObject({ callId, devices: 1, deliveries: [{ outcome: 'accepted' }] })
})
