import { compareWithBaseline } from '../src/compare/regression.ts'
import type { Baseline } from '../src/domain/baseline.ts'
import type { BaselineMetric, Finding } from '../src/domain/finding.ts'
import type { Bound } from './line.ts'
import { driftName, nameOf, sigmaName } from './name.ts'
import { comparability, type World } from './past.ts'
import type { Change } from './scenario.ts'
import { alone, judge, type Measurement, measure, plannedPart, type Session } from './session.ts'
import { type Observation, once } from './tally.ts'
import { drawScenario, isFound } from './worsening.ts'

interface Detectable {
  what?: string
  metric: BaselineMetric
  sigma?: number
  /** A worsening as large as the finding says that it could be seen. */
  changeOf: (ratio: number, finding: Finding) => Change
}

const detectables: readonly Detectable[] = [
  ...[0.1, 0.2, 0.4, 0.8].map((sigma) => ({
    metric: 'workingMs' as const,
    sigma,
    changeOf: (ratio: number) => ({ time: 1 + ratio }),
  })),
  { what: 'tokens', metric: 'inputTokens', changeOf: (ratio) => ({ tokens: 1 + ratio }) },
  {
    what: 'failures',
    metric: 'successRatio',
    changeOf: (ratio, { baseline }) => ({ failureRatio: 1 - (1 - ratio) * (baseline?.location ?? 1) }),
  },
]

const promised = { low: 0.85, high: 0.95 }
const promisedDrift = 0.03

/**
 * For each metric how often a worsening is found that is as large as the one of which an execution says that it would be found in 9
 * of 10. The execution that says so has no change; the worsening is put into another one of the same session.
 */
export function detectableOf(session: Session, world: World, young?: string): Observation[] {
  return detectables.flatMap((one) => {
    const { index, sigma } = drawScenario(world.draw, one.sigma)
    const scenario = session.scenarios[index]
    if (scenario === undefined) return []
    const { baseline, measurement } = scenario
    const name = nameOf(one.what, young, one.sigma && sigmaName(one.sigma), driftName(world.drift))
    const told = (held: Baseline) =>
      tryPrinted(one, held, measurement, (change) => measure(world, sigma, session.shift, change))
    const inSession = told(baseline)
    const lone = one.metric === 'workingMs' && young === undefined ? told(alone(baseline)) : undefined
    return [
      ...linesOf(name, inSession, world.drift <= promisedDrift ? promised : undefined),
      ...linesOf(`${name}.alone`, lone),
    ]
  })
}

interface Tried {
  printedRatio: number
  isFound: boolean
}

/** Whether a worsening as large as printed is found; absent where none is printed. */
function tryPrinted(
  { metric, changeOf }: Detectable,
  baseline: Baseline,
  measurement: Measurement,
  measureWith: (change: Change) => Measurement,
): Tried | undefined {
  const candidate = { values: plannedPart(measurement), comparability, confirms: true }
  const finding = compareWithBaseline(candidate, baseline).find((one) => one.metric === metric)
  const printedRatio = finding?.detectableRatio
  if (finding === undefined || printedRatio === undefined) return undefined
  const { findings } = judge(measureWith(changeOf(printedRatio, finding)), baseline)
  return { printedRatio, isFound: isFound(findings, metric) }
}

function linesOf(name: string, tried: Tried | undefined, bound?: Bound): Observation[] {
  if (tried === undefined) return []
  return [
    once(`detectable.${name}`, tried.isFound, bound),
    { name: `printed.${name}`, hits: tried.printedRatio, n: 1, clustered: true },
  ]
}
