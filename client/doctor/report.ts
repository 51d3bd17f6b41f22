import type { Finding, Level } from './finding.ts'

const SIGNS: Record<Level, string> = { ok: 'ok     ', warning: 'warning', broken: 'BROKEN ' }

const linesOf = ({ id, level, seen, why, todo }: Finding): string[] => [
  `${SIGNS[level]}  ${id}: ${seen}`,
  ...(level === 'ok' ? [] : [`         Why it matters: ${why}`, `         What to do: ${todo}`]),
]

const countOf = (findings: readonly Finding[], level: Level): number => findings.filter((one) => one.level === level).length

/** The worst that was found. */
export const levelOf = (findings: readonly Finding[]): Level =>
  (['broken', 'warning'] as const).find((level) => countOf(findings, level) > 0) ?? 'ok'

/** Findings in lines for people, and a last one that sums up. */
export function reportOf(findings: readonly Finding[]): string[] {
  const [bad, doubtful, good] = (['broken', 'warning', 'ok'] as const).map((level) => countOf(findings, level))
  const left = findings.filter(({ id }) => id === 'not_checked')
  const [last] = left.slice(-1)
  return [
    ...findings.filter(({ id }) => id !== 'not_checked').flatMap(linesOf),
    // They all mean the same: it is said once.
    ...left.slice(0, -1).flatMap((finding) => linesOf(finding).slice(0, 1)),
    ...(last ? linesOf(last) : []),
    '',
    `Broken: ${bad}, warnings: ${doubtful}, in order: ${good}. doctor.md explains each (docs/, or /usr/share/doc/wakecall/).`,
  ]
}
