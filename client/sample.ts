import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { getAsset, isSea } from 'node:sea'

const NAME = 'wakecall.sample.toml'

/** The settings file that explains every setting: inside the executable an asset of it. */
export const sampleSettings = (): string =>
  isSea() ? getAsset(NAME, 'utf8') : readFileSync(join(import.meta.dirname, NAME), 'utf8')
