import { readAsset } from './assets.ts'

/** The settings file that explains every setting. */
export const sampleSettings = (): string => String(readAsset('client/wakecall.sample.toml'))
