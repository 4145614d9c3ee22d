import { type Check, placeOf } from './check.ts'
import { formatCount, formatRatio, plural } from './format.ts'
import type { Outcome } from './sample.ts'
import type { GroupSummary } from './summary.ts'

/** What success is judged on. */
interface Judged {
  outcomes: Record<Outcome, number>
  scenario: { successRatio?: number }
}

/**
 * The check that at least `bound` (0..1) of the runs were ok.
 *
 * @param category whose runs they are; absent for all runs
 * @param cases where to look for what failed
 */
export function checkSuccess(
  judged: Judged,
  bound: number,
  category: string | undefined,
  cases: readonly GroupSummary[],
): Check {
  const subject = `success${placeOf(category)}`
  const value = judged.scenario.successRatio
  const { ok, wrong, error, timeout, limit } = judged.outcomes
  const facts = { code: 'success', subject, metric: 'successRatio', category, bound, unit: 'ratio' } as const
  if (value === undefined) {
    return {
      ...facts,
      status: 'fail',
      message: `${subject} is unknown: no run came to an end that the agent is answerable for.`,
      remedy: 'Mend the infrastructure that the runs broke on, and run again.',
    }
  }
  const runs = `${formatCount(ok)} of ${plural(ok + wrong + error + timeout + limit, 'run')} ok`
  if (value >= bound)
    return { ...facts, value, status: 'pass', message: `${subject} is ${formatRatio(value)} (${runs}).` }
  const broken = Object.entries({ wrong, error, timeout, limit })
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${count} ${outcome}`)
  const failing = cases
    .filter((one) => one.successRatio !== undefined && one.successRatio < bound)
    .map((one) => `"${one.name}"`)
  return {
    ...facts,
    value,
    status: 'fail',
    message: `${subject} is ${formatRatio(value)}, under its threshold of ${formatRatio(bound)} (${runs}; ${broken.join(', ')}).`,
    remedy: `${failing.length === 0 ? '' : `Look at ${listed(failing)}. `}Mend what broke${bound === 1 ? ', or state the success that you accept: `thresholds: { successRatio: 0.95 }`.' : ', or set the threshold to what you accept.'}`,
  }
}

/**
 * A failed check for each of `cases` with not one ok run, where that would happen by chance in less than 1% if the case
 * succeeded as often as `bound` (0..1) demands: (1 − bound)^n < 0.01.
 */
export function deadCases(cases: readonly GroupSummary[], bound: number): Check[] {
  return cases.flatMap((one) => {
    const { ok, wrong, error, timeout, limit } = one.outcomes
    const runs = wrong + error + timeout + limit
    if (ok > 0 || runs === 0 || (1 - bound) ** runs >= 0.01) return []
    return [
      {
        status: 'fail',
        code: 'deadCase',
        subject: `case "${one.name}"`,
        message: `case "${one.name}" never succeeded (${plural(runs, 'run')}).`,
        remedy: 'Mend this case, or give it a category with a `successRatio` of its own.',
      },
    ]
  })
}

function listed(names: readonly string[]): string {
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
}
