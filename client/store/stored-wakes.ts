import type { DatabaseSync } from 'node:sqlite'
import type { Wake } from '../../wire/wakes.ts'
import { inTransaction } from './database.ts'

/** A wake that the relay has still to be told of; `at` by the wall clock, in ms. */
export type StoredWake = Omit<Wake, 'agoMs'> & { id: number; at: number }

const KEPT = 10_000

/** Wakes that the relay has not been told of, the newest of them where there are too many. */
export function createStoredWakes(sql: DatabaseSync) {
  const add = sql.prepare('INSERT INTO wake (at, wake) VALUES (?, ?)')
  const limit = sql.prepare('DELETE FROM wake WHERE id <= (SELECT max(id) FROM wake) - ?')
  const oldest = sql.prepare('SELECT * FROM wake ORDER BY id LIMIT ?')
  const drop = sql.prepare('DELETE FROM wake WHERE id <= ?')
  return {
    add: ({ at, ...wake }: Omit<StoredWake, 'id'>): void =>
      inTransaction(sql, () => {
        add.run(at, JSON.stringify(wake))
        limit.run(KEPT)
      }),
    oldest: (count: number): StoredWake[] =>
      oldest.all(count).map(({ id, at, wake }) => ({ ...JSON.parse(String(wake)), id: Number(id), at: Number(at) })),
    /** All up to this id. */
    drop: (id: number): void => inTransaction(sql, () => void drop.run(id)),
  }
}
