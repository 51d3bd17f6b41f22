/** The console in Chromium: how soon it is of use, whether it ever hangs, and how much of it is loaded. */
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { openBrowser } from '../test/browser/chromium.ts'
import { storeDevices } from './pns-devices.ts'
import { saturate } from './pns-load.ts'
import { inTemporaryDir, startPns, withStubRelay } from './pns-process.ts'
import { until } from './programs.ts'
import { median, type Row, valueRow } from './row.ts'

const WAKECALL = join(import.meta.dirname, '../pbx/wakecall.ts')
const DEVICES = 2_000
const CALLS = 10_000
const LOADS = 9
const FEW = 20

/** Runs before the page: notes when the calls, or the devices, are drawn and the page is live, and how long it ever hung. */
const OBSERVE = `
  window.hungMs = 0
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.hungMs = Math.max(window.hungMs, duration)
  }).observe({ type: 'longtask', buffered: true })
  new MutationObserver((_, self) => {
    if (!document.querySelector('.connection.live') || !document.querySelector('tbody tr')) return
    self.disconnect()
    requestAnimationFrame(() => { window.usableMs = performance.now() })
  }).observe(document, { subtree: true, childList: true, attributes: true })
`
/** A task that began before the rows were drawn is reported when it is over. */
const SETTLED_MS = 500

type Load = { usableMs: number; hungMs: number; wire: number; plain: number }

/** Opens it as somebody who has never been there. */
async function load(browser: Browser, url: string): Promise<Load> {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.addInitScript(OBSERVE)
  await page.goto(url)
  await until(() => page.evaluate<boolean>('window.usableMs > 0'), 'the page shows its rows')
  await page.waitForTimeout(SETTLED_MS)
  const [usableMs = 0, hungMs = 0] = await page.evaluate<number[]>('[window.usableMs, window.hungMs]')
  const sizes = await page.evaluate<number[][]>(
    `['navigation', 'resource'].flatMap((type) => performance.getEntriesByType(type))
      .filter(({ name }) => !name.endsWith('/events')).map(({ encodedBodySize, decodedBodySize }) => [encodedBodySize, decodedBodySize])`,
  )
  await context.close()
  const sum = (i: number) => sizes.reduce((total, each) => total + (each[i] ?? 0), 0)
  return { usableMs, hungMs, wire: sum(0), plain: sum(1) }
}

/** What the browser takes for a page that has nothing in it, in ms. */
async function bareMs(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(url)
  const ms = await page.evaluate<number>("performance.getEntriesByType('navigation')[0].domComplete")
  await context.close()
  return ms
}

async function loads<T>(once: () => Promise<T>): Promise<T[]> {
  const all: T[] = []
  for (let i = 0; i < LOADS; i++) all.push(await once())
  return all
}

async function measure(browser: Browser, devices: number, calls: number) {
  return withStubRelay((stub) =>
    inTemporaryDir(async (dir) => {
      await storeDevices(dir, devices)
      const pns = await startPns([process.execPath, '--disable-warning=ExperimentalWarning', WAKECALL], dir, stub.url)
      await saturate(`${pns.url}/push_call`, { amount: calls })
      const bare = median(await loads(() => bareMs(browser, `${pns.url}/console/app.css`)))
      const now = await loads(() => load(browser, pns.url))
      const listed = await loads(() => load(browser, `${pns.url}/#devices`))
      await pns.stop()
      return { bare, now, hungMs: Math.max(...[...now, ...listed].map(({ hungMs }) => hungMs)) }
    }),
  )
}

/** With ten thousand calls and two thousand devices; beside them with a few. */
export async function benchConsole(): Promise<Row[]> {
  const browser = await openBrowser()
  try {
    const few = await measure(browser, FEW, FEW)
    const full = await measure(browser, DEVICES, CALLS)
    const usable = median(full.now.map(({ usableMs }) => usableMs))
    const [{ wire = 0, plain = 0 } = {}] = full.now
    const kilobytes = (bytes: number) => bytes / 1000
    return [
      valueRow({ name: 'console.usable', unit: 'ms, an empty page beside it', value: usable, baseline: full.bare }, '<=', 300),
      valueRow(
        // A browser reports nothing that took less than 50 ms.
        { name: 'console.hangs', unit: 'ms at most, full; a few beside it', value: full.hungMs, baseline: few.hungMs },
        '<=',
        200,
      ),
      valueRow(
        { name: 'console.size', unit: 'KB loaded, uncompressed beside it', value: kilobytes(wire), baseline: kilobytes(plain) },
        '<=',
        120,
      ),
    ]
  } finally {
    await browser.close()
  }
}
