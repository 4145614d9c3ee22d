import { environmentKey } from '../domain/environment.ts'
import { formatMs, formatUsd, plural } from '../domain/format.ts'
import { isAsked } from '../domain/study/study.ts'
import type { Session } from './session.ts'
import { finalExecutions, finalStudies, standingOf, studiesAlone } from './standing.ts'

/** How the scenarios and studies of `session` stand, in a few words: `3 of 40 scenarios failed`. */
export function describeStandings(session: Session): string {
  const executions = finalExecutions(session)
  const scenarios = {
    failed: executions.filter((one) => standingOf(one) === 'failed').length + session.dead.length,
    undecided: executions.filter((one) => standingOf(one) === 'undecided').length,
    all: executions.length + session.dead.length,
  }
  const studies = finalStudies(session).filter(({ record }) => isAsked(record.result))
  const asked = {
    failed: studies.filter(({ failed }) => failed).length,
    undecided: studies.filter(({ record, failed }) => !failed && record.status === 'inconclusive').length,
    all: studies.length,
  }
  const parts = [
    scenarios.all === 0 && asked.all > 0 ? '' : standingWords(scenarios, 'scenario', 'scenarios'),
    asked.all === 0 ? '' : standingWords(asked, 'study', 'studies'),
  ]
  return parts.filter((part) => part !== '').join(', ')
}

interface Standings {
  failed: number
  undecided: number
  all: number
}

function standingWords({ failed, undecided, all }: Standings, one: string, many: string): string {
  if (failed > 0) return all === 1 ? `1 ${one} failed` : `${failed} of ${plural(all, one, many)} failed`
  if (undecided === 0) return `${plural(all, one, many)} passed`
  return all === 1 ? `1 ${one} undecided` : `${undecided} of ${plural(all, one, many)} undecided`
}

/** What was done in `session`, in a few parts: how much, how long, how, for how much money, on what. */
export function describeWork(session: Session): string[] {
  const { executions, durationMs, environment } = session
  const ownRuns = studiesAlone(session).reduce((sum, { record }) => sum + record.runs, 0)
  const runs = executions.reduce((sum, { record }) => sum + record.summary.runs, ownRuns)
  const modes = [...new Set(executions.map(({ record }) => record.mode))]
  return [
    `${plural(runs, 'run')} in ${formatMs(durationMs)}`,
    ...(modes.length === 0 ? [] : [modes.map((mode) => modeWords[mode]).join(' and ')]),
    ...spending(session),
    environmentKey(environment),
  ]
}

const modeWords = { live: 'live models', replay: 'replayed answers' } as const

/** What `session` spent, of its cap; nothing when nothing was spent that is known of. */
function spending(session: Session): string[] {
  const { executions, capUsd } = session
  const spent = [...executions, ...studiesAlone(session)].map(({ record }) => record.spentUsd)
  const totalUsd = spent.reduce<number>((sum, usd) => sum + (usd ?? 0), 0)
  const unknown = spent.filter((usd) => usd === undefined).length
  if (totalUsd === 0 && capUsd === undefined) return []
  const cap = capUsd === undefined ? '' : ` of ${formatUsd(capUsd)}`
  return [`${unknown > 0 ? 'at least ' : ''}${formatUsd(totalUsd)}${cap} spent`]
}
