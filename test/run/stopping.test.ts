import { describe, expect, test } from 'vitest'
import { createSamples, type Outcome, type Samples } from '../../src/domain/sample.ts'
import { keepRun } from '../../src/run/keep.ts'
import { stopReason } from '../../src/run/stopping.ts'
import { emptyTally, type Tally } from '../../src/run/tally.ts'
import { planOf } from './plans.ts'
import { runMeasurement } from './run-measurement.ts'

const noCap = { spentBeforeUsd: 0 }

function samplesOf(...outcomes: Outcome[]): Samples {
  const samples = createSamples(outcomes.length)
  for (const outcome of outcomes) keepRun(samples, runMeasurement({ outcome }), 0, 0, 0)
  return samples
}

function tallyOf(changes: Partial<Tally>): Tally {
  return { ...emptyTally(), ...changes }
}

test('nothing stops runs that cost what they may', () => {
  const plan = planOf({ spendUsd: 1 })
  expect(stopReason(plan, samplesOf('ok', 'ok'), tallyOf({ spentUsd: 0.99 }), noCap)).toBeUndefined()
})

describe('a refusal', () => {
  const refused = (status: number) =>
    stopReason(
      planOf(),
      samplesOf('error'),
      tallyOf({ refused: { status, url: 'https://api.example/v1/responses', message: `${status} no` } }),
      noCap,
    )

  test.each([401, 403])('by %i stops at once and names the key', (status) => {
    expect(refused(status)).toMatchObject({
      status: 'fail',
      code: 'provider',
      message: `The provider answered ${status} to https://api.example/v1/responses, so no further run was made: ${status} no`,
      remedy: expect.stringContaining('OPENAI_API_KEY'),
    })
  })

  test('by 404 stops at once and names the URL and the model', () => {
    expect(refused(404)).toMatchObject({
      status: 'fail',
      remedy: 'Check the URL that the client calls and the name of the model.',
    })
  })
})

describe('a provider that cannot be reached', () => {
  const broken = (runs: number): Outcome[] => Array(runs).fill('infrastructure')

  test('stops after three runs that all broke on it', () => {
    const samples = createSamples(3)
    const problem = { class: 'connection' as const, message: 'Connection error.' }
    const run = runMeasurement({ outcome: 'infrastructure', problem })
    for (let index = 0; index < 3; index++) keepRun(samples, run, 0, 0, 0)
    expect(stopReason(planOf({ runs: 20 }), samples, emptyTally(), noCap)).toMatchObject({
      status: 'fail',
      code: 'provider',
      message: 'The first 3 runs broke on the network or the provider, so no further run was made: Connection error.',
    })
  })

  test('does not stop when one of the first runs reached it', () => {
    const plan = planOf({ runs: 20 })
    expect(stopReason(plan, samplesOf(...broken(2)), emptyTally(), noCap)).toBeUndefined()
    expect(stopReason(plan, samplesOf(...broken(2), 'ok'), emptyTally(), noCap)).toBeUndefined()
    expect(stopReason(plan, samplesOf('ok', ...broken(9)), emptyTally(), noCap)).toBeUndefined()
  })

  test('has stopped nothing when there was no further run', () => {
    expect(stopReason(planOf({ runs: 3 }), samplesOf(...broken(3)), emptyTally(), noCap)).toBeUndefined()
  })
})

describe('the cap', () => {
  test('of the scenario stops when it is reached', () => {
    const plan = planOf({ runs: 20, spendUsd: 0.5 })
    expect(stopReason(plan, samplesOf('ok'), tallyOf({ spentUsd: 0.4999 }), noCap)).toBeUndefined()
    expect(stopReason(plan, samplesOf('ok', 'ok', 'ok'), tallyOf({ spentUsd: 0.5 }), noCap)).toEqual({
      status: 'inconclusive',
      code: 'spend',
      subject: 'spend',
      value: 0.5,
      bound: 0.5,
      unit: 'usd',
      message: 'Stopped after 3 of 20 runs: the scenario spent $0.5 of its cap of $0.5.',
      remedy: 'Raise `spendUsd`, or plan fewer runs.',
    })
  })

  test('of the session counts what other scenarios spent', () => {
    const ledger = { capUsd: 2, spentBeforeUsd: 1.6 }
    const plan = planOf({ runs: 20 })
    expect(stopReason(plan, samplesOf('ok'), tallyOf({ spentUsd: 0.3 }), ledger)).toBeUndefined()
    expect(stopReason(plan, samplesOf('ok'), tallyOf({ spentUsd: 0.45 }), ledger)).toMatchObject({
      value: expect.closeTo(2.05, 12),
      bound: 2,
      message: 'Stopped after 1 of 20 runs: the session spent $2.05 of its cap of $2.00.',
    })
  })

  test('of the session that was reached before lets no run start', () => {
    const ledger = { capUsd: 2, spentBeforeUsd: 2 }
    expect(stopReason(planOf({ runs: 20 }), samplesOf(), emptyTally(), ledger)).toMatchObject({
      status: 'inconclusive',
      message: 'Stopped after 0 of 20 runs: the session spent $2.00 of its cap of $2.00.',
    })
  })

  test('that is reached by the last run has stopped nothing', () => {
    const plan = planOf({ runs: 2, spendUsd: 0.5 })
    expect(stopReason(plan, samplesOf('ok', 'ok'), tallyOf({ spentUsd: 0.6 }), noCap)).toBeUndefined()
  })

  test.each([
    [['gpt-6', 'gpt-7'], 'there is no price for "gpt-6", "gpt-7".', '`prices`'],
    [[], 'a model call did not tell its tokens.', '`ensureStreamUsage: true`'],
  ])('that cannot be kept fails: %o', (models, message, remedy) => {
    const tally = tallyOf({ unknownCosts: 1, unpriced: new Set(models) })
    const check = {
      status: 'fail',
      code: 'spend',
      message: `Stopped: the cap of $0.5 cannot be kept, because ${message}`,
      remedy: expect.stringContaining(remedy),
    }
    expect(stopReason(planOf({ spendUsd: 0.5 }), samplesOf('ok'), tally, noCap)).toMatchObject(check)
    expect(stopReason(planOf({ runs: 1, spendUsd: 0.5 }), samplesOf('ok'), tally, noCap)).toMatchObject(check)
    expect(stopReason(planOf(), samplesOf('ok'), tally, { capUsd: 0.5, spentBeforeUsd: 0 })).toMatchObject(check)
  })

  test('that nobody set does not care for prices', () => {
    expect(stopReason(planOf(), samplesOf('ok'), tallyOf({ unknownCosts: 1, spentUsd: 1e6 }), noCap)).toBeUndefined()
  })
})
