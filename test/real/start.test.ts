import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Listening, listen } from '../../local/listen.ts'

const START = new URL('../../local/start.ts', import.meta.url).pathname
const FREE = ['--port', '0', '--pns-port', '0']

async function npmStart(...args: string[]) {
  const child = spawn(process.execPath, [START, ...args])
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code: child.exitCode, stdout, stderr }
}

test('--once rings two phones, prints the way of the call, and exits 0', async () => {
  const { code, stdout, stderr } = await npmStart('--once', ...FREE)
  expect(stderr).toBe('')
  expect(code).toBe(0)
  expect(stdout).toMatch(/^ +0 +1001 +PBX asked to ring$/m)
  expect(stdout).toMatch(/^ +\d+ +\+\d+ +1001 +relay accepted the call$/m)
  for (const [phone, provider] of [
    ['iphone', 'Apple'],
    ['android', 'Google'],
  ]) {
    expect(stdout).toMatch(new RegExp(`^ +\\d+ +\\+\\d+ +${phone} +SNS accepted the push$`, 'm'))
    expect(stdout).toMatch(
      new RegExp(`^ +\\d+ +\\+\\d+ +${phone} +${provider} accepted the push \\(dwell \\d+ ms, status 200\\)$`, 'm'),
    )
    expect(stdout).toMatch(new RegExp(`^ +\\d+ +\\+\\d+ +${phone} +phone woke and registered$`, 'm'))
    expect(stdout).toMatch(new RegExp(`${phone}: woke after \\d+ ms$`, 'm'))
  }
})

test('--json prints the trace as JSON; --data keeps what was registered, for a second start too', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'wakecall-start-'))
  try {
    for (const _ of ['first', 'second']) {
      const { code, stdout } = await npmStart('--once', '--json', '--data', dir, ...FREE)
      const { trace, missing } = JSON.parse(stdout)
      expect({ code, missing }).toEqual({ code: 0, missing: [] })
      expect(trace.steps.length).toBeGreaterThanOrEqual(8)
      expect(trace.devices).toHaveLength(2)
    }
    expect(existsSync(join(dir, 'key.pem'))).toBe(true)
  } finally {
    rmSync(dir, { recursive: true })
  }
})

describe('a taken port', () => {
  let other: Listening
  const port = () => new URL(other.url).port
  beforeAll(async () => {
    other = await listen(createServer())
  })
  afterAll(() => other.close())

  test('of the relay is an error that names the setting', async () => {
    const { code, stderr } = await npmStart('--once', '--port', port(), '--pns-port', '0')
    expect(code).toBe(1)
    expect(stderr).toBe(`Port ${port()} is taken: choose another for the relay with --port.\n`)
  })

  test('of the PNS is an error that names the setting', async () => {
    const { code, stderr } = await npmStart('--once', '--port', '0', '--pns-port', port())
    expect(code).toBe(1)
    expect(stderr).toMatch(/--pns-port/)
  })
})

test.each([
  ['--port', 'http'],
  ['--port', '70000'],
  ['--port', ''],
  ['--pns-port', '-1'],
  ['--nonsense', '1'],
])('%s %s is refused in one line', async (option, value) => {
  const { code, stderr } = await npmStart('--once', `${option}=${value}`)
  expect(code).toBe(1)
  expect(stderr).toContain(option)
  expect(stderr).not.toMatch(/^ +at /m)
})
