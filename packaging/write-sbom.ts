/** `npm run sbom`: what is in the executable, as dist/wakecall-VERSION.cdx.json. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { VERSION } from '../client/version.ts'
import { bundleClient } from './bundle.ts'
import { buildConsole } from './console.ts'
import { sourceEpoch } from './epoch.ts'
import { lockedAt } from './locked.ts'
import { inRoot } from './root.ts'
import { sbomOf } from './sbom.ts'

const packages = lockedAt([...(await bundleClient()).packages, ...(await buildConsole())])
const contents = { version: VERSION, epoch: sourceEpoch(process.env), packages, runtime: process.versions }
const output = inRoot(`dist/wakecall-${VERSION}.cdx.json`)
mkdirSync(inRoot('dist'), { recursive: true })
writeFileSync(output, `${JSON.stringify(sbomOf(contents), undefined, 2)}\n`)
process.stdout.write(`${output}\n`)
