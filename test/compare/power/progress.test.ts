import { describe, expect, test } from 'vitest'
import { falseAlarmRate, lookShareRatio, screenRate } from '../../../src/compare/evidence/rule.ts'
import { awaited, plannedRuns } from '../../../src/compare/power/progress.ts'

describe('plannedRuns', () => {
  test('count values, of which a round brings as many as there are cases that tell', () => {
    expect(plannedRuns(3, { most: 20, confirms: true })).toEqual({
      planned: 60,
      fresh: 90,
      looks: undefined,
      screenRate,
      worseRate: falseAlarmRate,
    })
    expect(plannedRuns(1, { most: 20, confirms: false }).fresh).toBe(0)
  })

  test('leave the last judgement what looks may not use', () => {
    const runs = plannedRuns(0.95, { most: 50, looks: [10, 20, 30, 40], confirms: true, askedRatio: 0.2 })
    expect(runs.looks).toEqual({ runs: [10, 19, 29, 38], askedRatio: 0.2, worseRate: falseAlarmRate * lookShareRatio })
    expect(runs.worseRate).toBe(falseAlarmRate * (1 - lookShareRatio))
  })
})

test('the more metrics of a scenario are tested, the surer each has to be', () => {
  const rates = (tests: number) => {
    const { screenRate: screen = 0, worseRate: worse = 0 } = plannedRuns(1, { most: 20, confirms: true, tests })
    return { screen, worse }
  }
  expect(rates(2)).toEqual({ screen: screenRate, worse: falseAlarmRate })
  expect(rates(10).screen).toBeCloseTo(0.0145, 12)
  expect(10 * rates(10).worse).toBeCloseTo(2 * falseAlarmRate, 12)
  expect(rates(0)).toEqual(rates(1))
})

describe('awaited', () => {
  const compared = [
    'workingMs',
    'inputTokens',
    'outputTokens',
    'totalTokens',
    'steps',
    'modelCalls',
    'successRatio',
  ] as const

  test('are the metrics that are tested, but for success and what follows others', () => {
    expect([...awaited(compared, new Map())]).toEqual(['workingMs', 'inputTokens', 'outputTokens', 'steps'])
  })

  test('are what the user asks for, where that is compared', () => {
    const asked = new Map([['successRatio', 0.1] as const, ['ttftMs', 0.1] as const])
    expect([...awaited(compared, asked)]).toEqual(['successRatio'])
    expect([...awaited(compared, new Map([['ttftMs', 0.1]]))]).toContain('workingMs')
  })

  test('are success where nothing else is compared', () => {
    expect([...awaited(['successRatio'], new Map())]).toEqual(['successRatio'])
  })
})
