import { expect, test } from 'vitest'
import { enrol } from '../../core/enrol.ts'
import { MOST_KEYS } from '../../core/pbx.ts'
import { loadSettings } from '../../lib/load-settings.ts'
import { readSettings } from '../../lib/settings.ts'
import { EnrolmentCode } from '../../wire/keys.ts'
import { parse } from '../../wire/parse.ts'
import { keyIdOf } from '../../wire/signature.ts'
import { RELAY_URL, useAdmin } from './admin.ts'

const { run, json, store, file } = useAdmin()

const publicKey = (name: string) => Buffer.from(name.padEnd(32)).toString('base64url')
const DAY = 24 * 3600 * 1000

/** What the relay does when the PBX sends the code. */
const enrolWith = async (shown: string, name = 'pbx') =>
  enrol(
    { pbxs: await store(), clock: { now: Date.now, sleep: async () => {} } },
    { code: parse(EnrolmentCode, shown), publicKey: publicKey(name) },
  )

test('an invited PBX enrols with the code that is printed, by the command that is printed', async () => {
  const before = Date.now()
  const { code, stdout, stderr } = await run('pbx', 'invite', 'office', '--name', 'Büro München', '--pushes', '60')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const [, shown = ''] = new RegExp(`^  wakecall enrol ${RELAY_URL} ([0-9A-Z-]{23})$`, 'm').exec(stdout) ?? []
  expect(stdout).toContain(`\n  ${shown}\n`)
  const until = Date.parse(/until (\S+Z)/.exec(stdout)?.[1] ?? '')
  expect(until).toBeGreaterThanOrEqual(before + DAY)
  expect(until).toBeLessThanOrEqual(Date.now() + DAY)
  expect(await enrolWith(shown)).toEqual({ pbx: 'office', keyId: keyIdOf(publicKey('pbx')) })
  expect(await (await store()).get('office')).toMatchObject({
    name: 'Büro München',
    quotas: { devices: (await loadSettings()).quotas.devices, pushesPerMinute: 60 },
  })
})

test('quotas that are not given are those of the configuration', async () => {
  file('my.config.ts', 'export const config = { quotas: { devices: 7 } }')
  await run('pbx', 'invite', 'small', '--config', 'my.config.ts')
  const { quotas } = readSettings({ quotas: { devices: 7 } })
  expect(await json('pbx', 'quota', 'small')).toEqual({ pbx: 'small', quotas })
})

test('a second invitation voids the first, and keeps name and quotas', async () => {
  const first = await json('pbx', 'invite', 'branch', '--name', 'Branch', '--devices', '5')
  const second = await json('pbx', 'invite', 'branch')
  expect(second).toEqual({
    pbx: 'branch',
    code: expect.not.stringMatching(first.code),
    expiresAt: expect.stringMatching(/Z$/),
    command: `wakecall enrol ${RELAY_URL} ${second.code}`,
  })
  await expect(enrolWith(first.code)).rejects.toMatchObject({ code: 'enrolment_refused' })
  expect(await enrolWith(second.code)).toMatchObject({ pbx: 'branch' })
  expect(await (await store()).get('branch')).toMatchObject({ name: 'Branch', quotas: { devices: 5 } })
})

test('pbx list shows every PBX and its state, and no code', async () => {
  const { code } = await json('pbx', 'invite', 'list-a', '--name', 'One')
  await enrolWith((await json('pbx', 'invite', 'list-b')).code)
  await json('pbx', 'invite', 'list-c')
  await run('pbx', 'revoke', 'list-c')
  const { pbxs } = await json('pbx', 'list')
  const { quotas } = await loadSettings()
  expect(pbxs.filter(({ pbx }: { pbx: string }) => pbx.startsWith('list-'))).toEqual([
    { pbx: 'list-a', name: 'One', keys: 0, quotas, invitedUntil: expect.any(String) },
    { pbx: 'list-b', name: 'list-b', keys: 1, quotas },
    { pbx: 'list-c', name: 'list-c', keys: 0, quotas, revokedAt: expect.any(String) },
  ])
  const { stdout } = await run('pbx', 'list')
  expect(stdout).toMatch(/^PBX +KEYS +DEVICES +PUSHES\/MIN +STATE +NAME$/m)
  expect(stdout).toMatch(/^list-a +0 +\d+ +\d+ +not enrolled, invited until \S+Z +One$/m)
  expect(stdout).toMatch(/^list-b +1 .* enrolled +list-b$/m)
  expect(stdout).toMatch(/^list-c +0 .* revoked \S+Z +list-c$/m)
  expect(stdout).not.toContain(code)
})

test('a revoked PBX has no key, and comes back with the next invitation', async () => {
  const { code } = await json('pbx', 'invite', 'gone')
  await enrolWith(code)
  const revoked = await run('pbx', 'revoke', 'gone')
  expect(revoked).toMatchObject({ code: 0, stdout: expect.stringMatching(/revoked.* 60 s .*pbx invite gone/) })
  expect((await json('keys', 'list', 'gone')).keys).toEqual([])
  await expect(enrolWith(code)).rejects.toMatchObject({ code: 'enrolment_refused' })
  await enrolWith((await json('pbx', 'invite', 'gone')).code)
  expect((await json('keys', 'list', 'gone')).keys).toHaveLength(1)
})

test('pbx quota shows quotas, and changes those that it is given', async () => {
  await run('pbx', 'invite', 'quota', '--devices', '5', '--pushes', '50')
  expect((await run('pbx', 'quota', 'quota')).stdout).toBe('quota: 5 devices, 50 pushes a minute\n')
  expect(await json('pbx', 'quota', 'quota', '--pushes', '70')).toMatchObject({ quotas: { devices: 5, pushesPerMinute: 70 } })
  expect((await run('pbx', 'quota', 'quota')).stdout).toBe('quota: 5 devices, 70 pushes a minute\n')
})

test('keys are listed, and revoked one by one', async () => {
  const { keyId } = await enrolWith((await json('pbx', 'invite', 'keys')).code)
  expect(await json('keys', 'list', 'keys')).toEqual({ pbx: 'keys', keys: [{ keyId, addedAt: expect.any(String) }] })
  expect((await run('keys', 'list', 'keys')).stdout).toMatch(new RegExp(`^KEY +ADDED\n${keyId}  \\S+Z\n$`))
  const revoked = await run('keys', 'revoke', 'keys', keyId)
  expect(revoked).toMatchObject({ code: 0, stdout: expect.stringMatching(/0 left.* 60 s /) })
  const again = await run('keys', 'revoke', 'keys', keyId)
  expect(again).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('keys list keys') })
  expect((await run('keys', 'list', 'keys')).stdout).toContain('has no key')
})

test('a PBX with as many keys as it may have is not invited before one is removed', async () => {
  for (let i = 0; i < MOST_KEYS; i++) await enrolWith((await json('pbx', 'invite', 'full')).code, `${i}`)
  const refused = await run('pbx', 'invite', 'full')
  expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('keys revoke full KEYID') })
  await run('keys', 'revoke', 'full', keyIdOf(publicKey('0')))
  expect((await run('pbx', 'invite', 'full')).code).toBe(0)
}, 20_000)

test.each([
  ['pbx revoke', []],
  ['pbx quota', []],
  ['pbx quota', ['--devices', '5']],
  ['keys list', []],
  ['keys revoke', ['0123456789abcdef']],
])('%s of a PBX that is not there says so and makes none: %j', async (name, more) => {
  const refused = await run(...name.split(' '), 'nobody', ...more)
  expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/no PBX nobody.*pbx list/) })
  expect(await (await store()).get('nobody')).toBeUndefined()
})
