import type { DatabaseSync } from 'node:sqlite'

/** The addresses of a host that worked last; `at` by the wall clock, in ms. */
export type KeptAddresses = { addresses: string[]; at: number }

/** What is known of names when no resolver answers, after a restart too. */
export function createKeptAddresses(sql: DatabaseSync) {
  const load = sql.prepare('SELECT addresses, at FROM address WHERE host = ?')
  const save = sql.prepare(
    'INSERT INTO address VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET addresses = excluded.addresses, at = excluded.at',
  )
  return {
    load(host: string): KeptAddresses | undefined {
      const row = load.get(host)
      return row && { addresses: JSON.parse(String(row.addresses)), at: Number(row.at) }
    },
    save: (host: string, { addresses, at }: KeptAddresses): void => void save.run(host, JSON.stringify(addresses), at),
  }
}
