import type { BaselineMetric, Finding } from '../src/domain/finding.ts'
import { type Draw, drawIndex } from './draw.ts'
import { nameOf, sigmaName } from './name.ts'
import { type Change, suite } from './scenario.ts'

/** A worsening of one scenario of a suite. */
export interface Worsening {
  /** What gets worse, and by how much in percent. */
  what: string
  change: Change
  metric: BaselineMetric
  /** Deviation of the scenario's times; absent where it may be any. */
  sigma?: number | undefined
}

/** How the names of lines tell `worsening`; `young` is of the baseline. */
export function nameOfWorsening({ what, sigma }: Worsening, young?: string): string {
  return nameOf(what, young, sigma && sigmaName(sigma))
}

/** Whether it is found that `metric` got worse. */
export function isFound(findings: readonly Finding[], metric: BaselineMetric): boolean {
  return findings.some((one) => one.metric === metric && one.status === 'worse')
}

/** A scenario of the suite whose times deviate by `sigma`, or any. */
export function drawScenario(draw: Draw, sigma: number | undefined): { index: number; sigma: number } {
  const members = suite.flatMap((own, index) => (sigma === undefined || own === sigma ? [{ index, sigma: own }] : []))
  const drawn = members[drawIndex(draw, members.length)]
  if (drawn === undefined) throw new RangeError(`expected a deviation of the suite, got ${sigma}`)
  return drawn
}
