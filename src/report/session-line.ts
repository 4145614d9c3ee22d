import { environmentKey } from '../domain/environment.ts'
import { formatMs, formatUsd, plural } from '../domain/format.ts'
import type { Session } from './session.ts'
import { finalExecutions, standingOf } from './standing.ts'

/** How the scenarios of `session` stand, in a few words: `3 of 40 scenarios failed`. */
export function describeStandings(session: Session): string {
  const executions = finalExecutions(session)
  const failed = executions.filter((one) => standingOf(one) === 'failed').length + session.dead.length
  const undecided = executions.filter((one) => standingOf(one) === 'undecided').length
  const all = executions.length + session.dead.length
  if (failed > 0) return all === 1 ? '1 scenario failed' : `${failed} of ${plural(all, 'scenario')} failed`
  if (undecided === 0) return `${plural(all, 'scenario')} passed`
  return all === 1 ? '1 scenario undecided' : `${undecided} of ${plural(all, 'scenario')} undecided`
}

/** What was done in `session`, in a few parts: how much, how long, how, for how much money, on what. */
export function describeWork(session: Session): string[] {
  const { executions, durationMs, environment } = session
  const runs = executions.reduce((sum, { record }) => sum + record.summary.runs, 0)
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
function spending({ executions, capUsd }: Session): string[] {
  const spent = executions.map(({ record }) => record.spentUsd)
  const totalUsd = spent.reduce<number>((sum, usd) => sum + (usd ?? 0), 0)
  const unknown = spent.filter((usd) => usd === undefined).length
  if (totalUsd === 0 && capUsd === undefined) return []
  const cap = capUsd === undefined ? '' : ` of ${formatUsd(capUsd)}`
  return [`${unknown > 0 ? 'at least ' : ''}${formatUsd(totalUsd)}${cap} spent`]
}
