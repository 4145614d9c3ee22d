import { describe, expect, test } from 'vitest'
import { type Contest, contestOf } from '../../../src/compare/evidence/contest.ts'
import { plannedRuns } from '../../../src/compare/power/progress.ts'
import { detectableRatio, finds } from '../../../src/compare/power/sensitivity.ts'
import type { BaselineMetric } from '../../../src/domain/finding.ts'
import { drawing, historyOf, one, pastExecution, same } from '../given.ts'

function contest(metric: BaselineMetric, values: () => number[]): Contest {
  const past = Array.from({ length: 10 }, (_, session) =>
    pastExecution(one(metric, values()), { session: `${session}` }),
  )
  const found = contestOf(metric, [values()], same, historyOf(...past))
  if ('status' in found) throw new Error(found.reason)
  return found
}

const draw = drawing(12)
const contests: [string, Contest][] = [
  ['a time', contest('workingMs', () => draw.runs(20, 0.2))],
  ['tokens', contest('outputTokens', () => draw.runs(20, 0.35))],
  ['a score', contest('scores.polite', () => Array.from({ length: 20 }, () => 0.5 + 0.4 * draw.uniform()))],
  ['success', contest('successRatio', () => [...Array<number>(19).fill(1), 0])],
]

describe.each(contests)('what would be found of %s', (_, one) => {
  test.each([
    ['of a fixed number of runs', undefined],
    ['of as many as it takes', [10, 20, 30, 40]],
  ])('%s is found from the detectable effect on', (_kind, looks) => {
    const runs = plannedRuns(1, { most: 50, looks, confirms: true })
    const ratio = detectableRatio(one, runs) ?? Number.NaN
    expect(ratio).toBeGreaterThan(0.05)
    expect(finds(one, runs, ratio * 1.02)).toBe(true)
    expect(finds(one, runs, ratio * 0.95)).toBe(false)
  })

  test('is less when looks may end the runs', () => {
    const seen = (looks?: number[]) => detectableRatio(one, plannedRuns(1, { most: 50, looks, confirms: true })) ?? 0
    expect(seen([10, 20, 30, 40])).toBeGreaterThanOrEqual(seen())
    expect(seen([10, 20, 30, 40])).toBeLessThan(1.15 * seen())
  })
})

test('nothing is told of what lies at 0', () => {
  const none = contest('toolCalls', () => Array(20).fill(0))
  expect(detectableRatio(none, plannedRuns(1, { most: 20, confirms: true }))).toBeUndefined()
})
