import { describe, expect, test } from 'vitest'
import { type Contest, contestOf } from '../../../src/compare/evidence/contest.ts'
import { foundFailures } from '../../../src/compare/evidence/success.ts'
import { plannedRuns } from '../../../src/compare/power/progress.ts'
import { dropOf, failureRatioOf, successLooks, successSteps } from '../../../src/compare/power/success-steps.ts'
import { random } from '../../../src/stats/random.ts'
import { historyOf, pastExecution, same } from '../given.ts'

const past = [...Array<number>(19).fill(1), 0]

/** 20 runs that were all ok, against ten executions in which one of 20 failed. */
function contest(): Contest {
  const executions = Array.from({ length: 10 }, (_, session) =>
    pastExecution({ successRatio: [past] }, { session: `${session}` }),
  )
  const found = contestOf('successRatio', [Array(20).fill(1)], same, historyOf(...executions))
  if ('status' in found) throw new Error(found.reason)
  return found
}

const runs = plannedRuns(1, { most: 50, looks: [10, 20, 30, 40], confirms: true, askedRatio: 0.3 })

test('a drop is a share of the success that was', () => {
  expect(failureRatioOf(contest(), 0.2)).toBeCloseTo(1 - 0.8 * 0.95, 12)
  expect(dropOf(contest(), 1 - 0.8 * 0.95)).toBeCloseTo(0.2, 12)
  expect(failureRatioOf(contest(), 3)).toBe(1)
})

describe('looks at success', () => {
  test('take fewer failures the earlier they come', () => {
    const most = successLooks(contest(), runs).map(({ mostFailures }) => mostFailures ?? -1)
    expect(most).toEqual([...most].sort((a, b) => a - b))
    expect(most[0]).toBe(-1)
    expect(most[3]).toBeGreaterThan(0)
  })

  test('are stricter before the last one', () => {
    const rates = successLooks(contest(), runs).map(({ worseRate }) => worseRate)
    expect(rates).toEqual([...rates].sort((a, b) => a - b))
  })

  test('are none where every run is made', () => {
    expect(successLooks(contest(), plannedRuns(1, { most: 50, confirms: true }))).toEqual([])
  })

  test('miss what is asked no more often than they may', () => {
    const next = random(6)
    const looks = successLooks(contest(), runs)
    const failing = failureRatioOf(contest(), 0.3)
    const count = 5000
    let missed = 0
    for (let execution = 0; execution < count; execution++) {
      const failed = Array.from({ length: 50 }, () => (next() < failing ? 1 : 0))
      const until = (made: number) => failed.slice(0, made).reduce<number>((sum, one) => sum + one, 0)
      if (looks.some(({ runs: made, mostFailures = -1 }) => until(made) <= mostFailures)) missed += 1
    }
    expect(missed / count).toBeLessThan(0.05)
  })
})

test('looks cost a little of what would be found', () => {
  const found = (looks: typeof runs.looks) => foundFailures(successSteps(contest(), { ...runs, looks }))?.(0.33) ?? 0
  expect(found(runs.looks)).toBeLessThan(found(undefined))
  expect(found(runs.looks)).toBeGreaterThan(found(undefined) - 0.05)
})
