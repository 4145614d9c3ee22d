import { describe, expect, test } from 'vitest'
import type { CaseInput } from '../../src/domain/case.ts'
import { sleep } from '../../src/domain/clock.ts'
import type { Plannable } from '../../src/domain/plan.ts'
import { createSamples, type Outcome, type Samples } from '../../src/domain/sample.ts'
import type { Agent } from '../../src/domain/scenario.ts'
import { certainFailure } from '../../src/run/clear.ts'
import type { ScenarioResult } from '../../src/run/conclude.ts'
import { keepRun } from '../../src/run/keep.ts'
import { inTurns } from '../../src/run/load/turn.ts'
import { drawing, historyOf, one, pastExecution } from '../compare/given.ts'
import { times } from '../domain/given.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import { planOf } from './plans.ts'
import { runMeasurement } from './run-measurement.ts'
import { type Described, executed } from './scenario-setting.ts'

const draw = drawing(17)
const past = historyOf(
  ...times(10, (session) =>
    pastExecution(one('workingMs', draw.runs(20, 0.1)), {
      session: `${session}`,
      model: '',
      cases: planOf({}).caseHash,
    }),
  ),
)
const auto: Plannable = { runs: { max: 50, stop: 'auto' } }

/** An agent that takes about `factor` seconds. */
const taking =
  (factor = 1) =>
  (clock: VirtualClock): Agent => {
    const latencies = draw.runs(150, 0.1, factor)
    return ({ index }) => sleep(clock, latencies[index] ?? 1000)
  }

const stopOf = async (agent: (clock: VirtualClock) => Agent, described: Described) =>
  (await executed(agent, described)).record.stop

describe('an execution of as many runs as it takes', () => {
  test('stops when it clearly did not get worse, and says so', async () => {
    const { record, samples, verdict } = await executed(taking(0.97), { options: auto, baseline: past })
    expect(record.stop).toEqual({
      runs: 10,
      mostRuns: 50,
      answer: 'notWorse',
      reason: 'working time clearly did not get worse by what is to be found',
    })
    expect([samples.length, record.summary.runs, verdict.status]).toEqual([10, 10, 'pass'])
    expect(record.plan).toMatchObject({ runs: 50, totalRuns: 50, looks: [10, 20, 30, 40] })
  })

  test('stops when it clearly got worse, and is confirmed by one and a half as many runs', async () => {
    const { record } = await executed(taking(2), { options: auto, baseline: past })
    expect(record.stop).toMatchObject({ runs: 10, answer: 'worse', reason: 'working time clearly got worse' })
    expect(record.confirmationRuns).toBe(15)
    expect(record.verdict.checks.map(({ code, status }) => [code, status])).toContainEqual(['regression', 'fail'])
  })

  test('goes on while it is open', async () => {
    const { record } = await executed(taking(1.16), { options: auto, baseline: past })
    expect(record.stop?.runs).toBeGreaterThan(10)
  })

  test('says how much of what is asked it would have found, had there been more to find', async () => {
    const { record } = await executed(taking(), { options: { ...auto, detect: { latencyMs: 0.5 } }, baseline: past })
    const [finding] = record.verdict.findings.filter(({ metric }) => metric === 'workingMs')
    expect(record.stop?.runs).toBe(10)
    expect(finding?.detectableRatio).toBeLessThan(0.5)
    expect(finding?.asked).toMatchObject({ ratio: 0.5, planned: 50 })
    expect(record.plan.detect).toEqual({ latencyMs: 0.5 })
    expect(record.verdict.checks.map(({ code }) => code)).not.toContain('insensitive')
  })

  test('makes a first baseline of all runs', async () => {
    expect(await stopOf(taking(), { options: auto, baseline: historyOf() })).toEqual({
      runs: 50,
      mostRuns: 50,
      answer: 'open',
      reason: 'a first baseline takes all runs',
    })
  })

  test('makes all runs, and says why, where there is nothing to answer for', async () => {
    expect(await stopOf(taking(), { options: auto })).toMatchObject({
      runs: 50,
      answer: 'open',
      reason: 'there is neither a baseline nor a threshold by name to answer for',
    })
  })

  test('of five rounds has none to look after', async () => {
    const options: Plannable = { runs: { max: 5, stop: 'auto' } }
    expect(await stopOf(taking(), { options, baseline: past })).toMatchObject({
      runs: 5,
      reason: 'there was no look before the last run',
    })
  })

  test('counts the rounds over cases', async () => {
    const cases: CaseInput[] = [{ input: 1 }, { input: 2 }]
    const thresholds = { latencyMs: { mean: 5_000 } }
    expect(await stopOf(taking(), { options: { ...auto, thresholds }, cases })).toMatchObject({
      runs: 20,
      mostRuns: 100,
      answer: 'kept',
    })
  })

  test('looks when no run is in flight', async () => {
    const thresholds = { latencyMs: { mean: 5_000 } }
    const stop = await stopOf(taking(), { options: { ...auto, concurrency: 4, thresholds } })
    expect(stop).toMatchObject({ runs: 10, answer: 'kept', reason: 'every threshold by name is clearly kept' })
  })

  test('has no stop to tell of when something else ended it', async () => {
    const failing: Agent = () => Promise.reject(Object.assign(new Error('no'), { code: 'ECONNREFUSED' }))
    expect(await stopOf(() => failing, { options: auto, baseline: past })).toBeUndefined()
  })

  test('tells where it stopped when a cap ends what should confirm it', async () => {
    const paid = (clock: VirtualClock): Agent => {
      const slow = taking(2)(clock)
      return (run) => {
        run.usage({ costUsd: 1 })
        return slow(run)
      }
    }
    const { record, verdict } = await executed(paid, { options: { ...auto, spendUsd: 12 }, baseline: past })
    expect(record.stop).toMatchObject({ runs: 10, answer: 'worse' })
    expect(record.confirmationRuns).toBe(2)
    const codes = verdict.checks.filter(({ status }) => status !== 'pass').map(({ code }) => code)
    expect(codes).toContain('spend')
    expect(codes).not.toContain('tooFewSamples')
  })

  test('makes every run where two versions take turns', async () => {
    let turns = 0
    const result: ScenarioResult = await inTurns({ runs: 10, next: async () => ++turns > 0 }, () =>
      executed(taking(), { options: { ...auto, thresholds: { latencyMs: { mean: 5_000 } } } }),
    )
    expect([result.samples.length, result.record.stop]).toEqual([50, undefined])
  })
})

describe('thresholds of an execution of as many runs as it takes', () => {
  const bounded = (thresholds: Plannable['thresholds'], factor = 1, max = 50) =>
    stopOf(taking(factor), { options: { runs: { max, stop: 'auto' }, thresholds } })

  test('that are clearly kept stop it', async () => {
    expect(await bounded({ latencyMs: { p50: 2_000 }, successRatio: 0 })).toMatchObject({ answer: 'kept' })
  })

  test('that are clearly broken stop it, and are broken', async () => {
    const options = { ...auto, thresholds: { latencyMs: { mean: 500 } } }
    const { record, verdict } = await executed(taking(), { options, baseline: past })
    expect(record.stop).toMatchObject({
      runs: 10,
      answer: 'broken',
      reason: 'latency mean clearly breaks its threshold',
    })
    expect(record.confirmationRuns).toBeUndefined()
    expect(verdict.checks).toMatchObject([{ code: 'threshold', status: 'fail' }, { code: 'success' }])
  })

  test('that are close keep it going', async () => {
    const stop = await bounded({ latencyMs: { mean: 1_010 } })
    expect(stop?.runs).toBeGreaterThan(20)
  })

  test('on a quantile are not kept before there are runs enough to support it', async () => {
    expect(await bounded({ latencyMs: { p90: 5_000 } }, 1, 100)).toMatchObject({ runs: 60, answer: 'kept' })
    expect(await bounded({ latencyMs: { p90: 5_000 } })).toMatchObject({ runs: 50, answer: 'open' })
    expect(await bounded({ latencyMs: { p90: 500 } })).toMatchObject({ runs: 10, answer: 'broken' })
  })

  test('that a single run can break take all of them, or one', async () => {
    expect(await bounded({ latencyMs: { max: 9_000 } })).toMatchObject({
      runs: 50,
      answer: 'open',
      reason: 'after 40 runs of each case it was open whether latency max keeps its threshold',
    })
    expect(await bounded({ latencyMs: { max: 100 } })).toMatchObject({ runs: 10, answer: 'broken' })
    expect(await bounded({ successRatio: 1 })).toMatchObject({ runs: 50, answer: 'open' })
  })

  test('that matchers will judge are not waited for', async () => {
    const options = { ...auto, thresholds: { latencyMs: { mean: 500 } } }
    expect(await stopOf(taking(), { options, baseline: past, deferred: true })).toMatchObject({ answer: 'notWorse' })
  })
})

describe('a failure', () => {
  const failing: (clock: VirtualClock) => Agent = () => () => Promise.reject(new Error('broken'))
  const letters = ['a', 'b', 'c'].map((input) => ({ input }))

  test('that success cannot make up for stops it after a whole round', async () => {
    const { record, verdict } = await executed(failing, { options: auto, cases: letters })
    expect(record.stop).toEqual({
      runs: 3,
      mostRuns: 150,
      answer: 'broken',
      reason: '3 runs failed, so that success cannot reach its threshold any more',
    })
    expect(new Set(verdict.checks.map(({ code }) => code))).toEqual(new Set(['success', 'deadCase']))
  })

  test('does not stop a fixed number of runs', async () => {
    expect((await executed(failing, { options: { runs: 4 } })).samples.length).toBe(4)
  })

  test('does not stop what matchers will judge', async () => {
    expect(
      (await executed(failing, { options: { runs: { max: 4, stop: 'auto' } }, deferred: true })).samples.length,
    ).toBe(4)
  })
})

describe('certain failure', () => {
  const samplesOf = (...outcomes: Outcome[]): Samples => {
    const samples = createSamples(outcomes.length)
    for (const outcome of outcomes) keepRun(samples, runMeasurement({ outcome }), 0, 0, 0)
    return samples
  }
  const reason = (options: Plannable, samples: Samples, cases = 1) =>
    certainFailure(
      planOf(
        options,
        times(cases, (input) => ({ input })),
      ),
      samples,
    )?.reason

  test('is there after the first failure when every run must be ok', () => {
    expect(reason({ runs: 10 }, samplesOf('ok', 'wrong'))).toBe(
      '1 run failed, so that success cannot reach its threshold any more',
    )
    expect(reason({ runs: 10 }, samplesOf('ok', 'ok'))).toBeUndefined()
  })

  test('is there only when even success in every run to come would not do', () => {
    const thresholds = { successRatio: 0.8 }
    expect(reason({ runs: 10, thresholds }, samplesOf('wrong', 'error'))).toBeUndefined()
    expect(reason({ runs: 10, thresholds }, samplesOf('wrong', 'error', 'timeout'))).toContain('3 runs failed')
    expect(reason({ runs: 10, thresholds }, samplesOf('wrong', 'error', 'limit'))).toContain('3 runs failed')
  })

  test('computes success as the threshold is judged, to the last bit', () => {
    // 1 − 9 / 10 is a little less than 1 / 10.
    const nine = samplesOf(...times(9, () => 'wrong' as const))
    expect(reason({ runs: 10, thresholds: { successRatio: 0.1 } }, nine)).toBeUndefined()
  })

  test('comes after a whole round, so that the report can tell which cases fail', () => {
    expect(reason({ runs: 3 }, samplesOf('wrong', 'wrong', 'wrong'), 4)).toBeUndefined()
    expect(reason({ runs: 3 }, samplesOf('wrong', 'wrong', 'wrong', 'ok'), 4)).toContain('3 runs failed')
  })

  test('does not count what broke on the infrastructure', () => {
    const broken = times(4, () => 'infrastructure' as const)
    const thresholds = { successRatio: 0.5 }
    expect(reason({ runs: 10, thresholds }, samplesOf(...broken, 'wrong', 'wrong', 'wrong'))).toBeUndefined()
    const four = samplesOf(...broken, 'wrong', 'wrong', 'wrong', 'wrong')
    expect(reason({ runs: 10, thresholds }, four)).toContain('4 runs failed')
  })

  test('is not there when nothing but the infrastructure failed', () => {
    expect(reason({ runs: 2 }, samplesOf('infrastructure', 'infrastructure'))).toBeUndefined()
  })

  test('is that of the cases which no category judges by its own, where the scenario names no success', () => {
    const cases = [{ input: 1, category: 'hard' }, { input: 2 }]
    const isCertain = (options: Plannable, failing: number) => {
      const samples = createSamples(2)
      for (const caseIndex of [0, 1])
        keepRun(samples, runMeasurement({ outcome: caseIndex === failing ? 'wrong' : 'ok' }), caseIndex, 0, 0)
      const plan = planOf({ runs: 10, categories: { hard: { successRatio: 0.5 } }, ...options }, cases)
      return certainFailure(plan, samples) !== undefined
    }
    expect(isCertain({}, 0)).toBe(false)
    expect(isCertain({}, 1)).toBe(true)
    expect(isCertain({ thresholds: { successRatio: 1 } }, 0)).toBe(true)
  })

  test('that the last run brings has nothing left to stop', () => {
    expect(reason({ runs: 2 }, samplesOf('ok', 'wrong'))).toBeUndefined()
  })
})
