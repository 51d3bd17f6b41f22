/** The virtual phones of `npm start`, in the hands of somebody who tries them. */
import type { Browser, Page, Route } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { openPage, show } from './browser.ts'
import { openBrowser } from './chromium.ts'
import { startDemo } from './demo.ts'

let demo: Awaited<ReturnType<typeof startDemo>>
let browser: Browser
beforeAll(async () => {
  ;[demo, browser] = await Promise.all([startDemo(), openBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await demo?.close()
})

/** The page of the virtual phones; whatever it complains of fails the test. A browser complains of each answer that is a refusal. */
async function visit({ isRefused = false } = {}): Promise<Page> {
  const { page, complaints, close } = await openPage(browser, demo.url)
  onTestFinished(async () => {
    await close()
    expect(complaints.filter((text) => !(isRefused && text.startsWith('Failed to load resource')))).toEqual([])
  })
  await show(page, 'Virtual phones')
  await page.locator('li.phone').first().waitFor()
  return page
}

const phone = (page: Page, name: string) =>
  page.locator('li.phone').filter({ has: page.getByRole('heading', { name, exact: true }) })

const wayIn = (page: Page) => page.getByRole('region', { name: /^Timeline of call/ })

/** Waits until a phone's screen says these words. */
const says = (page: Page, name: string, words: string) =>
  phone(page, name).locator('.screen').getByText(words, { exact: true }).waitFor()
const press = (page: Page, button: string) => page.getByRole('button', { name: button, exact: true }).click()

async function ring(page: Page, to: string, name: string): Promise<void> {
  const form = page.getByRole('group', { name: 'Ring' })
  await form.getByLabel('Extension').fill(to)
  await form.getByLabel('Caller’s name').fill(name)
  await form.getByRole('button', { name: 'Ring' }).click()
}

async function fill(page: Page, name: string, extension: string, fate = 'accept'): Promise<void> {
  const form = page.getByRole('group', { name: 'Add a phone' })
  await form.getByLabel('Name').fill(name)
  await form.getByLabel('Extension').fill(extension)
  await form.getByLabel('Platform').selectOption('android')
  await form.getByLabel('Pushes to it').selectOption(fate)
  await form.getByRole('button', { name: 'Add' }).click()
}

async function add(page: Page, name: string, extension: string, fate = 'accept'): Promise<void> {
  await fill(page, name, extension, fate)
  await expect.poll(() => demo.ask(`/devices?extension=${extension}`)).toMatchObject({ devices: [{ confirmed: true }] })
}

test('the call of npm start rings when somebody comes to look; its caller hangs up', async () => {
  const page = await visit()
  for (const name of ['iphone', 'android']) await says(page, name, 'ringing')
  await press(page, 'The caller hangs up')
  for (const name of ['iphone', 'android']) await says(page, name, 'call cancelled')
})

test('a call rings both with the name of the caller; one answers, the other one stops, and the way is told', async () => {
  const page = await visit()
  await ring(page, '1001', 'Grace Hopper')
  await page.getByText('2 devices are pushed to.').waitFor()
  for (const name of ['iphone', 'android']) {
    await says(page, name, 'ringing')
    await says(page, name, 'Grace Hopper')
  }
  await page.getByRole('button', { name: 'Answer android' }).press('Enter')
  await says(page, 'android', 'talking')
  await says(page, 'iphone', 'call cancelled')
  await wayIn(page).getByRole('cell', { name: 'phone answered', exact: true }).waitFor()
  await page.getByRole('button', { name: 'The caller hangs up' }).waitFor({ state: 'detached' })
  // Who answered by keyboard stands where the call is ended.
  await page.keyboard.press('Enter')
  await says(page, 'android', 'locked')
})

test('one declines, and the caller gives up: the other one rings no more', async () => {
  const page = await visit()
  await ring(page, '1001', 'Alan Turing')
  await says(page, 'iphone', 'ringing')
  await says(page, 'android', 'ringing')
  await press(page, 'Decline iphone')
  await says(page, 'iphone', 'locked')
  await says(page, 'android', 'ringing')
  await press(page, 'The caller hangs up')
  await says(page, 'android', 'call cancelled')
})

test('all decline: the call is over, and that is why', async () => {
  const page = await visit()
  await ring(page, '1001', 'Katherine Johnson')
  for (const name of ['iphone', 'android']) {
    await says(page, name, 'ringing')
    await press(page, `Decline ${name}`)
  }
  await show(page, 'Now', 'Calls of the last hour')
  await page.locator('tbody > tr', { hasText: 'Katherine Johnson' }).getByText('declined', { exact: true }).waitFor()
})

test('a call to nobody hides no call that rings', async () => {
  const page = await visit()
  await ring(page, '1001', 'Rosalind Franklin')
  await says(page, 'iphone', 'ringing')
  await ring(page, '1999', 'Nobody There')
  await page.getByText('no device of 1999 was pushed to').waitFor()
  await press(page, 'The caller hangs up')
  await says(page, 'iphone', 'call cancelled')
})

test('names on a phone are text, whatever is in them', async () => {
  const page = await visit()
  const name = '<b>bold</b>\u202Egnaw'
  await ring(page, '1001', name)
  const shown = phone(page, 'iphone').locator('bdi.name', { hasText: 'bold' })
  await shown.waitFor()
  expect(await shown.textContent()).toBe(name)
  await press(page, 'The caller hangs up')
  await says(page, 'iphone', 'call cancelled')
})

test('nobody answers: the call is missed', async () => {
  const page = await visit()
  await add(page, 'mia', '1010')
  await demo.ask('/push_call?to=1010&from=1001&ringSeconds=5')
  await says(page, 'mia', 'ringing')
  await says(page, 'mia', 'missed call')
})

test('a phone is added, rings and is removed, in another tab too', async () => {
  const [page, tab] = [await visit(), await visit()]
  await add(page, 'dora', '1011')
  await ring(page, '1011', 'Emmy Noether')
  for (const one of [page, tab]) await says(one, 'dora', 'ringing')
  await press(page, 'Remove dora')
  for (const one of [page, tab]) await phone(one, 'dora').waitFor({ state: 'detached' })
  expect(await demo.ask('/devices?extension=1011')).toEqual({ devices: [] })
})

test('a name that is taken, or none, adds nothing, and it says why', async () => {
  const page = await visit({ isRefused: true })
  const before = await page.locator('li.phone').count()
  await fill(page, 'a name with spaces', '1012')
  expect(await page.getByRole('group', { name: 'Add a phone' }).locator('input:invalid').count()).toBe(1)
  await fill(page, 'iphone', '1012')
  await page.getByText('A phone has this name already').waitFor()
  await press(page, 'Dismiss')
  expect(await page.locator('li.phone').count()).toBe(before)
})

const fateIs = (name: string, fate: string) =>
  expect
    .poll(() => demo.ask('/phones'))
    .toMatchObject({ phones: expect.arrayContaining([expect.objectContaining({ name, fate })]) })

/** What becomes of pushes, where the way of the call says it, and in which words. */
test.for([
  ['unregistered', 'cell', /^Google refused the push.*UNREGISTERED/],
  ['wrong_environment', 'cell', /^Google refused the push.*SENDER_ID_MISMATCH/],
  ['throttled', 'listitem', /not known yet: whether Google took it/],
  ['unavailable', 'listitem', /not known yet: whether Google took it/],
  ['never_wakes', 'listitem', /Google has the push; not known to have woken/],
  ['slow', 'cell', /^phone woke and registered/],
] as const)('of a phone whose pushes are %s the way of a call says what is known', async ([fate, role, words]) => {
  const page = await visit()
  const [name, extension] = [`is-${fate}`, `20-${fate}`]
  await add(page, name, extension)
  await phone(page, name).getByLabel('Pushes to it').selectOption(fate)
  await fateIs(name, fate)
  await expect.poll(() => demo.ask(`/devices?extension=${extension}`)).toMatchObject({ devices: [{ confirmed: true }] })
  await ring(page, extension, 'Somebody')
  await wayIn(page)
    .getByRole(role)
    .filter({ hasText: words })
    .filter({ hasText: role === 'listitem' ? name : '' })
    .first()
    .waitFor()
})

/** The parts of the cloud come back, however the test ends. */
const comeBack = () =>
  onTestFinished(async () => {
    const headers = { 'content-type': 'application/json' }
    for (const part of ['relay', 'dynamodb', 'sns']) {
      await fetch(`${demo.url}/phones/away`, { method: 'POST', headers, body: JSON.stringify({ part, away: false }) })
    }
  })

/** Holds the requests to a path until they, and all that come later, are let go. */
async function hold(page: Page, path: string) {
  const held: Route[] = []
  let isOpen = false
  await page.route(path, async (route) => {
    if (isOpen) await route.continue()
    else held.push(route)
  })
  const letGo = async () => {
    isOpen = true
    await Promise.all(held.map((route) => route.continue()))
  }
  return { held, letGo }
}

test('what was chosen stands while the answer is awaited, whatever else happens', async () => {
  comeBack()
  const page = await visit()
  const { held, letGo } = await hold(page, '**/phones/{away,fate}')
  const sns = page.getByRole('group', { name: 'Take away' }).getByLabel('SNS')
  const fate = phone(page, 'android').getByLabel('Pushes to it')
  await sns.check()
  await fate.selectOption('throttled')
  await add(page, 'in-between', '1013')
  await phone(page, 'in-between').waitFor()
  await expect.poll(() => held.length).toBe(2)
  expect([await sns.isChecked(), await fate.inputValue()]).toEqual([true, 'throttled'])
  await letGo()
  await expect.poll(() => demo.ask('/phones')).toMatchObject({ away: { sns: true } })
  await fateIs('android', 'throttled')
  await sns.uncheck()
  await fate.selectOption('accept')
  await expect.poll(() => demo.ask('/phones')).toMatchObject({ away: { sns: false } })
  await fateIs('android', 'accept')
  await expect.poll(() => Promise.all([sns.isChecked(), fate.inputValue()])).toEqual([false, 'accept'])
})

test('what was chosen and refused is taken back, and it is said', async () => {
  const page = await visit({ isRefused: true })
  await page.route('**/phones/{away,fate}', (route) => route.fulfill({ status: 502, json: { title: 'Not now' } }))
  const sns = page.getByRole('group', { name: 'Take away' }).getByLabel('SNS')
  await sns.click()
  await page.getByText('That did not work: Not now').waitFor()
  await expect.poll(() => sns.isChecked()).toBe(false)
  await press(page, 'Dismiss')
  const fate = phone(page, 'iphone').getByLabel('Pushes to it')
  await fate.selectOption('throttled')
  await page.getByText('That did not work: Not now').waitFor()
  await expect.poll(() => fate.inputValue()).toBe('accept')
})

test.for([
  ['the relay', 'relay', 'not pushed', /^PNS gave up/],
  ['DynamoDB', 'dynamodb', 'not pushed', /^PNS gave up/],
  ['SNS', 'sns', 'no push accepted', /^SNS gave no answer/],
] as const)('without %s nobody is rung, and it is said; it comes back', async ([words, part, state, said]) => {
  comeBack()
  const page = await visit({ isRefused: true })
  const cloud = page.getByRole('group', { name: 'Take away' })
  await cloud.getByLabel(words).check()
  await expect.poll(() => demo.ask('/phones')).toMatchObject({ away: { [part]: true } })
  await ring(page, '1001', `Without ${part}`)
  await page
    .getByRole('status')
    .getByText(/That did not work/)
    .waitFor()
  await show(page, 'Now', 'Calls of the last hour')
  const row = page.locator('tbody > tr', { hasText: `Without ${part}` })
  await row.getByText(state, { exact: true }).waitFor()
  await row.getByRole('button').click()
  await wayIn(page).getByRole('cell', { name: said }).first().waitFor()
  await show(page, 'Virtual phones')
  await cloud.getByLabel(words).uncheck()
  await expect.poll(() => demo.ask('/phones')).toMatchObject({ away: { [part]: false } })
  await expect.poll(() => demo.ask('/push_call?to=1001&from=1002')).toMatchObject({ devices: 2 })
})
