import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { RingRequest } from '../../wire/calls.ts'
import { DeviceRequest, Version } from '../../wire/devices.ts'
import * as fields from '../../wire/fields.ts'

type Case = { name: string; schema: v.GenericSchema<unknown, unknown>; accepts: unknown[]; refuses: unknown[] }

const caller = (name: string) => ({ number: '1002', name })
const customOf = (bytes: number) => ({ a: 'x'.repeat(bytes - '{"a":""}'.length) })

const CASES: Case[] = [
  {
    name: 'Extension',
    schema: fields.Extension,
    accepts: ['1', '1001', '*43#', '+44.20_a-B', '.', 'a'.repeat(64)],
    refuses: ['', 'a'.repeat(65), 'a b', 'a/b', 'a@b', 'é', '1001\n', 1001, null],
  },
  {
    name: 'DeviceId',
    schema: fields.DeviceId,
    accepts: ['a', '0f:1A_-.', 'a'.repeat(128)],
    refuses: ['', 'a'.repeat(129), 'a b', 'a/b', 'a*', 'é'],
  },
  {
    name: 'CallId',
    schema: fields.CallId,
    accepts: ['a', 'a84b4c76e66710@pc33.atlanta.example.com', '"'.repeat(255), '!~'],
    refuses: ['', 'a'.repeat(256), 'a b', 'a\tb', 'a\r\nb', '\x7f', 'é'],
  },
  {
    name: 'AppName',
    schema: fields.AppName,
    accepts: ['com.example.phone', 'a'.repeat(128)],
    refuses: ['', 'a'.repeat(129), 'a b', 'a:b'],
  },
  {
    name: 'PbxId',
    schema: fields.PbxId,
    accepts: ['a', '0', 'pbx-1', 'a'.repeat(63)],
    refuses: ['', '-a', 'A', 'a_b', 'a/b', 'a'.repeat(64)],
  },
  { name: 'KeyId', schema: fields.KeyId, accepts: ['a', 'A_-0', 'a'.repeat(64)], refuses: ['', 'a.b', 'a/b', 'a'.repeat(65)] },
  {
    name: 'Caller',
    schema: fields.Caller,
    accepts: [
      { number: '+442079460000' },
      { number: 'anonymous' },
      caller('Zoë'),
      caller('𝒲'.repeat(128)),
      caller('山田 太郎'),
      caller('"\\'),
    ],
    refuses: [
      {},
      { number: '' },
      { number: '1'.repeat(65) },
      { number: '1 2' },
      caller(''),
      caller('a'.repeat(129)),
      caller('𝒲'.repeat(129)),
      caller('a\nb'),
      caller('a\0'),
      caller('\u0085'),
      caller('\ud800'),
      { number: '1002', title: 'x' },
    ],
  },
  { name: 'RingSeconds', schema: fields.RingSeconds, accepts: [5, 30, 29.5, 120], refuses: [4.9, 121, '30', Number.NaN, null] },
  {
    name: 'Custom',
    schema: fields.Custom,
    accepts: [{}, { a: [1, { b: null }] }, customOf(1024)],
    refuses: [customOf(1025), { a: 'é'.repeat(512) }, 'text', null, 1],
  },
  {
    name: 'AppleToken',
    schema: fields.AppleToken,
    accepts: ['0'.repeat(32), 'aF'.repeat(32), '0'.repeat(400)],
    refuses: ['0'.repeat(30), '0'.repeat(33), '0'.repeat(402), `${'0'.repeat(63)}g`, `0x${'0'.repeat(62)}`],
  },
  {
    name: 'FcmToken',
    schema: fields.FcmToken,
    accepts: ['a'.repeat(16), 'dQw4:APA91b_-.Z0123', 'a'.repeat(4096)],
    refuses: ['a'.repeat(15), 'a'.repeat(4097), `${'a'.repeat(16)} `, `${'a'.repeat(16)}/`],
  },
  {
    name: 'Time',
    schema: fields.Time,
    accepts: ['2026-03-01T12:00:00.000Z', new Date(0).toISOString()],
    refuses: ['2026-03-01', '12:00', '2026-03-01T25:00:00.000Z', 1772366400000],
  },
  {
    name: 'MessageText',
    schema: fields.MessageText,
    accepts: ['a', '𝒲'.repeat(2000)],
    refuses: ['', '𝒲'.repeat(2001), 'a\0b', '\udc00'],
  },
  { name: 'AgoMs', schema: fields.AgoMs, accepts: [0, 0.5, 604_800_000], refuses: [-1, 604_800_001, '0'] },
  {
    name: 'Version',
    schema: Version,
    accepts: [1, 1790000000000, Number.MAX_SAFE_INTEGER],
    refuses: [0, -1, 1.5, Number.MAX_SAFE_INTEGER + 1, '1'],
  },
]

describe.each(CASES)('$name', ({ schema, accepts, refuses }) => {
  test.each(accepts)('accepts %j', (value) => expect(v.is(schema, value)).toBe(true))
  test.each(refuses)('refuses %j', (value) => expect(v.is(schema, value)).toBe(false))
})

test('characters counts code points', () => {
  expect(fields.characters('𝒲ë')).toBe(2)
  expect('𝒲ë'.length).toBe(3)
})

describe('RingRequest', () => {
  const request = { callId: 'a', to: '1001', from: { number: '1002' } }

  test('elapsedMs within the longest ring window', () => {
    for (const elapsedMs of [0, 0.5, 120_000]) expect(v.is(RingRequest, { ...request, elapsedMs })).toBe(true)
    for (const elapsedMs of [-1, 120_001, '0']) expect(v.is(RingRequest, { ...request, elapsedMs })).toBe(false)
  })
})

describe('DeviceRequest', () => {
  const voip = 'A1'.repeat(32)
  const ios = { platform: 'ios', app: 'com.example.phone', tokens: { voip }, version: 1 }
  const android = { platform: 'android', app: 'com.example.phone', tokens: { fcm: 'a'.repeat(32) }, version: 1 }

  test('an iPhone: tokens in lower case, the alert token optional', () => {
    expect(v.parse(DeviceRequest, ios)).toEqual({ ...ios, tokens: { voip: voip.toLowerCase() } })
    expect(v.is(DeviceRequest, { ...ios, tokens: { voip, alert: voip } })).toBe(true)
    expect(v.is(DeviceRequest, { ...ios, tokens: { alert: voip } })).toBe(false)
  })

  test('an Android', () => {
    expect(v.parse(DeviceRequest, android)).toEqual(android)
    expect(v.is(DeviceRequest, { ...android, tokens: {} })).toBe(false)
  })

  test('tokens of the other platform, or of none: refused', () => {
    expect(v.is(DeviceRequest, { ...ios, tokens: android.tokens })).toBe(false)
    expect(v.is(DeviceRequest, { ...android, tokens: ios.tokens })).toBe(false)
    expect(v.is(DeviceRequest, { ...android, platform: 'symbian' })).toBe(false)
  })
})
