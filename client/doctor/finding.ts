/** `ok`: nothing to do; `warning`: will hurt somebody some day; `broken`: phones do not ring. */
export type Level = 'ok' | 'warning' | 'broken'

/** What a check has found: what was seen, why it matters, what to do. */
export type Finding = { id: string; level: Level; seen: string; why: string; todo: string }

/** What can be found, by its id; docs/doctor.md has a section for each. */
export type Catalogue = Record<string, Omit<Finding, 'id' | 'seen'>>

const NOTHING = 'Nothing.'

export const ok = (why: string) => ({ level: 'ok' as const, why, todo: NOTHING })
export const warning = (why: string, todo: string) => ({ level: 'warning' as const, why, todo })
export const broken = (why: string, todo: string) => ({ level: 'broken' as const, why, todo })

/** Makes findings of a catalogue; `todo` where what is to be done depends on what was seen. */
export const finder =
  <C extends Catalogue>(catalogue: C) =>
  (id: keyof C & string, seen: string, todo?: string): Finding => {
    const { level, why, todo: usual } = catalogue[id] as Catalogue[string]
    return { id, level, seen, why, todo: todo ?? usual }
  }
