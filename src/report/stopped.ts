import { formatCount, plural } from '../domain/format.ts'
import type { Stop } from '../domain/stop.ts'
import type { ReportedExecution } from './session.ts'
import { nameOf } from './standing.ts'

/**
 * Where executions ended whose number of runs was not fixed, and why: a sentence each, for the first `most` of them, and one for the
 * others together.
 */
export function stopLines(executions: readonly ReportedExecution[], most: number): string[] {
  const known = executions.flatMap(({ record }) =>
    record.stop === undefined ? [] : [{ name: nameOf(record), stop: record.stop }],
  )
  const others = known.slice(most)
  return [
    ...known.slice(0, most).map(({ name, stop }) => `${name} ${describeStop(stop)}.`),
    ...(others.length === 0
      ? []
      : [`${plural(others.length, 'more scenario')} made ${sumOf(others.map(({ stop }) => stop))}.`]),
  ]
}

function describeStop({ runs, mostRuns, answer, reason }: Stop): string {
  if (answer === 'open') return `made all ${plural(runs, 'run')}, for ${reason}`
  return `stopped after ${formatCount(runs)} of ${plural(mostRuns, 'run')}, for ${reason}`
}

function sumOf(stops: readonly Stop[]): string {
  const made = stops.reduce((sum, { runs }) => sum + runs, 0)
  return `${formatCount(made)} of ${plural(
    stops.reduce((sum, { mostRuns }) => sum + mostRuns, 0),
    'run',
  )}`
}
