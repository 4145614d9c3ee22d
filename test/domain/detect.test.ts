import { expect, test } from 'vitest'
import { comparedMetrics } from '../../src/domain/baseline.ts'
import { askedRatios, detectNames } from '../../src/domain/detect.ts'

test('latency is asked of working time, of the whole and by output token', () => {
  expect([...askedRatios({ latencyMs: 0.2 })]).toEqual([
    ['workingMs', 0.2],
    ['workingPerOutputTokenMs', 0.2],
  ])
})

test('what else is asked goes by its own name', () => {
  expect([...askedRatios({ totalTokens: 0.1, successRatio: 0.3, steps: undefined, scores: { polite: 0.4 } })]).toEqual([
    ['totalTokens', 0.1],
    ['successRatio', 0.3],
    ['scores.polite', 0.4],
  ])
})

test('nothing is asked by default', () => {
  expect(askedRatios({}).size).toBe(0)
})

test('all that is compared can be asked for', () => {
  const asked = askedRatios(Object.fromEntries(detectNames.map((name) => [name, 0.2])))
  expect([...asked.keys()].sort()).toEqual([...comparedMetrics, 'successRatio'].sort())
})
