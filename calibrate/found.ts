import type { Baseline } from '../src/domain/baseline.ts'
import type { Finding } from '../src/domain/finding.ts'
import { driftName, nameOf } from './name.ts'
import type { World } from './past.ts'
import { alone, first, judge, type Measurement, measure, type Session } from './session.ts'
import { type Observation, once } from './tally.ts'
import { drawScenario, isFound, nameOfWorsening, type Worsening } from './worsening.ts'

/** A worsening that workers should find. */
interface Promised extends Worsening {
  /** Least share of executions in which it is found. */
  atLeast: number
  /** Up to which drift. */
  upToDrift: number
  /** Least share against a baseline of a single execution; absent where nothing is promised of it. */
  youngAtLeast?: number
}

const promised: readonly Promised[] = [
  { what: 'latency_25', change: { time: 1.25 }, metric: 'workingMs', sigma: 0.1, upToDrift: 0.03, atLeast: 0.9 },
  { what: 'latency_40', change: { time: 1.4 }, metric: 'workingMs', sigma: 0.2, upToDrift: 0.03, atLeast: 0.9 },
  { what: 'tokens_40', change: { tokens: 1.4 }, metric: 'inputTokens', upToDrift: 0.03, atLeast: 0.9 },
  { what: 'failures_45', change: { failureRatio: 0.45 }, metric: 'successRatio', upToDrift: 0.03, atLeast: 0.9 },
  ...[
    { sigma: 0.1, atLeast: 0.99, youngAtLeast: 0.9 },
    { sigma: 0.2, atLeast: 0.99, youngAtLeast: 0.9 },
    { sigma: 0.4, atLeast: 0.95 },
  ].map((one) => ({ ...one, what: 'doubling', change: { time: 2 }, metric: 'workingMs' as const, upToDrift: 0.08 })),
]

/** A scenario of a session measured with a worsening. */
export interface Changed {
  worsening: Promised
  /** Position of the scenario. */
  index: number
  measurement: Measurement
}

/** Each worsening put into a scenario of the session, by chance one of those that it may befall. */
export function changedOf(session: Session, world: World): Changed[] {
  return promised.map((worsening) => {
    const { index, sigma } = drawScenario(world.draw, worsening.sigma)
    return { worsening, index, measurement: measure(world, sigma, session.shift, worsening.change) }
  })
}

/**
 * For each worsening whether a worker finds it: wherever its scenario stands in the session, and against a baseline that is not young
 * also as the first of the session, and as the only one of its suite.
 */
export function foundOf(changed: readonly Changed[], session: Session, drift: number, young?: string): Observation[] {
  return changed.flatMap(({ worsening, index, measurement }) => {
    const { metric, what } = worsening
    const baseline = session.scenarios[index]?.baseline
    if (baseline === undefined) return []
    const { findings } = judge(measurement, baseline)
    const name = nameOf('found', nameOfWorsening(worsening, young), driftName(drift))
    const told = [once(name, isFound(findings, metric), boundOf(worsening, drift, young))]
    if (metric !== 'workingMs') return told
    if (young !== undefined)
      return what === 'doubling' ? [...told, once(name.replace('found', 'noticed'), isNoticed(findings))] : told
    const finds = (one: Baseline) => isFound(judge(measurement, one).findings, metric)
    return [...told, once(`${name}.first`, finds(first(baseline))), once(`${name}.alone`, finds(alone(baseline)))]
  })
}

/** Whether a test says that it is worse, or that it looks so and cannot be told. */
function isNoticed(findings: readonly Finding[]): boolean {
  return findings.some(({ status }) => status === 'worse' || status === 'unclear')
}

function boundOf({ atLeast, upToDrift, youngAtLeast }: Promised, drift: number, young?: string): Observation['bound'] {
  if (drift > upToDrift) return undefined
  if (young === undefined) return { atLeast }
  return young === 'young_1' && youngAtLeast !== undefined ? { atLeast: youngAtLeast } : undefined
}
