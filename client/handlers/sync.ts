import type * as v from 'valibot'
import type { Answer } from '../answer.ts'
import type { Context } from '../context.ts'
import type { SyncParams } from '../params.ts'
import type { SyncStatus } from '../sync.ts'

const answered = (status: SyncStatus): Answer => ({ devices: status.missing + status.different, body: status })

/** Compares both sides in the background; asked again while it runs, says where it stands. */
export const startSync = ({ sync }: Context, params: v.InferOutput<typeof SyncParams>): Answer => answered(sync.start(params))

export const syncStatus = ({ sync }: Context): Answer => answered(sync.status())
