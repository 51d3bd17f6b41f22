import axe from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { expect } from 'vitest'

/** A page that complains of what a visitor would: errors, and whatever its Content-Security-Policy stopped. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...options })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:')) complaints.push(`asks for ${request.url()}`)
  })
  await page.goto(url)
  return { page, complaints, close: () => context.close() }
}

type Violation = { id: string; impact: string; nodes: { html: string }[] }

/** What axe finds serious (https://dequeuniversity.com/rules/axe). */
export async function seriousFaults(page: Page): Promise<string[]> {
  // The policy of the page lets no script in: the debugger does.
  await page.evaluate(axe.source)
  const violations = await page.evaluate<Violation[]>('axe.run().then(({ violations }) => violations)')
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  return serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`)
}

/** Its name in the navigation, and the heading that it has then. */
export async function show(page: Page, view: string, heading = view): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name: view, exact: true }).click()
  await page.getByRole('heading', { level: 1, name: heading }).waitFor()
}

export async function expectRows(page: Page, count: number): Promise<void> {
  await expect.poll(() => page.locator('tbody > tr').count()).toBe(count)
}
