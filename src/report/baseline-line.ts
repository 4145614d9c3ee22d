import { describeMetric } from '../compare/judge.ts'
import { formatDifference, formatValue } from '../domain/format.ts'
import type { AcceptedLevel, BaselineOutcome } from './session.ts'
import { oneLine } from './text.ts'

const mostNames = 5

/** What became of the baselines, a sentence each; none when nothing did. */
export function baselineLines({ written, added, accepted, obsolete, removed }: BaselineOutcome): string[] {
  const byScenario = Map.groupBy(accepted, ({ scenario }) => scenario)
  const lines = [...byScenario].map(
    ([scenario, levels]) => `Accepted new levels of ${oneLine(scenario)}: ${levels.map(describeLevel).join(', ')}.`,
  )
  if (added.length > 0) lines.push(`First baseline of ${listNames(added)}.`)
  if (obsolete.length > 0) {
    const what = `${listNames(obsolete)}: no such ${obsolete.length === 1 ? 'scenario' : 'scenarios'} any more`
    lines.push(removed ? `Removed the baseline of ${what}.` : `Obsolete baseline of ${what}. \`-u\` removes it.`)
  }
  if (written.length > 0) lines.push(`Written: ${listNames(written)}. Commit ${written.length === 1 ? 'it' : 'them'}.`)
  return lines
}

/** An accepted level with what it replaces: `tokens 2,150 tokens → 3,010 tokens (+40.0%)`. */
export function describeLevel({ metric, before, after }: AcceptedLevel): string {
  const { label, unit } = describeMetric(metric)
  return `${label} ${formatValue(unit, before)} → ${formatValue(unit, after)} (${formatDifference(unit, before, after)})`
}

/** `names`, the first few of them when they are many. */
export function listNames(names: readonly string[], most = mostNames): string {
  const shown = names.slice(0, most).map(oneLine)
  return names.length <= most ? shown.join(', ') : `${shown.join(', ')} and ${names.length - most} more`
}
