import { describe, expect, it } from 'vitest'
import { readStoredContact, storedContactId } from '../../pbx/asterisk/devices/stored-contact.ts'

describe('what Asterisk stores of a contact', () => {
  const stored = [
    { attribute: 'call_id', value: 'c' },
    { attribute: 'prune_on_boot', value: 'no' },
    { attribute: 'uri', value: 'sip:1001@127.0.0.1:25000;pn-prid=a' },
    { attribute: 'expiration_time', value: '1795403704' },
  ]
  const DATE = 'Mon, 23 Nov 2026 03:14:04 GMT'
  const but = (attribute: string, value: string) =>
    stored.map((one) => (one.attribute === attribute ? { attribute, value } : one))

  it('is found by its AOR and URI, as 22.10 does', () => {
    expect(storedContactId('1001', 'sip:1001@127.0.0.1:25000;pn-prid=a')).toBe('1001;@8833173e2d9fd2ef1b9c9b1e0fa3d777')
  })

  it('is read by its own clock', () => {
    expect(readStoredContact(stored, DATE)).toEqual({ leftMs: 60_000, fallsWithConnection: false, callId: 'c' })
    expect(readStoredContact(but('prune_on_boot', 'yes'), DATE)).toMatchObject({ fallsWithConnection: true })
    expect(readStoredContact(but('call_id', ''), DATE)).toMatchObject({ callId: undefined })
  })

  it.each([
    ['without a date', stored, undefined],
    ['with a date that is none', stored, 'today'],
    ['without expiry', but('expiration_time', ''), DATE],
    ['with another expiry', but('expiration_time', 'never'), DATE],
    ['with nothing', [], DATE],
  ])('says nothing %s', (_, attributes, date) => {
    expect(readStoredContact(attributes, date)).toBeUndefined()
  })
})
