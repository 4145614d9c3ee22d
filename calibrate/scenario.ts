import type { BaselineMetric } from '../src/domain/finding.ts'
import { type Draw, drawSuccess, drawTimes } from './draw.ts'

/** Standard deviation of the logarithms of the times of each scenario of a suite, in which nothing else differs. */
export const suite: readonly number[] = [
  ...Array<number>(10).fill(0.1),
  ...Array<number>(15).fill(0.2),
  ...Array<number>(17).fill(0.4),
  ...Array<number>(8).fill(0.8),
]
/** Runs of an execution, before any that confirm. */
export const plannedRuns = 20

/** How a candidate differs from its baseline. */
export interface Change {
  /** Factor of its times. @default 1 */
  time?: number | undefined
  /** Factor of its tokens. @default 1 */
  tokens?: number | undefined
  /** Share of its runs that fail. @default 0.05 */
  failureRatio?: number | undefined
}

/** The three metrics that are tested of each scenario, by what the names of lines call them. */
export const tested = {
  latency: 'workingMs',
  tokens: 'inputTokens',
  success: 'successRatio',
} as const satisfies Record<string, BaselineMetric>

/** The values of an execution by metric and case. */
export type Values = Record<(typeof tested)[keyof typeof tested], number[][]>

const baseMs = 1000
const baseTokens = 2000
const tokenSigma = 0.35

/**
 * `runs` runs of a scenario with one case.
 *
 * @param shift logarithm of the factor by which all times of its session lie off
 */
export function drawValues(draw: Draw, runs: number, sigma: number, shift: number, change: Change = {}): Values {
  const level = levelOf(change) + shift
  return {
    workingMs: [drawTimes(draw, runs, sigma).map((value) => Math.exp(level + value))],
    inputTokens: [drawTokens(draw, runs, change.tokens ?? 1)],
    successRatio: [drawSuccess(draw, runs, failureRatioOf(change))],
  }
}

/** Logarithm of the times around which runs vary. */
export function levelOf({ time = 1 }: Change): number {
  return Math.log(baseMs * time)
}

/** Tokens of `runs` runs. */
export function drawTokens(draw: Draw, runs: number, factor: number): number[] {
  const level = Math.log(baseTokens * factor)
  return Array.from({ length: runs }, () => Math.round(Math.exp(level + tokenSigma * draw.normal())))
}

/** Share of runs that fail. */
export function failureRatioOf({ failureRatio = 0.05 }: Change): number {
  return failureRatio
}
