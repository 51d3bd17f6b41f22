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
  return [
    ...findings.flatMap(linesOf),
    '',
    `Broken: ${bad}, warnings: ${doubtful}, in order: ${good}. docs/doctor.md explains each.`,
  ]
}
