/** The console of `npm start`, as somebody who looks at it sees it. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tokenOf } from '../../local/tokens.ts'
import { expectRows, openPage, seriousFaults, show } from './browser.ts'
import { openBrowser } from './chromium.ts'
import { startDemo } from './demo.ts'

/** `CONSOLE_IMAGES=docs/images npm run test:browser` makes the pictures of the README anew. */
const IMAGES = process.env.CONSOLE_IMAGES ?? mkdtempSync(join(tmpdir(), 'wakecall-images-'))
/** Each view with its name in pictures, its heading, and what makes it show what it can. */
const VIEWS: readonly [name: string, link: string, heading: string, fill: (page: Page) => Promise<unknown>][] = [
  ['phones', 'Virtual phones', 'Virtual phones', (page) => page.locator('.screen.ringing').nth(1).waitFor()],
  ['now', 'Now', 'Calls of the last hour', openNewest],
  ['devices', 'Devices', 'Devices', (page) => page.locator('svg.spark').first().waitFor()],
  ['health', 'Health', 'Health', runDoctor],
  ['wake-latency', 'Wake latency', 'Wake latency', (page) => page.locator('svg.histogram').nth(1).waitFor()],
]

async function openNewest(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: /^Timeline of the call/ })
    .first()
    .click()
  await page.getByRole('cell', { name: 'phone woke and registered' }).nth(1).waitFor()
}

async function runDoctor(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Run the doctor' }).click()
  await page.locator('.findings li').nth(5).waitFor()
}

let demo: Awaited<ReturnType<typeof startDemo>>
let browser: Browser
beforeAll(async () => {
  ;[demo, browser] = await Promise.all([startDemo(), openBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await demo?.close()
})

const ring = (callId: string, to = '1001', name = 'Grace Hopper') =>
  demo.ask(`/push_call?${new URLSearchParams({ to, from: '+12125550123', name, callId })}`)

const rowOf = (page: Page, text: string) => page.locator('tbody > tr', { hasText: text })

test('a call appears as it comes, without a reload, and goes on as its phones wake', async () => {
  const { page, complaints, close } = await openPage(browser, demo.url)
  await page.getByText('Ada Lovelace').waitFor()
  await page.evaluate('window.kept = true')
  await ring('live-1')
  const row = rowOf(page, 'Grace Hopper').first()
  await row.getByText('woke', { exact: true }).waitFor()
  await expect.poll(() => row.locator('li').allTextContents()).toHaveLength(2)
  expect(await page.evaluate('window.kept')).toBe(true)
  await demo.ask('/cancel_call?callId=live-1&reason=answered_elsewhere')
  await row.getByText('answered', { exact: true }).waitFor()
  expect(complaints).toEqual([])
  await close()
})

test('its way opens by keyboard: a lane for each device, each step with its time', async () => {
  await ring('way-1', '1001', 'Way Finder')
  const { page, complaints, close } = await openPage(browser, demo.url)
  const button = rowOf(page, 'Way Finder').getByRole('button')
  await button.focus()
  await page.keyboard.press('Enter')
  const way = page.getByRole('region', { name: 'Timeline of call way-1' })
  for (const words of ['PBX asked to ring', 'SNS accepted the push', 'Apple accepted the push', 'phone woke and registered']) {
    await way.getByRole('cell', { name: words }).first().waitFor()
  }
  expect(await way.locator('svg line.way').count()).toBeGreaterThanOrEqual(2)
  expect(await button.getAttribute('aria-expanded')).toBe('true')
  await page.keyboard.press('Enter')
  await way.waitFor({ state: 'detached' })
  expect(complaints).toEqual([])
  await close()
})

test('another call that comes leaves the focus and the open timeline where they are', async () => {
  await ring('first-1', '1001', 'First Caller')
  const { page, complaints, close } = await openPage(browser, demo.url)
  const button = rowOf(page, 'First Caller').getByRole('button')
  await button.press('Enter')
  const way = page.getByRole('region', { name: 'Timeline of call first-1' })
  await way.evaluate((node) => node.setAttribute('data-kept', 'yes'))
  await ring('second-1', '1001', 'Second Caller')
  await rowOf(page, 'Second Caller').first().waitFor()
  expect(await way.getAttribute('data-kept')).toBe('yes')
  expect(await page.evaluate('document.activeElement.getAttribute("aria-expanded")')).toBe('true')
  expect(complaints).toEqual([])
  await close()
})

test('a link to a call that is not in the list opens it, or says that nobody knows it', async () => {
  const { page, close } = await openPage(browser, `${demo.url}/#now/%E0%A4%A`)
  await page.getByRole('heading', { name: 'Calls of the last hour' }).waitFor()
  await page.goto(`${demo.url}/#now/unknown-1`)
  await page.getByText('No ring with this callId came').waitFor()
  await close()
})

test('a refusal has the words of the provider, and what to do', async () => {
  const token = tokenOf({ kind: 'fcm', fate: 'unregistered', phone: 'carol' })
  await demo.ask(`/register?${new URLSearchParams({ extension: '1003', platform: 'android', token })}`)
  await expect.poll(() => demo.ask('/devices?extension=1003')).toMatchObject({ devices: [{ confirmed: true }] })
  await ring('dead-1', '1003')
  const { page, close } = await openPage(browser, demo.url)
  await page.goto(`${demo.url}/#now/dead-1`)
  const way = page.getByRole('region', { name: 'Timeline of call dead-1' })
  await way.getByRole('cell', { name: /Google refused the push/ }).waitFor()
  await way.getByRole('listitem').filter({ hasText: 'it must register again' }).waitFor()
  await page.getByRole('listitem').filter({ hasText: 'refused by Google (unregistered)' }).waitFor()
  await show(page, 'Devices')
  await rowOf(page, '1003').getByText('no: unregistered: the app is gone').waitFor()
  await ring('dead-2', '1003')
  await page.getByRole('heading', { name: 'Lost in the last hour' }).waitFor()
  await rowOf(page, '1003').waitFor({ state: 'detached' })
  await close()
})

test('a device is tested and removed', async () => {
  const token = tokenOf({ kind: 'fcm', fate: 'accept', phone: 'dave' })
  await demo.ask(`/register?${new URLSearchParams({ extension: '1004', platform: 'android', token, deviceId: 'dave' })}`)
  await expect.poll(() => demo.ask('/devices?extension=1004')).toMatchObject({ devices: [{ confirmed: true }] })
  const { page, complaints, close } = await openPage(browser, demo.url)
  await show(page, 'Devices')
  await page.getByLabel('Extension, device or app').fill('dave')
  await expectRows(page, 1)
  await page.getByRole('button', { name: 'Test push dave' }).click()
  await page.getByText('dave was pushed to').waitFor()
  await page.locator('svg.spark').waitFor()
  page.once('dialog', (dialog) => void dialog.dismiss())
  await page.getByRole('button', { name: 'Remove dave' }).click()
  await expectRows(page, 1)
  page.once('dialog', (dialog) => void dialog.accept())
  await page.getByRole('button', { name: 'Remove dave' }).click()
  await expectRows(page, 0)
  expect(await demo.ask('/devices?extension=1004')).toEqual({ devices: [] })
  expect(complaints).toEqual([])
  await close()
})

test('the doctor runs, and says what it found', async () => {
  const { page, complaints, close } = await openPage(browser, demo.url)
  await show(page, 'Health')
  await runDoctor(page)
  expect(complaints).toEqual([])
  await close()
})

test('how long phones took to wake, over any time', async () => {
  const { page, complaints, close } = await openPage(browser, demo.url)
  await show(page, 'Wake latency')
  await page.getByRole('img', { name: 'How many wakes of iPhone took how long' }).waitFor()
  await page.getByLabel('Over').selectOption('1')
  await page.getByRole('row', { name: /^Android/ }).waitFor()
  expect(complaints).toEqual([])
  await close()
})

test.for([
  ['light', 1200],
  ['dark', 1200],
  ['light', 380],
] as const)('every view in %s, %i pixels wide, keeps out nobody, and fits', async ([colorScheme, width]) => {
  const { page, complaints, close } = await openPage(browser, demo.url, { colorScheme, viewport: { width, height: 800 } })
  await ring(`seen-${colorScheme}-${width}`)
  for (const [name, link, heading, fill] of VIEWS) {
    await show(page, link, heading)
    await page.getByText('Live', { exact: true }).waitFor()
    await fill(page)
    if (width > 1000) await page.screenshot({ path: join(IMAGES, `console-${name}-${colorScheme}.png`) })
    expect(await seriousFaults(page), link).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), `${link} scrolls sideways`).toBe(true)
  }
  expect(complaints).toEqual([])
  await close()
})

test('names are text, whatever is in them, and turn nothing around', async () => {
  const name = '<img src=x onerror=alert(1)>\u202Egnaw'
  await ring('markup-1', '1001', name)
  const { page, complaints, close } = await openPage(browser, demo.url)
  const shown = page.locator('bdi', { hasText: '<img' }).first()
  expect(await shown.textContent()).toBe(name)
  expect(await page.locator('main img').count()).toBe(0)
  expect(complaints).toEqual([])
  await close()
})
