/**
 * What a call leaves behind is dead at once: V8 would rather let it grow to hundreds of megabytes than collect it. Imported
 * first, because V8 sizes its heap as it starts to fill.
 */
import { setFlagsFromString } from 'node:v8'

for (const flag of ['--optimize-for-size', '--max-semi-space-size=1', '--semi-space-growth-factor=1']) setFlagsFromString(flag)
