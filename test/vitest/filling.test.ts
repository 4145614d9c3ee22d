import { describe, expect, type TestContext, test } from 'vitest'
import type { Baseline, PastExecution } from '../../src/domain/baseline.ts'
import type { Finding } from '../../src/domain/finding.ts'
import { planScenario } from '../../src/domain/plan.ts'
import { createSamples } from '../../src/domain/sample.ts'
import { fillingLine, firstFilling } from '../../src/vitest/filling.ts'
import { nextToFill } from '../../src/vitest/next-to-fill.ts'
import type { ExecutionInTest, ScenarioInTest } from '../../src/vitest/scenario-in-test.ts'
import type { WorkerSettings } from '../../src/vitest/settings.ts'
import { addSpend, leftOfSession } from '../../src/vitest/spend-file.ts'
import { environmentKey, one, pastExecution, same } from '../compare/given.ts'
import { times } from '../domain/given.ts'
import { ownFolder } from '../history/folder.ts'
import { recordOf } from '../report/sessions.ts'

const plan = planScenario('refund', { runs: 2 }, [{ name: 'refund', input: undefined }])
const comparability = { ...same, cases: plan.caseHash }

const scenario: ScenarioInTest = {
  plan,
  options: {},
  identity: recordOf('passing').identity,
  agent: () => undefined,
  compares: true,
  keepsBaseline: true,
}

/** A baseline of `count` executions. */
const baselineOf = (count: number, more: Partial<PastExecution> = {}): Baseline => ({
  history: times(count, () => pastExecution(one('steps', [2, 2]), { ...comparability, ...more })),
  environmentKey,
})

function settingsOf(more: Partial<WorkerSettings> = {}): WorkerSettings {
  return {
    project: 'perf',
    root: '/nowhere',
    mode: 'live',
    update: 'new',
    sessionDirectory: '/nowhere',
    prices: {},
    ensureStreamUsage: false,
    inconclusive: 'pass',
    fillsTo: 5,
    ...more,
  }
}

/** An execution that passed, held against `baseline`. */
function passed(baseline: Baseline, more: Partial<ExecutionInTest['record']> = {}): ExecutionInTest {
  const record = { ...recordOf('passing'), comparability, spentUsd: 0.1, ...more }
  return { record, samples: createSamples(0), verdict: record.verdict, baseline }
}

describe('the first execution of a test', () => {
  const first = (known: number, settings = settingsOf(), more: Partial<ScenarioInTest> = {}) =>
    firstFilling({ ...scenario, ...more }, baselineOf(known), settings)

  test('is the one after those that the baseline knows', () => {
    expect(first(0)).toEqual({ execution: 1, executions: 5 })
    expect(first(3)).toEqual({ execution: 4, executions: 5 })
  })

  test('fills nothing where it is the last one that is wanted, or more than that', () => {
    expect(first(4)).toBeUndefined()
    expect(first(9)).toBeUndefined()
  })

  test('fills nothing where nobody asks for it, where no baseline is kept, or where a matcher judges', () => {
    expect(first(0, settingsOf({ fillsTo: undefined }))).toBeUndefined()
    expect(first(0, settingsOf(), { keepsBaseline: false })).toBeUndefined()
    expect(first(0, settingsOf(), { deferred: true })).toBeUndefined()
    expect(firstFilling(scenario, undefined, settingsOf())).toBeUndefined()
  })

  test('is the first one again when its cases, or the model that it names, are others', () => {
    const renamed = { options: { about: { model: 'another' } } }
    expect(first(4, settingsOf(), renamed)).toEqual({ execution: 1, executions: 5 })
  })

  test('is told in a few words', () => {
    expect(fillingLine('refund', { execution: 3, executions: 5 })).toBe('refund fills its baseline: execution 3 of 5')
  })
})

describe('another execution follows', () => {
  const next = ({ task }: TestContext, made: ExecutionInTest[], settings = settingsOf(), spendUsd?: number) =>
    nextToFill(task, { plan: { ...plan, spendUsd }, keepsBaseline: true }, made, settings, leftOfSession(settings))

  test('until there are as many as are wanted, each held against what was there before', async (context) => {
    const baseline = baselineOf(2)
    const made = [passed(baseline)]
    expect(await next(context, made)).toEqual({
      filling: { execution: 4, executions: 5 },
      baseline,
      spendUsd: undefined,
    })
    expect(made[0]?.record.filling).toEqual({ execution: 3, executions: 5 })
    made.push(passed(baseline))
    expect((await next(context, made))?.filling.execution).toBe(5)
    made.push(passed(baseline))
    expect(await next(context, made)).toBeUndefined()
  })

  test('not where the baseline is full: the execution is one like any other', async (context) => {
    const only = passed(baselineOf(4), { filling: { execution: 5, executions: 5 } })
    expect(await next(context, [only])).toBeUndefined()
    expect(only.record.filling).toBeUndefined()
  })

  test('where it turns out to be another model, from the first one on', async (context) => {
    const made = [passed(baselineOf(4, { model: 'another' }))]
    expect((await next(context, made))?.filling).toEqual({ execution: 2, executions: 5 })
    expect(made[0]?.record.filling).toEqual({ execution: 1, executions: 5 })
  })

  test('not after one that called other models than the first', async (context) => {
    const made = [passed(baselineOf(0)), passed(baselineOf(0), { comparability: { ...comparability, model: 'two' } })]
    expect(await next(context, made)).toBeUndefined()
  })

  test('from the first one on where -u begins a new level', async (context) => {
    const verdict = recordOf('passing').verdict
    const finding: Finding = { metric: 'steps', status: 'accepted', candidate: { n: 2, location: 3 } }
    const made = [passed(baselineOf(9), { verdict: { ...verdict, findings: [finding] } })]
    expect(await next(context, made)).toBeUndefined()
    expect((await next(context, made, settingsOf({ update: 'all' })))?.filling).toEqual({ execution: 2, executions: 5 })
  })

  test('with what the others left of the cap of the scenario, and not where that may not do', async (context) => {
    const made = [passed(baselineOf(0), { spentUsd: 0.1 })]
    expect((await next(context, made, settingsOf(), 0.35))?.spendUsd).toBeCloseTo(0.25, 12)
    made.push(passed(baselineOf(0), { spentUsd: 0.14 }))
    expect(await next(context, made, settingsOf(), 0.35)).toBeUndefined()
  })

  test('not where the cap of the session may not do', async (context) => {
    const settings = settingsOf({ spendUsd: 1, sessionDirectory: ownFolder() })
    const made = [passed(baselineOf(0), { spentUsd: 0.4 })]
    addSpend(settings, 0.4)
    expect((await next(context, made, settings))?.filling.execution).toBe(2)
    addSpend(settings, 0.4)
    expect(await next(context, [...made, ...made], settings)).toBeUndefined()
  })

  test('not under a cap when nobody knows what one costs', async (context) => {
    const made = [passed(baselineOf(0), { spentUsd: undefined })]
    expect(await next(context, made, settingsOf(), 10)).toBeUndefined()
    expect((await next(context, made, settingsOf()))?.filling.execution).toBe(2)
  })
})
