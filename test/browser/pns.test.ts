/** The console of a PNS as its settings have it: with a token, for looking only, full of devices and calls, restarted. */
import { createServer } from 'node:http'
import type { Browser, Page, Request } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { listen } from '../../local/listen.ts'
import { runPns, settingsFor, stubRelay, type TestPns } from '../client/harness.ts'
import { problem } from '../client/stub-relay.ts'
import { expectRows, openPage, show } from './browser.ts'
import { openBrowser } from './chromium.ts'

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

test('a token that was changed under the page is asked for anew', async () => {
  const relay = await stubRelay()
  const settings = settingsFor(relay.url, { localToken: 'a-long-secret-of-ours' })
  const first = await runPns(settings)
  const { page } = await visit(first)
  await page.getByLabel('localToken').fill('a-long-secret-of-ours')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('Live', { exact: true }).waitFor()
  await first.close()
  await runPns({ ...settings, localToken: 'another-secret-of-ours', listen: first.url.replace('http://', '') })
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await page.getByLabel('localToken').fill('another-secret-of-ours')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('Live', { exact: true }).waitFor()
})

test('after signing in anew there is one stream of events, and no more', async () => {
  const relay = await stubRelay()
  const pns = await runPns(settingsFor(relay.url, { localToken: 'a-long-secret-of-ours' }))
  const { page } = await visit(pns)
  const streams = new Set<Request>()
  page.on('request', (request) => request.url().endsWith('/events') && streams.add(request))
  page.on('requestfinished', (request) => streams.delete(request))
  page.on('requestfailed', (request) => streams.delete(request))
  for (let time = 0; time < 3; time++) {
    await page.getByLabel('localToken').fill('a-long-secret-of-ours')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('Live', { exact: true }).waitFor()
    await expect.poll(() => streams.size).toBe(1)
    await show(page, 'Health')
    await page.context().clearCookies()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await expect.poll(() => streams.size).toBe(0)
  }
})

test('a right token is not called wrong while the PNS is away', async () => {
  const relay = await stubRelay()
  const pns = await runPns(settingsFor(relay.url, { localToken: 'a-long-secret-of-ours' }))
  const { page } = await visit(pns)
  await page.getByLabel('localToken').waitFor()
  await pns.close()
  await page.getByLabel('localToken').fill('a-long-secret-of-ours')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').getByText('That did not work').waitFor()
})

test('what is old says so', async () => {
  const relay = await stubRelay()
  const pns = await runPns(settingsFor(relay.url))
  const { page } = await visit(pns)
  await show(page, 'Health')
  await page.getByText('All is well.').waitFor()
  await pns.close()
  await page.getByText(/^As of \d/).waitFor()
  expect(await page.getByText('All is well.').count()).toBe(0)
})

test('more tabs than a browser has connections: each is live when it is looked at', async () => {
  const relay = await stubRelay()
  const pns = await runPns(settingsFor(relay.url))
  const { page: first } = await visit(pns)
  /** A browser without a screen shows all its tabs. */
  const look = (page: Page, visibilityState: 'hidden' | 'visible') =>
    page.evaluate(
      `Object.defineProperty(document, 'visibilityState', { value: '${visibilityState}', configurable: true })
       document.dispatchEvent(new Event('visibilitychange'))`,
    )
  await first.getByText('Live', { exact: true }).waitFor()
  let last = first
  for (let tab = 2; tab <= 8; tab++) {
    await look(last, 'hidden')
    last = await first.context().newPage()
    await last.goto(pns.url)
    await last.getByText('Live', { exact: true }).waitFor()
  }
  await pns.ask('/push_call?to=1001&from=1002&name=Meanwhile')
  await last.getByText('Meanwhile').waitFor()
  expect(await first.getByText('Meanwhile').count()).toBe(0)
  await look(last, 'hidden')
  await look(first, 'visible')
  await first.getByText('Meanwhile').waitFor()
})

test('a page of somebody else changes nothing, and reads nothing', async () => {
  const relay = await stubRelay()
  const pns = await runPns(settingsFor(relay.url, { console: 'full' }))
  await pns.post('/register', phoneOf(1))
  const target = `${pns.url}/delete`
  const form = `<form method="post" action="${target}"><input name="extension" value="1001"><input name="deviceId" value="phone-1"><button>Win</button></form>`
  const foreign = await listen(createServer((_, response) => response.setHeader('content-type', 'text/html').end(form)))
  onTestFinished(() => foreign.close())
  const { page } = await visit({ url: foreign.url })
  const fetched = (path: string) => `fetch('${pns.url}${path}').then((answer) => answer.text(), () => 'refused')`
  expect(await page.evaluate(fetched('/devices'))).toBe('refused')
  await page.getByRole('button', { name: 'Win' }).click()
  await page.getByText('browser_refused').waitFor()
  expect((await pns.ask('/devices')).json().devices).toMatchObject([{ deviceId: 'phone-1' }])
})

test('what the relay refused stands in Health: it is tried again, or dropped', async () => {
  const relay = await stubRelay()
  relay.fate = () => problem('token_refused')
  const pns = await runPns(settingsFor(relay.url, { console: 'full' }))
  await pns.post('/register', phoneOf(1))
  await expect.poll(async () => (await pns.ask('/devices?parked=true')).json().devices).toHaveLength(1)
  const { page, complaints } = await visit(pns)
  await page.getByRole('link', { name: 'Health: degraded' }).click()
  await page.getByRole('heading', { name: 'Health' }).waitFor()
  const parked = page
    .getByRole('listitem')
    .filter({ hasText: 'phone-1' })
    .filter({ has: page.getByRole('button') })
  await parked.getByText('token_refused').waitFor()
  await page.getByRole('button', { name: 'Try all again' }).click()
  await page.getByText('1 change is tried again.').waitFor()
  await parked.waitFor()
  page.once('dialog', (dialog) => void dialog.dismiss())
  await page.getByRole('button', { name: 'Drop phone-1' }).click()
  expect((await pns.ask('/devices')).json().devices).toHaveLength(1)
  page.once('dialog', (dialog) => void dialog.accept())
  await page.getByRole('button', { name: 'Drop phone-1' }).click()
  await page.getByText('None.').waitFor()
  expect((await pns.ask('/devices')).json().devices).toEqual([])
  expect(complaints).toEqual([])
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
  expect(await page.getByRole('link', { name: 'Virtual phones' }).count()).toBe(0)
  await page.goto(`${pns.url}/#phones`)
  await page.getByRole('heading', { name: 'Calls of the last hour' }).waitFor()
  await expect.poll(() => page.title()).toBe('Now – Wakecall')
  expect(complaints).toEqual([])
})

test('the PNS restarts under the page, which says so, and goes on', async () => {
  const relay = await stubRelay()
  const first = await runPns(settingsFor(relay.url))
  const { page } = await visit(first)
  await page.getByText('Live', { exact: true }).waitFor()
  await first.close()
  await page.getByText('does not answer').waitFor()
  const second = await runPns(settingsFor(relay.url, { console: 'full', listen: first.url.replace('http://', '') }))
  await page.getByText('Live', { exact: true }).waitFor()
  await second.ask('/push_call?to=1001&from=1002&name=Again')
  await page.getByText('Again').waitFor()
  // It may do more now.
  await show(page, 'Devices')
  await page.getByText('No device has registered').waitFor()
  await page.getByText('Looking only').waitFor({ state: 'detached' })
})

test.for([
  [-2 * 3600_000 - 30_000, 'is 2 h behind'],
  [2 * 3600_000 + 30_000, 'is 2 h ahead of'],
] as const)('a clock that is %i ms off hides no call, and is said', async ([offMs, words]) => {
  const relay = await stubRelay()
  const pns = await runPns(settingsFor(relay.url))
  await pns.ask('/push_call?to=1001&from=1002&name=Lately')
  const { page } = await visit(pns)
  await page.getByText('Lately').waitFor()
  expect(await page.getByText('The clock of this computer').count()).toBe(0)
  await page.clock.install({ time: Date.now() + offMs })
  await page.reload()
  await page.getByText(`The clock of this computer ${words}`).waitFor()
  await page.getByText('Lately').waitFor()
  await page.getByText('1 call is ringing').waitFor()
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
  await page.getByText('1 device fits').waitFor()
  await expectRows(page, 1)
  expect(complaints).toEqual([])
})
