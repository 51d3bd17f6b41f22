import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { inventory, type SynthesizedTemplate } from '../../lib/monitoring/inventory.ts'
import { synthesizeMonitoring } from '../lib/monitoring-stack.ts'

const { widgets } = inventory(synthesizeMonitoring().toJSON() as SynthesizedTemplate)

describe('npm run dashboard', () => {
  const print = async (...files: string[]): Promise<string> =>
    (await promisify(execFile)(process.execPath, ['lib/monitoring/print.ts', ...files])).stdout

  test('prints every widget and every alarm of the example, without AWS and without settings of an operator', async () => {
    const stdout = await print()
    expect(stdout).toMatch(/^Of wakecall\.config\.example\.ts\n/)
    for (const { title } of widgets) expect(stdout).toContain(`\n  ${title}\n    `)
    expect(stdout).toContain('wakecall-prod-wake-rate: ')
    expect(stdout).toContain('    Wakecall/prod WakeLatency {platform=ios}\n')
  })

  test('prints those of a file that is named', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wakecall-'))
    const file = join(folder, 'config.ts')
    await writeFile(file, "export const config = { stage: 'other' }\n")
    const stdout = await print(file)
    await rm(folder, { recursive: true })
    expect(stdout).toMatch(/^Of .*config\.ts\n/)
    expect(stdout).toContain('wakecall-other-server-errors: ')
    expect(stdout).not.toContain('wakecall-prod')
  })
})
