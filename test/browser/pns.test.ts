/** The console of a PNS as its settings have it: with a token, for looking only, full of devices and calls, restarted. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { runPns, settingsFor, stubRelay, type TestPns } from '../client/harness.ts'
import { expectRows, openBrowser, openPage, show } from './browser.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser?.close())

async function visit(pns: Pick<TestPns, 'url'>) {
  const visitor = await openPage(browser, pns.url)
  onTestFinished(() => visitor.close())
  return visitor
}

const phoneOf = (i: number) => ({
  extension: String(1000 + i),
  platform: 'ios',
  token: String(i).padStart(64, '0'),
  deviceId: `phone-${i}`,
})

/** So many at once. */
async function inBatches(count: number, work: (i: number) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < count; i += 100) await Promise.all(Array.from({ length: 100 }, (_, j) => work(i + j)))
}

test('a token is asked for; a wrong one does not let in', async () => {
  const relay = await stubRelay()
  const pns = await runPns(settingsFor(relay.url, { localToken: 'a-long-secret-of-ours' }))
  const { page } = await visit(pns)
  const sign = async (token: string) => {
    await page.getByLabel('localToken').fill(token)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }
  await sign('a-long-secret-of-others')
  await page.getByRole('alert').getByText('not the token').waitFor()
  await sign('a-long-secret-of-ours')
  await page.getByText('Live', { exact: true }).waitFor()
  await page.reload()
  await page.getByText('Live', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
})

test('by itself it only looks', async () => {
  const relay = await stubRelay()
  const pns = await runPns(settingsFor(relay.url))
  await pns.post('/register', phoneOf(1))
  const { page, complaints } = await visit(pns)
  await show(page, 'Devices')
  await page.getByText('Looking only').waitFor()
  await expectRows(page, 1)
  expect(await page.getByRole('button', { name: /Remove|Test push/ }).count()).toBe(0)
  expect(complaints).toEqual([])
})

test('the PNS restarts under the page, which says so, and goes on', async () => {
  const relay = await stubRelay()
  const first = await runPns(settingsFor(relay.url))
  const { page } = await visit(first)
  await page.getByText('Live', { exact: true }).waitFor()
  await first.close()
  await page.getByText('does not answer').waitFor()
  const second = await runPns(settingsFor(relay.url, { listen: first.url.replace('http://', '') }))
  await page.getByText('Live', { exact: true }).waitFor()
  await second.ask('/push_call?to=1001&from=1002&name=Again')
  await page.getByText('Again').waitFor()
})

test('two tabs see the same', async () => {
  const relay = await stubRelay()
  const pns = await runPns(settingsFor(relay.url))
  const tabs = [await visit(pns), await visit(pns)]
  for (const { page } of tabs) await page.getByText('Live', { exact: true }).waitFor()
  await pns.ask('/push_call?to=1001&from=1002&name=Both')
  for (const { page } of tabs) await page.getByText('Both').waitFor()
})

test('of 10,000 calls and 2,000 devices it draws as many as are looked at', async () => {
  const relay = await stubRelay()
  const pns = await runPns(settingsFor(relay.url, { log: { level: 'silent' } }))
  await inBatches(2_000, (i) => pns.post('/register', phoneOf(i)))
  await inBatches(10_000, (i) => pns.ask(`/push_call?to=1001&from=1002&name=Caller${i}`))
  const { page, complaints } = await visit(pns)
  await expectRows(page, 100)
  await page.getByRole('button', { name: 'Show more (100 left)' }).click()
  await expectRows(page, 200)
  await page.getByRole('button', { name: 'Show older calls' }).click()
  await expectRows(page, 300)
  await show(page, 'Devices')
  await page.getByText('2000 devices').waitFor()
  await expectRows(page, 100)
  await page.getByLabel('Extension, device or app').fill('phone-1999')
  await page.getByText('1 of 2000 devices').waitFor()
  await expectRows(page, 1)
  expect(complaints).toEqual([])
})
