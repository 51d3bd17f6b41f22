import { build } from 'esbuild'
import { inRoot } from './root.ts'

/** `packages`: where the npm packages that are inside lie, like `node_modules/pino`; sorted. */
export type Bundle = { code: string; packages: string[] }

export const packageOf = (input: string): string | undefined => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]

/**
 * The client as one CommonJS script, which is all that a single executable application of Node 24 takes. Names are kept for
 * stack traces. Throws if something in it would not work there.
 */
export async function bundleClient(entry = inRoot('pbx/wakecall.ts')): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    absWorkingDir: inRoot(''),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    // The executable has no folder of its own: what reads a file beside it has an asset instead (client/sample.ts).
    // `ws` is told to leave its optional native helpers alone.
    define: {
      'import.meta.main': 'true',
      'import.meta.dirname': '"/"',
      'process.env.WS_NO_BUFFER_UTIL': '"1"',
      'process.env.WS_NO_UTF_8_VALIDATE': '"1"',
    },
    logOverride: { 'empty-import-meta': 'error' },
    logLevel: 'silent',
    write: false,
    metafile: true,
  })
  const [output] = Object.values(metafile.outputs)
  const used = Object.entries(output?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0)
  const packages = used.map(([input]) => packageOf(input)).filter((path) => path !== undefined)
  return { code: outputFiles[0]?.text ?? '', packages: [...new Set(packages)].sort() }
}
