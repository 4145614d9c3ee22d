import { describeMetric } from '../compare/judge.ts'
import type { BaselineMetric } from '../domain/finding.ts'
import { formatDifference, formatRatio, formatValue, plural } from '../domain/format.ts'
import type { Pattern } from '../domain/pattern.ts'

/** `pattern` in one sentence. */
export function describePattern(pattern: Pattern): string {
  const { kind, metric, before, after, executions, count = 0, along } = pattern
  const { label } = describeMetric(metric)
  const from = since(pattern)
  const change = `from ${located(metric, before)} to ${located(metric, after)} (${changeOf(pattern)})`
  switch (kind) {
    case 'creep': {
      const past = from === '' ? 'since its line was committed' : `over ${plural(executions, 'execution')}${from}`
      return `${label} crept ${change} ${past}, in steps too small to fail${togetherWith(along)}.`
    }
    case 'step':
      return `${label} went ${change} ${plural(count, 'execution')} ago${on(pattern)}, too little to fail then${togetherWith(along)}.`
    case 'levels':
      return `${label} went ${change}${from}, accepted in ${plural(count, 'level')}, each worse than the one before.`
    case 'spread':
      return `runs vary ${(after / before).toFixed(1)} times as much in ${label}${from} as before (spread ${formatRatio(before)} → ${formatRatio(after)}), so that less can be seen.`
  }
}

/** What to do about `pattern`. */
export function patternRemedy({ kind, since: date }: Pattern): string {
  switch (kind) {
    case 'creep':
      return 'See what grew; if it is meant, `-u` makes it the level that later executions are held against.'
    case 'step':
      return `See what changed ${date === undefined ? 'then' : 'on that day'}; if it is meant, \`-u\` accepts the level.`
    case 'levels':
      return 'See whether all of it was worth it: each was held against the one before only.'
    case 'spread':
      return 'Plan more `runs`, or find what makes some of them differ.'
  }
}

function since({ since: date }: Pattern): string {
  return date === undefined ? '' : ` since ${date.slice(0, 10)}`
}

function on({ since: date }: Pattern): string {
  return date === undefined ? '' : `, on ${date.slice(0, 10)}`
}

function togetherWith(along: BaselineMetric | undefined): string {
  return along === undefined ? '' : `; it moves with ${describeMetric(along).label}`
}

function changeOf({ metric, before, after }: Pattern): string {
  return formatDifference(describeMetric(metric).unit, before, after)
}

function located(metric: BaselineMetric, value: number): string {
  return formatValue(describeMetric(metric).unit, value)
}
