import { confirmationRatio } from '../src/compare/evidence/rule.ts'
import { compareWithBaseline, deviationOf, suspects } from '../src/compare/regression.ts'
import { fewestScenarios, sharedShift } from '../src/compare/session/session-drift.ts'
import type { Baseline, Deviation, MetricValues } from '../src/domain/baseline.ts'
import type { Finding } from '../src/domain/finding.ts'
import { drawOrder } from './draw.ts'
import { comparability, drawShift, type World } from './past.ts'
import { type Change, drawValues, plannedRuns, type Values } from './scenario.ts'

/** An execution with the runs that would confirm what it shows, in case they are asked for. */
export interface Measurement {
  /** Of all runs. */
  values: MetricValues
  /** How many of them are planned; the others confirm. */
  planned: number
}

/** What a worker makes of a measurement. */
export interface Judgement {
  findings: Finding[]
  /** Values of the runs that were made. */
  values: MetricValues
  /** Runs that were made to confirm. */
  fresh: number
}

/** The measurement of a scenario with the runs of the suites here. */
export function measure({ draw }: World, sigma: number, shift: number, change?: Change): Measurement {
  const values: Values = drawValues(
    draw,
    plannedRuns + Math.ceil(plannedRuns * confirmationRatio),
    sigma,
    shift,
    change,
  )
  return { values, planned: plannedRuns }
}

/** The values of its planned runs. */
export function plannedPart({ values, planned }: Measurement): MetricValues {
  return part(values, 0, planned)
}

/** Judges as a worker does: what looks worse is measured again in the same execution, else it is over. */
export function judge(measurement: Measurement, baseline: Baseline): Judgement {
  const { values, planned } = measurement
  const candidate = { values: plannedPart(measurement), comparability, confirms: true }
  // What is no suspect can only be the same or better.
  if (suspects(candidate, baseline).length === 0) return { findings: [], values: candidate.values, fresh: 0 }
  const fresh = part(values, planned)
  const findings = compareWithBaseline({ values, comparability, fresh, confirms: true }, baseline)
  return { findings, values, fresh: Math.ceil(planned * confirmationRatio) }
}

function part(values: MetricValues, from: number, to?: number): MetricValues {
  return Object.fromEntries(
    Object.entries(values).map(([metric, cases]) => [metric, cases?.map((one) => one.slice(from, to))]),
  )
}

/** What the first scenario of a session is held against: nobody knows yet what its session lies off. */
export function first(baseline: Baseline): Baseline {
  return { ...baseline, shared: undefined }
}

/** What the only scenario of a suite is held against: nobody knows of its sessions but by itself. */
export function alone(baseline: Baseline): Baseline {
  return { ...baseline, shared: undefined, drift: undefined }
}

/** Whether anything is held against a scenario. */
export function isRed(findings: readonly Finding[]): boolean {
  return findings.some(({ status }) => status === 'worse')
}

/** A session in which nothing changed: by scenario, what came of it, and what it was held against. */
export interface Session {
  /** Logarithm of the factor by which all of its times lie off. */
  shift: number
  scenarios: { baseline: Baseline; measurement: Measurement; judgement: Judgement }[]
}

/** Runs a suite in an order by chance; each scenario knows what those before it lie off together. */
export function runSession(world: World, sigmas: readonly number[], baselines: readonly Baseline[]): Session {
  const shift = drawShift(world)
  const seen: Deviation[] = []
  const scenarios: Session['scenarios'] = []
  for (const index of drawOrder(world.draw, sigmas.length)) {
    const [sigma, alone] = [sigmas[index], baselines[index]]
    if (sigma === undefined || alone === undefined) throw new RangeError(`expected a baseline of scenario ${index}`)
    const baseline = { ...alone, shared: seen.length < fewestScenarios ? undefined : sharedShift(seen) }
    const measurement = measure(world, sigma, shift)
    const judgement = judge(measurement, baseline)
    scenarios[index] = { baseline, measurement, judgement }
    const deviation = deviationOf({ values: judgement.values, comparability, confirms: true }, baseline)
    if (deviation !== undefined) seen.push(deviation)
  }
  return { shift, scenarios }
}
