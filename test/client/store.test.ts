import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { inTransaction, openDatabase } from '../../client/store/database.ts'
import { groupFlush } from '../../client/store/group-flush.ts'
import { storageProblem } from '../../client/store/storage-problem.ts'
import { createStore } from '../../client/store/store.ts'
import { temporaryDir } from './harness.ts'
import { ALERT, FCM, VOIP } from './keys.ts'

const device = { extension: '1001', platform: 'ios', token: VOIP, deviceId: 'phone-1', app: 'com.example.phone' } as const
const clockAt = (times: number[]) => ({ wall: () => times.shift() ?? 1, monotonic: () => 0 })

it('versions never go backwards when the clock does, nor after a removal and a restart', () => {
  const dir = temporaryDir()
  const first = createStore(dir, clockAt([1000, 500]))
  first.register(device)
  const before = first.waiting(0, 9)[0]?.version
  first.remove(device)
  const [removed] = first.waiting(0, 9)
  expect([before, removed?.version]).toEqual([1000, 1001])
  if (removed) first.settle({ ...removed, outcome: 'confirmed' })
  expect(first.waiting(0, 9)).toEqual([])
  first.close()
  const second = createStore(dir, clockAt([100]))
  second.register(device)
  expect(second.waiting(0, 9)[0]?.version).toBe(1002)
  second.close()
})

it('an answer to an older version confirms nothing', () => {
  const store = createStore(temporaryDir(), clockAt([1, 2]))
  store.register(device)
  const [older] = store.waiting(0, 9)
  store.register({ ...device, platform: 'android', token: FCM })
  if (older) store.settle({ ...older, outcome: 'confirmed' })
  expect(store.waiting(0, 9)).toMatchObject([{ version: 2, confirmedVersion: 0, token: FCM }])
  store.close()
})

it('what the relay forgot is forgotten in that version only', () => {
  const store = createStore(temporaryDir(), clockAt([1, 2]))
  store.register(device)
  const [old] = store.devices('1001')
  store.register(device)
  for (const row of store.devices('1001')) store.settle({ ...row, outcome: 'confirmed' })
  if (old) store.forget(old)
  expect(store.devices('1001')).toHaveLength(1)
  for (const row of store.devices('1001')) store.forget(row)
  expect(store.devices('1001')).toEqual([])
  store.close()
})

it('a device in doubt is waiting again in the version that it had, unless it has changed', () => {
  const store = createStore(temporaryDir(), clockAt([1, 2]))
  store.register(device)
  const [first] = store.devices()
  store.settle({ ...device, version: 1, outcome: 'confirmed' })
  store.recheck(store.devices())
  expect(store.waiting(0, 9)).toMatchObject([{ version: 1, confirmedVersion: 0 }])
  store.register(device)
  store.settle({ ...device, version: 2, outcome: 'confirmed' })
  if (first) store.recheck([first])
  expect(store.waiting(0, 9)).toEqual([])
  store.close()
})

it('counts what waits and what is parked, with the reasons, and tries parked changes again', () => {
  const store = createStore(temporaryDir(), clockAt([10, 20, 30]))
  const others = ['1002', '1003'].map((extension) => ({ ...device, extension }))
  for (const each of [device, ...others]) store.register(each)
  store.settle({ ...device, version: 10, outcome: 'refused', refusal: 'token_refused: by SNS: it says' })
  store.remove({ extension: '1003', deviceId: 'phone-1' })
  expect(store.counts()).toEqual({ devices: 2, waiting: 2, parked: 1, wakes: 0, oldestWaiting: 20 })
  expect(store.refusals()).toEqual({ token_refused: 1 })
  expect(store.parked()).toMatchObject([{ extension: '1001' }])
  expect(store.retryParked()).toBe(1)
  expect(store.counts()).toMatchObject({ waiting: 3, parked: 0, oldestWaiting: 10 })
  store.close()
})

it('a token is found in either place, whatever the case of an Apple one', () => {
  const store = createStore(temporaryDir(), clockAt([1, 2]))
  store.register({ ...device, alertToken: ALERT })
  store.register({ ...device, deviceId: 'android', platform: 'android', token: FCM })
  const found = (token: string) => store.select({ token }).map(({ deviceId }) => deviceId)
  expect([VOIP.toUpperCase(), ALERT.toUpperCase(), FCM].map(found)).toEqual([['phone-1'], ['phone-1'], ['android']])
  expect(found(FCM.toUpperCase())).toEqual([])
  store.close()
})

it('wakes are kept over a restart, in order, until they are dropped', () => {
  const dir = temporaryDir()
  const wake = { callId: 'c', extension: '1001', deviceId: 'd', platform: 'ios', wakeMs: 5, first: true } as const
  const first = createStore(dir, clockAt([]))
  for (const at of [1, 2, 3]) first.wakes.add({ ...wake, at })
  first.close()
  const second = createStore(dir, clockAt([]))
  const oldest = second.wakes.oldest(2)
  expect(oldest).toMatchObject([{ ...wake, at: 1 }, { at: 2 }])
  second.wakes.drop(oldest[1]?.id ?? 0)
  expect(second.wakes.oldest(9)).toMatchObject([{ at: 3 }])
  second.close()
})

it('addresses are kept over a restart', () => {
  const dir = temporaryDir()
  const first = createStore(dir, clockAt([]))
  first.addresses.save('relay.example', { addresses: ['192.0.2.1'], at: 5 })
  first.addresses.save('relay.example', { addresses: ['192.0.2.2', '2001:db8::2'], at: 6 })
  first.close()
  const second = createStore(dir, clockAt([]))
  expect(second.addresses.load('relay.example')).toEqual({ addresses: ['192.0.2.2', '2001:db8::2'], at: 6 })
  expect(second.addresses.load('other.example')).toBeUndefined()
  second.close()
})

it('a full disk is a problem that says so, and leaves nothing half-written', async () => {
  const { sql, durable, close } = openDatabase(temporaryDir())
  sql.exec('CREATE TABLE big (text TEXT) STRICT; PRAGMA max_page_count = 60')
  const add = sql.prepare('INSERT INTO big VALUES (?)')
  const fill = () =>
    inTransaction(sql, () => {
      for (let i = 0; i < 1000; i++) add.run('x'.repeat(1000))
    })
  expect(fill).toThrow(expect.objectContaining({ code: 'disk_full', status: 507 }))
  expect(sql.prepare('SELECT count(*) AS rows FROM big').get()).toEqual({ rows: 0 })
  inTransaction(sql, () => add.run('small'))
  await durable()
  close()
})

it('a failure of the disk is told from a full one, and an error of ours from both', () => {
  const failed = (code: string) => storageProblem(Object.assign(new Error('said'), { code }))
  expect(failed('ENOSPC')).toMatchObject({ code: 'disk_full' })
  expect(failed('EIO')).toMatchObject({ code: 'storage_failed' })
  const ours = new TypeError('ours')
  expect(storageProblem(ours)).toBe(ours)
})

it('one flush serves all who asked before it began; who asks meanwhile gets the next', async () => {
  const begun: PromiseWithResolvers<void>[] = []
  const flush = groupFlush(() => {
    begun.push(Promise.withResolvers())
    return (begun.at(-1) as PromiseWithResolvers<void>).promise
  })
  const first = [flush(), flush()]
  await Promise.resolve().then(() => {})
  await new Promise(setImmediate)
  const second = [flush(), flush()]
  expect(begun).toHaveLength(1)
  begun[0]?.reject(new Error('the disk'))
  expect((await Promise.allSettled(first)).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await new Promise(setImmediate)
  expect(begun).toHaveLength(2)
  begun[1]?.resolve()
  await Promise.all(second)
})

it('a database of the version before is taken over with all that waits, one of a later version is refused', () => {
  const dir = temporaryDir()
  const old = new DatabaseSync(join(dir, 'wakecall.sqlite'))
  old.exec(`CREATE TABLE device (extension TEXT NOT NULL, device_id TEXT NOT NULL, platform TEXT NOT NULL, app TEXT NOT NULL,
      token TEXT NOT NULL, alert_token TEXT, version INTEGER NOT NULL, confirmed_version INTEGER NOT NULL DEFAULT 0,
      removed INTEGER NOT NULL DEFAULT 0, refusal TEXT, PRIMARY KEY (extension, device_id)) STRICT, WITHOUT ROWID;
    CREATE INDEX device_token ON device (token);
    CREATE INDEX device_alert_token ON device (alert_token);
    CREATE INDEX device_waiting ON device (version) WHERE confirmed_version <> version;
    CREATE TABLE clock (version INTEGER NOT NULL) STRICT;
    INSERT INTO clock VALUES (70);
    INSERT INTO device VALUES ('1001', 'd', 'android', 'app', 'token', NULL, 70, 0, 0, NULL);`)
  old.close()
  const store = createStore(dir, clockAt([1]))
  expect(store.waiting(0, 9)).toMatchObject([{ extension: '1001', deviceId: 'd', version: 70 }])
  store.register(device)
  expect(store.waiting(70, 9)).toMatchObject([{ version: 71 }])
  store.close()
  const later = new DatabaseSync(join(dir, 'wakecall.sqlite'))
  later.exec('PRAGMA user_version = 99')
  later.close()
  expect(() => createStore(dir, clockAt([]))).toThrow('a later version of wakecall')
})
