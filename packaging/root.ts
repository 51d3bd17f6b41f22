import { fileURLToPath } from 'node:url'

/** Path of a file of this repository. */
export const inRoot = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))
