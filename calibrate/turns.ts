import { type Draw, drawSuccess, drawTimes } from './draw.ts'
import { type Change, drawTokens, failureRatioOf, levelOf, type Values } from './scenario.ts'

const cases = 10
const rounds = 5
// Standard deviation of the logarithms of what the cases of a scenario take.
const caseSigma = 0.4

/** Logarithms of what each of ten cases takes, around 0. */
export function drawCases(draw: Draw): number[] {
  return Array.from({ length: cases }, () => caseSigma * draw.normal())
}

/**
 * What two versions take that go in turns: A B B A A B B A … Each turn is a run, and there are five rounds over `levels`, the
 * logarithms of what the cases take.
 */
export function drawTurns(
  draw: Draw,
  sigma: number,
  levels: readonly number[],
  change: Change = {},
): { base: Values; candidate: Values } {
  const turns = levels.length * rounds
  // Neighbours in time are alike, whichever version they are of.
  const times = drawTimes(draw, 2 * turns, sigma)
  const side = (isCandidate: boolean): Values => {
    const own = isCandidate ? change : {}
    const workingMs = Array.from({ length: turns }, (_, turn) => {
      const isFirst = (turn % 2 === 0) !== isCandidate
      const value = times[2 * turn + (isFirst ? 0 : 1)] ?? 0
      return Math.exp(levelOf(own) + (levels[turn % levels.length] ?? 0) + value)
    })
    const byCase = (values: readonly number[]) =>
      levels.map((_, position) => values.filter((_, turn) => turn % levels.length === position))
    return {
      workingMs: byCase(workingMs),
      inputTokens: byCase(drawTokens(draw, turns, own.tokens ?? 1)),
      successRatio: byCase(drawSuccess(draw, turns, failureRatioOf(own))),
    }
  }
  return { base: side(false), candidate: side(true) }
}
