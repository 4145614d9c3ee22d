import { graded } from '../compare/explain/severity.ts'
import { checkFindings } from '../compare/judge.ts'
import type { Check } from '../domain/check.ts'
import { BenchAgentError, mistakesError } from '../domain/errors.ts'
import { plural } from '../domain/format.ts'
import { quantileMistakes } from '../domain/plan.ts'
import { toldByReplay } from '../domain/replayed.ts'
import { checkThresholds, type Thresholds } from '../domain/threshold.ts'
import { verdictOf } from '../domain/verdict.ts'
import { requireThresholds } from '../run/options/options.ts'
import type { AgentMeasurement } from './measure-agent.ts'
import { type WorkerSettings, workerSettings } from './settings.ts'

interface MatcherState {
  /** True under `.not`. */
  isNot?: boolean
}

interface MatcherResult {
  pass: boolean
  message: () => string
  actual?: unknown
  expected?: unknown
}

/** Assertions on what `measureAgent` found. */
export interface BenchAgentMatchers<Returned> {
  /**
   * Asserts that every threshold holds. `successRatio` counts as 1 when it is not named, and a metric that is named and
   * unknown fails.
   */
  toMeetThresholds: (thresholds: Thresholds) => Returned
  /** Asserts that nothing got worse than the baseline beyond noise; a missing baseline is written, except in CI. */
  toMatchBaseline: () => Returned
}

/** The matchers, as `expect.extend` takes them. */
export const matchers = {
  toMeetThresholds(this: MatcherState, received: unknown, thresholds: Thresholds): MatcherResult {
    const measurement = requireMeasurement('toMeetThresholds', received)
    requireThresholds('the thresholds of toMeetThresholds()', thresholds)
    requireSupport(measurement, thresholds)
    // What a replay cannot tell is not judged.
    const judged = measurement.record.mode === 'replay' ? toldByReplay(thresholds) : thresholds
    const checks = [...behaviour(measurement), ...checkThresholds(measurement.summary, judged).map(strict)]
    return resultOf(this, measurement, checks, 'to break a threshold')
  },
  toMatchBaseline(this: MatcherState, received: unknown): MatcherResult {
    const measurement = requireMeasurement('toMatchBaseline', received)
    const settings = requireSession()
    measurement.record.keepsBaseline = true
    const { verdict, plan } = measurement.record
    const caseNames = plan.cases.map(({ name }) => name)
    const found = checkFindings(verdict.findings, settings.update !== 'none', caseNames)
    const checks = settings.inconclusive === 'fail' ? found.map(strict) : found
    return resultOf(this, measurement, checks, 'to be worse than its baseline')
  },
}

/** The settings of the session, without which there is no baseline to compare with and nobody to keep one. */
function requireSession(): WorkerSettings {
  const settings = workerSettings()
  if (settings !== undefined) return settings
  throw new BenchAgentError(
    'BENCH_AGENT_USAGE',
    "Expected a session that keeps baselines, got one without our reporter. Add it to the config: `reporters: ['default', 'bench-agent/reporter']`.",
  )
}

/** A quantile that the runs cannot support is a mistake in the test, not a verdict on the agent. */
function requireSupport({ name, record }: AgentMeasurement, thresholds: Thresholds): void {
  const mistakes = quantileMistakes({ thresholds }, [{}], record.stop?.runs ?? record.plan.runs ?? record.summary.runs)
  if (mistakes.length > 0) throw mistakesError('BENCH_AGENT_OPTIONS', `the thresholds of "${name}"`, mistakes)
}

/** What went wrong whatever the thresholds are. */
function behaviour({ record }: AgentMeasurement): Check[] {
  return record.verdict.checks.filter((check) =>
    ['provider', 'openStream', 'tooFewSamples', 'spend'].includes(check.code),
  )
}

// An assertion either holds or it does not: what could not be decided did not hold.
function strict(check: Check): Check {
  return check.status === 'inconclusive' ? { ...check, status: 'fail' } : check
}

function resultOf(
  { isNot }: MatcherState,
  measurement: AgentMeasurement,
  checks: readonly Check[],
  opposite: string,
): MatcherResult {
  const { record, name } = measurement
  if (!isNot) addChecks(record, checks)
  const failed = checks.filter((check) => check.status === 'fail')
  return {
    pass: failed.length === 0,
    message: () =>
      failed.length === 0
        ? `expected "${name}" ${opposite}, and ${plural(checks.length, 'check')} held`
        : [
            `"${name}" failed ${plural(failed.length, 'check')}:`,
            ...failed.flatMap(({ message, remedy }) => [
              `  ✖ ${message}`,
              ...(remedy === undefined ? [] : [`    → ${remedy}`]),
            ]),
          ].join('\n'),
  }
}

/** Has the report tell what the matchers judged, not only what the runs themselves showed. */
function addChecks(record: AgentMeasurement['record'], checks: readonly Check[]): void {
  const { verdict } = record
  const known = new Set(verdict.checks.map((check) => check.subject))
  const added = checks.filter((check) => !known.has(check.subject))
  record.verdict = graded({
    ...verdict,
    ...verdictOf([...verdict.checks, ...added], verdict.warnings, verdict.findings),
  })
}

function requireMeasurement(matcher: string, received: unknown): AgentMeasurement {
  if (typeof received === 'object' && received !== null && 'record' in received && 'summary' in received)
    return received as AgentMeasurement
  throw new TypeError(
    `Expected what ${matcher}() is given to be the result of \`await measureAgent(…)\`, got ${received instanceof Promise ? 'a promise: put `await` before measureAgent' : String(received)}.`,
  )
}
