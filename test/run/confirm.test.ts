import { describe, expect, test } from 'vitest'
import type { Baseline } from '../../src/domain/baseline.ts'
import { sleep } from '../../src/domain/clock.ts'
import { toColumns } from '../../src/domain/columns.ts'
import type { Agent } from '../../src/domain/scenario.ts'
import type { ScenarioResult } from '../../src/run/conclude.ts'
import { runsToConfirm } from '../../src/run/confirm.ts'
import { committedOf, drawing, historyOf, one, pastExecution, same } from '../compare/given.ts'
import { samplesOf, times } from '../domain/given.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import { planOf } from './plans.ts'
import { executed } from './scenario-setting.ts'

const draw = drawing(131)
const past = historyOf(
  ...times(6, () => pastExecution(one('workingMs', draw.runs(20, 0.1)), { model: '', cases: planOf({}).caseHash })),
)

/** An agent that takes about `factor` seconds, its first `slow` runs twice as long. */
const taking =
  (factor: number, slow = 0) =>
  (clock: VirtualClock): Agent => {
    const latencies = draw.runs(100, 0.1, factor)
    return ({ index }) => sleep(clock, (latencies[index] ?? 1000) * (index < slow ? 2 : 1))
  }

const measured = (agent: (clock: VirtualClock) => Agent, baseline: Baseline = past): Promise<ScenarioResult> =>
  executed(agent, { options: { runs: 20 }, baseline })

const codes = ({ verdict }: ScenarioResult) =>
  verdict.checks.filter(({ status }) => status !== 'pass').map(({ code }) => code)

describe('a scenario', () => {
  test('that does not look worse is not measured again', async () => {
    const result = await measured(taking(1))
    expect(result.samples.length).toBe(20)
    expect(result.record.confirmationRuns).toBeUndefined()
    expect(codes(result)).toEqual([])
  })

  test('that looks worse is measured again at once, by one and a half as many fresh runs', async () => {
    const result = await measured(taking(1.5))
    expect(result.samples.length).toBe(50)
    expect(result.record).toMatchObject({ confirmationRuns: 30, summary: { runs: 50 } })
    const { startedAtMs, endedAtMs } = toColumns(result.samples)
    expect(startedAtMs[20]).toBe(endedAtMs[19])
    expect(codes(result)).toEqual(['regression'])
  })

  test('whose fresh runs do not agree has not got worse', async () => {
    const result = await measured(taking(1, 20))
    expect(result.samples.length).toBe(50)
    expect(codes(result)).not.toContain('regression')
  })

  test('that got better is not measured again', async () => {
    expect((await measured(taking(0.5))).samples.length).toBe(20)
  })

  test('takes the cases in turn with its fresh runs, too', async () => {
    const cases = [{ input: 'a' }, { input: 'b' }, { input: 'c' }]
    const two = times(6, () =>
      pastExecution(
        { workingMs: times(3, () => draw.runs(10, 0.05)) },
        { model: '', cases: planOf({}, cases).caseHash },
      ),
    )
    const { samples } = await executed(taking(2), { options: { runs: 5 }, cases, baseline: historyOf(...two) })
    // Half as many again as fifteen, and a half more
    expect(toColumns(samples).caseIndex).toEqual(times(15 + 23, (position) => position % 3))
  })

  test('keeps to its indexes: no run has the number of another', async () => {
    const seen: number[] = []
    const agent = (clock: VirtualClock) => {
      const run = taking(2)(clock)
      return (given: Parameters<Agent>[0]) => {
        seen.push(given.index)
        return run(given)
      }
    }
    await measured(agent)
    expect(seen).toEqual(times(50, (index) => index))
  })
})

describe('the number of fresh runs', () => {
  const plan = planOf({ runs: 20 })
  const tokens = (count: number) => samplesOf(times(20, () => ({ values: { steps: count } })))
  const slow = samplesOf(draw.runs(20, 0.1, 2).map((endedAtMs) => ({ endedAtMs })))

  test('is one and a half times what was made', () => {
    const baseline = historyOf(...times(6, () => pastExecution(one('workingMs', draw.runs(20, 0.1)))))
    expect(runsToConfirm(plan, slow, same, baseline)).toBe(30)
  })

  test('is none without a baseline, or without one that may be compared with', () => {
    expect(runsToConfirm(plan, slow, same, undefined)).toBe(0)
    expect(runsToConfirm(plan, slow, same, historyOf())).toBe(0)
    expect(runsToConfirm(plan, slow, { ...same, model: 'gpt-6' }, past)).toBe(0)
  })

  test('is none for what never varies: that is a fact', () => {
    expect(
      runsToConfirm(
        plan,
        tokens(9),
        same,
        committedOf(
          one(
            'steps',
            times(20, () => 2),
          ),
        ),
      ),
    ).toBe(0)
  })
})
