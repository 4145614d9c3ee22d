import { describe, expect, test } from 'vitest'
import { followed, isSum, partsOf, toldWith } from '../../../src/compare/evidence/follow.ts'
import { compareWithBaseline, suspects } from '../../../src/compare/regression.ts'
import type { BaselineMetric, Finding } from '../../../src/domain/finding.ts'
import { times } from '../../domain/given.ts'
import { candidateOf, committedOf, drawing, historyOf, pastExecution } from '../given.ts'

const finding = (
  metric: BaselineMetric,
  status: Finding['status'],
  changeRatio: number | undefined,
  p: number | undefined = 0.2,
): Finding => ({
  metric,
  status,
  baseline: { n: 20, location: 100 },
  candidate: { n: 20, location: 100 * (1 + (changeRatio ?? 0)) },
  changeRatio,
  p,
})

/** What becomes of the last of `findings`. */
function last(...findings: Finding[]): Finding {
  const own = findings.at(-1)
  if (own === undefined) throw new Error('expected a finding')
  return followed(own, findings)
}

describe('total tokens', () => {
  const parts = (input: Finding['status'], output: Finding['status']) => [
    finding('inputTokens', input, 0.2),
    finding('outputTokens', output, 0.2),
  ]

  test('are never tested: their verdict is that of input and output', () => {
    const total = last(...parts('worse', 'same'), finding('totalTokens', 'same', 0.2, 0.9))
    expect(total).toMatchObject({ status: 'worse', changeRatio: 0.2, follows: ['inputTokens', 'outputTokens'] })
    expect(total.p).toBeUndefined()
  })

  test('are the same where neither part got worse, whatever a test of them would say', () => {
    expect(last(...parts('same', 'same'), finding('totalTokens', 'worse', 0.2, 1e-9)).status).toBe('same')
  })

  test('did not get worse by what is too small for a regression', () => {
    expect(last(...parts('worse', 'same'), finding('totalTokens', 'same', 0.09)).status).toBe('same')
    expect(last(...parts('worse', 'better'), finding('totalTokens', 'same', -0.3)).status).toBe('better')
  })

  test('are held to the tolerance of steady metrics where no part varies', () => {
    const steady = [finding('inputTokens', 'worse', 0.06, undefined), finding('outputTokens', 'same', 0, undefined)]
    const total = (ratio: number) =>
      last(...steady.map(({ p: _, ...one }) => one), finding('totalTokens', 'same', ratio))
    expect(total(0.06).status).toBe('worse')
    expect(total(0.05).status).toBe('same')
  })

  test('are unclear where a part is', () => {
    expect(last(...parts('unclear', 'same'), finding('totalTokens', 'same', 0.6)).status).toBe('unclear')
  })

  test('stand for themselves where a part is not known', () => {
    const alone = finding('totalTokens', 'worse', 0.4, 1e-9)
    expect(last(finding('inputTokens', 'worse', 0.4), alone)).toBe(alone)
    const { baseline: _, ...unknown } = finding('outputTokens', 'new', undefined)
    expect(last(finding('inputTokens', 'worse', 0.4), unknown, alone)).toBe(alone)
  })

  test('without a baseline follow nothing', () => {
    const { baseline: _, ...fresh } = finding('totalTokens', 'new', undefined)
    expect(last(...parts('same', 'same'), fresh)).toBe(fresh)
  })
})

describe('cost', () => {
  const tokens = (ratio: number) => [
    finding('inputTokens', ratio > 0.1 ? 'worse' : 'same', ratio),
    finding('outputTokens', 'same', ratio),
    finding('totalTokens', 'same', ratio),
  ]

  test('follows the tokens as long as it keeps step with them, within 5%', () => {
    expect(last(...tokens(0.4), finding('costUsd', 'worse', 0.45, 1e-6))).toMatchObject({
      status: 'worse',
      follows: ['inputTokens', 'outputTokens'],
    })
    expect(last(...tokens(0.4), finding('costUsd', 'worse', 0.34, 1e-6)).follows).toBeDefined()
  })

  test('is tested itself where it does not: a cache is gone, or a price has changed', () => {
    const dearer = finding('costUsd', 'worse', 0.8, 1e-6)
    expect(last(...tokens(0), dearer)).toBe(dearer)
    const cheaper = finding('costUsd', 'better', -0.4, 1e-6)
    expect(last(...tokens(0), cheaper)).toBe(cheaper)
  })

  test('is tested itself where the tokens have no level to keep step with', () => {
    const cost = finding('costUsd', 'worse', 0.8, 1e-6)
    expect(last(...tokens(0).slice(0, 2), finding('totalTokens', 'same', undefined), cost)).toBe(cost)
  })
})

describe('model calls', () => {
  test('follow the steps', () => {
    expect(last(finding('steps', 'worse', 0.5), finding('modelCalls', 'worse', 0.5))).toMatchObject({
      status: 'worse',
      follows: ['steps'],
    })
  })

  test('are tested themselves where calls were repeated', () => {
    const repeated = finding('modelCalls', 'worse', 1, 1e-6)
    expect(last(finding('steps', 'same', 0), repeated)).toBe(repeated)
  })

  test('follow steps that both lie at 0', () => {
    expect(last(finding('steps', 'same', undefined), finding('modelCalls', 'same', undefined)).follows).toEqual([
      'steps',
    ])
  })
})

test('other metrics follow nothing', () => {
  for (const metric of ['workingMs', 'inputTokens', 'outputTokens', 'steps', 'toolCalls', 'scores.polite'] as const) {
    const alone = finding(metric, 'same', 0)
    expect(last(finding('steps', 'worse', 0.5), alone)).toBe(alone)
  }
})

test('what says the worsening of a metric too', () => {
  expect(partsOf('costUsd')).toEqual(['inputTokens', 'outputTokens'])
  expect(partsOf('workingPerOutputTokenMs')).toEqual(['workingMs'])
  expect(partsOf('workingMs')).toEqual([])
})

test('more tool calls are told with the steps that made them', () => {
  expect(toldWith('toolCalls')).toEqual(['steps'])
  expect(toldWith('costUsd')).toEqual(partsOf('costUsd'))
  expect(toldWith('steps')).toEqual([])
})

test('only a sum of what is known is never tested', () => {
  const known = { inputTokens: [[1]], outputTokens: [[1]] }
  expect(isSum('totalTokens', known)).toBe(true)
  expect(isSum('totalTokens', { inputTokens: [[1]] })).toBe(false)
  expect(isSum('costUsd', known)).toBe(false)
  expect(isSum('inputTokens', known)).toBe(false)
})

describe('of an execution', () => {
  const draw = drawing(41)
  const spent = (cacheRatio: number, factor = 1) => {
    const input = draw.runs(20, 0.05, factor)
    const output = draw.runs(20, 0.05, factor / 10)
    return {
      inputTokens: [input],
      outputTokens: [output],
      totalTokens: [input.map((tokens, run) => tokens + (output[run] ?? 0))],
      costUsd: [input.map((tokens, run) => (tokens * (1 - 0.9 * cacheRatio) + 4 * (output[run] ?? 0)) / 1e6)],
    }
  }
  const past = historyOf(...times(5, () => pastExecution(spent(0.9))))
  const judged = (values: ReturnType<typeof spent>) =>
    Object.fromEntries(compareWithBaseline(candidateOf(values), past).map((one) => [one.metric, one]))

  test('more tokens are a regression once, and the cost tells of it', () => {
    const { inputTokens, outputTokens, totalTokens, costUsd } = judged(spent(0.9, 1.4))
    expect([inputTokens?.status, outputTokens?.status]).toEqual(['worse', 'worse'])
    expect(totalTokens).toMatchObject({ status: 'worse', follows: ['inputTokens', 'outputTokens'] })
    expect(costUsd).toMatchObject({ status: 'worse', follows: ['inputTokens', 'outputTokens'] })
  })

  test('a cache that is gone makes the same tokens dearer, and only the cost says so', () => {
    const { inputTokens, outputTokens, totalTokens, costUsd } = judged(spent(0))
    expect([inputTokens?.status, outputTokens?.status, totalTokens?.status]).toEqual(['same', 'same', 'same'])
    expect(costUsd).toMatchObject({ status: 'worse', changeRatio: expect.closeTo(1.4, 0) })
    expect(costUsd?.p).toBeLessThan(1e-4)
    expect(costUsd?.follows).toBeUndefined()
  })

  test('the sum has no fresh runs made for it: its parts do', () => {
    const tests = suspects(candidateOf(spent(0.9, 1.4)), past)
    expect(tests).toContain('inputTokens')
    expect(tests).not.toContain('totalTokens')
  })

  test('where only a total is known it is tested itself', () => {
    const baseline = committedOf({ totalTokens: [times(5, () => 1000)] })
    const [finding] = compareWithBaseline(candidateOf({ totalTokens: [times(5, () => 2000)] }), baseline)
    expect(finding).toMatchObject({ status: 'worse' })
    expect(finding?.follows).toBeUndefined()
  })
})
