import { describe, expect, test } from 'vitest'
import { sleep, wallClock } from '../../src/domain/clock.ts'
import { toColumns } from '../../src/domain/columns.ts'
import { ExecutionRecord } from '../../src/domain/record.ts'
import type { Agent, Checked, Setup } from '../../src/domain/scenario.ts'
import type { ScenarioResult } from '../../src/run/conclude.ts'
import { inTurns } from '../../src/run/load/turn.ts'
import { runScenario } from '../../src/run/scenario.ts'
import { type VirtualClock, virtualClock } from '../virtual-clock.ts'
import { executed, scenarioSetting } from './scenario-setting.ts'

const sleeping =
  (ms: number) =>
  (clock: VirtualClock): Agent =>
  () =>
    sleep(clock, ms)
const prices = { 'gpt-5-mini': { inputUsdPerMillionTokens: 0.25, outputUsdPerMillionTokens: 2 } }
const letters = [{ input: 'a' }, { input: 'b' }, { input: 'c' }]

function latencies({ samples }: ScenarioResult): number[] {
  const { startedAtMs, endedAtMs } = toColumns(samples)
  return endedAtMs.map((endMs, index) => endMs - (startedAtMs[index] ?? 0))
}

const codes = ({ verdict }: ScenarioResult) =>
  verdict.checks.filter(({ status }) => status !== 'pass').map(({ code }) => code)

describe('measured runs', () => {
  test('have exactly the latency that their agent took', async () => {
    const result = await executed(sleeping(10), { options: { runs: 20 } })
    expect(latencies(result)).toEqual(Array(20).fill(10))
    expect(result.record.summary).toMatchObject({
      runs: 20,
      degraded: 0,
      outcomes: { ok: 20, wrong: 0, error: 0, timeout: 0, limit: 0, infrastructure: 0 },
      metrics: { latencyMs: { n: 20, mean: 10, sd: 0, min: 10, p50: 10, p95: 10, max: 10 }, workingMs: { mean: 10 } },
      scenario: { successRatio: 1, runsPerSecond: 100 },
    })
    expect(result.record.resources.durationMs).toBe(200)
    expect(result.verdict.status).toBe('pass')
  })

  test('have neither the time in which others were at work, nor what those did to the event loop', async () => {
    const clock = virtualClock()
    const agent: Agent = () => sleep(clock, 10)
    const next = async () => {
      await sleep(clock, 500)
      clock.block(300)
      return true
    }
    const setting = scenarioSetting({ ...clock, breathe: async () => undefined }, agent, { options: { runs: 20 } })
    const { record } = await clock.run(() => inTurns({ runs: 5, next }, () => runScenario(setting)))
    expect(record.resources.durationMs).toBe(200)
    expect(record.summary).toMatchObject({ runs: 20, degraded: 0, scenario: { runsPerSecond: 100 } })
  })

  test('go round-robin over the cases', async () => {
    const inputs: unknown[] = []
    const agent: Agent = ({ input, index }) => inputs.push([index, input])
    const { samples } = await executed(() => agent, { options: { runs: 2 }, cases: letters })
    expect(inputs).toEqual(['a', 'b', 'c', 'a', 'b', 'c'].map((input, index) => [index, input]))
    expect(toColumns(samples).caseIndex).toEqual([0, 1, 2, 0, 1, 2])
  })

  test('begin each round with the cases of the highest priority', async () => {
    const inputs: unknown[] = []
    const cases = [
      { input: 'a' },
      { input: 'b', priority: 2 },
      { input: 'c', priority: -1 },
      { input: 'd', priority: 2 },
    ]
    await executed(
      () =>
        ({ input }) =>
          inputs.push(input),
      { options: { runs: 2 }, cases },
    )
    expect(inputs).toEqual(['b', 'd', 'a', 'c', 'b', 'd', 'a', 'c'])
  })

  test('keep as many in flight as the load says', async () => {
    let inFlight = 0
    const seen: number[] = []
    const agent = (clock: VirtualClock) => async () => {
      inFlight += 1
      seen.push(inFlight)
      await sleep(clock, 10)
      inFlight -= 1
    }
    const { record } = await executed(agent, { options: { runs: 12, concurrency: 4 } })
    expect(Math.max(...seen)).toBe(4)
    expect(record.resources.durationMs).toBe(30)
    expect(record.summary.scenario.runsPerSecond).toBe(400)
    expect(record.comparability.load).toBe('concurrency 4')
  })

  test('start no faster than the load says', async () => {
    const { samples } = await executed(sleeping(1), { options: { runs: 4, runsPerSecond: 20 } })
    expect(toColumns(samples).startedAtMs).toEqual([0, 50, 100, 150])
  })

  test('know their CPU time with one in flight, and not with several', async () => {
    expect(toColumns((await executed(sleeping(10), { options: { runs: 2 } })).samples).values.cpuMs).toHaveLength(2)
    const together = await executed(sleeping(10), { options: { runs: 4, concurrency: 2 } })
    expect(toColumns(together.samples).values).toEqual({})
    // Reading it would be a good part of what a run takes.
    const quick = await executed(sleeping(0.5), { options: { runs: 2, warmup: 1 } })
    expect(toColumns(quick.samples).values).toEqual({})
  })
})

describe('the warm-up', () => {
  test('is made first, is not measured, and its first run is the cold start', async () => {
    const indexes: number[] = []
    const agent =
      (clock: VirtualClock): Agent =>
      ({ index }) => {
        indexes.push(index)
        return sleep(clock, index === -3 ? 500 : 10)
      }
    const { record, samples } = await executed(agent, { options: { runs: 2, warmup: 3 } })
    expect(indexes).toEqual([-3, -2, -1, 0, 1])
    expect(record.coldStart).toEqual({ latencyMs: 500, outcome: 'ok' })
    expect(record.summary.metrics.latencyMs).toMatchObject({ n: 2, max: 10 })
    expect(toColumns(samples).startedAtMs).toEqual([0, 10])
    expect(record.resources.durationMs).toBe(20)
  })

  test('takes the cases in the order of the rounds', async () => {
    const inputs: unknown[] = []
    const cases = [{ input: 'a' }, { input: 'b', priority: 1 }]
    await executed(
      () =>
        ({ input }) =>
          inputs.push(input),
      { options: { runs: 1, warmup: 3 }, cases },
    )
    expect(inputs).toEqual(['b', 'a', 'b', 'b', 'a'])
  })

  test('that was not asked for leaves no cold start', async () => {
    expect((await executed(sleeping(1))).record.coldStart).toBeUndefined()
  })

  test('whose run fails costs nothing of the success', async () => {
    const agent: Agent = ({ index }) => (index < 0 ? Promise.reject(new Error('cold')) : 'done')
    const { record, verdict } = await executed(() => agent, { options: { runs: 2, warmup: 1 } })
    expect(record.coldStart?.outcome).toBe('error')
    expect(verdict.status).toBe('pass')
  })

  test('counts for what was spent', async () => {
    const agent: Agent = ({ usage }) => usage({ model: 'gpt-5-mini', inputTokens: 4e6, outputTokens: 0 })
    const { record } = await executed(() => agent, { options: { runs: 2, warmup: 3 }, prices })
    expect(record.spentUsd).toBe(5)
    expect(record.models).toEqual(['gpt-5-mini'])
  })
})

describe('hooks', () => {
  test('are called around every run, with its own state', async () => {
    const events: unknown[] = []
    await executed(
      () =>
        ({ index, state }) =>
          events.push(['agent', index, state]),
      {
        options: { runs: 2, warmup: 1 },
        setup: ({ index }: Setup) => `state ${index}`,
        check: ({ index, state }: Checked) => events.push(['check', index, state]),
        teardown: (state) => events.push(['teardown', state]),
      },
    )
    expect(events).toEqual(
      [-1, 0, 1].flatMap((index) => [
        ['agent', index, `state ${index}`],
        ['check', index, `state ${index}`],
        ['teardown', `state ${index}`],
      ]),
    )
  })

  test.each(['setup', 'teardown', 'check'] as const)(
    'whose %s hangs end the execution, and what was measured before is kept',
    async (hook) => {
      let calls = 0
      const hangs = () => {
        calls += 1
        return calls > 3 ? new Promise(() => undefined) : undefined
      }
      const { record, mistake, samples } = await executed(sleeping(10), {
        options: { runs: 10, hookTimeoutMs: 100 },
        [hook]: hangs,
      })
      expect(mistake).toMatchObject({
        code: 'BENCH_AGENT_HOOK',
        message: expect.stringContaining('(run 4, case "case 1")'),
      })
      expect(record.mistake).toBe(mistake?.message)
      expect(record.verdict).toMatchObject({ status: 'fail', checks: [{ code: 'mistake', message: mistake?.message }] })
      expect(samples.length).toBe(3)
      expect(record.summary.metrics.latencyMs).toMatchObject({ n: 3, mean: 10 })
      expect(ExecutionRecord.parse(record).mistake).toBe(mistake?.message)
    },
  )

  test('that fail while other runs are in flight wait for those, and start no other', async () => {
    const started: number[] = []
    const agent =
      (clock: VirtualClock): Agent =>
      ({ index }) => {
        started.push(index)
        return sleep(clock, 100)
      }
    const { samples, mistake } = await executed(agent, (clock) => ({
      options: { runs: 20, concurrency: 3 },
      setup: async ({ index }: Setup) => {
        await sleep(clock, 10 * index)
        if (index === 1) throw new Error('no database')
      },
    }))
    expect(mistake?.message).toContain('`setup` to do its work, but it threw: no database (run 2')
    expect(started).toEqual([0, 2])
    expect(latencies({ samples } as ScenarioResult)).toEqual([100, 100])
  })

  test('that fail in the warm-up leave nothing measured', async () => {
    const { record, mistake } = await executed(sleeping(1), {
      options: { runs: 2, warmup: 1 },
      setup: () => Promise.reject(new Error('no database')),
    })
    expect(mistake?.message).toContain('(warm-up run, case "case 1")')
    expect(record.verdict.checks.map(({ code }) => code)).toEqual(['mistake'])
    expect(record.summary.runs).toBe(0)
  })
})

describe('a run that goes wrong costs itself only', () => {
  const throwing = (index: number): unknown => {
    switch (index) {
      case 1:
        throw new Error('broken')
      case 2:
        return new Promise(() => undefined)
      case 3:
        return process.exit(7)
      case 4:
        return Promise.reject('text')
      default:
        return 'done'
    }
  }

  test.each([1, 3])('at concurrency %i', async (concurrency) => {
    const { record } = await executed(
      () =>
        ({ index }) =>
          throwing(index),
      {
        options: { runs: 8, concurrency, limits: { latencyMs: 1_000 } },
      },
    )
    expect(record.summary.outcomes).toMatchObject({ ok: 4, error: 3, timeout: 1 })
    expect(record.problems.map(({ outcome, class: kind, message }) => [outcome, kind, message]).sort()).toEqual([
      ['error', 'agent', 'The agent called process.exit(7)'],
      ['error', 'agent', 'broken'],
      ['error', 'agent', 'text'],
      ['timeout', 'timeout', 'latency passed its limit of 1 s'],
    ])
    expect(record.verdict.warnings.map(({ code }) => code)).toContain('abandoned')
  })

  test('a wrong answer is timed, an error is not', async () => {
    const agent =
      (clock: VirtualClock): Agent =>
      async ({ index }) => {
        await sleep(clock, index === 0 ? 40 : 10)
        if (index === 1) throw new Error('broken')
      }
    const check = ({ index }: Checked) => {
      if (index === 0) throw new Error('wrong')
    }
    const { record } = await executed(agent, { options: { runs: 3 }, check })
    expect(record.summary.outcomes).toMatchObject({ ok: 1, wrong: 1, error: 1 })
    expect(record.summary.metrics.latencyMs).toMatchObject({ n: 2, min: 10, max: 40 })
  })

  test('a run that a limit stops enters with the time at which it was stopped, as a lower bound', async () => {
    const agent =
      (clock: VirtualClock): Agent =>
      ({ index }) =>
        sleep(clock, index === 0 ? 5_000 : 10)
    const { record } = await executed(agent, { options: { runs: 4, limits: { latencyMs: 200 } } })
    expect(record.summary.metrics.latencyMs).toMatchObject({ n: 4, censored: 1, censoredFrom: 200, max: 200 })
  })
})

describe('the verdict', () => {
  test('judges thresholds on all runs', async () => {
    const thresholds = { latencyMs: { mean: 9, max: 10 }, successRatio: 1 }
    const result = await executed(sleeping(10), { options: { runs: 5, thresholds } })
    expect(result.verdict.checks.map(({ subject, status }) => [subject, status])).toEqual([
      ['latency mean', 'fail'],
      ['latency max', 'pass'],
      ['success', 'pass'],
    ])
    expect(result.record.verdict).toEqual(result.verdict)
  })

  test('judges categories by their own thresholds', async () => {
    const agent =
      (clock: VirtualClock): Agent =>
      ({ input }) =>
        sleep(clock, Number(input))
    const result = await executed(agent, {
      options: { runs: 5, categories: { slow: { latencyMs: { mean: 50 } }, quick: { latencyMs: { mean: 50 } } } },
      cases: [
        { input: 10, category: 'quick' },
        { input: 90, category: 'slow' },
      ],
    })
    expect(codes(result)).toEqual(['threshold'])
    expect(result.verdict.checks.find(({ status }) => status === 'fail')?.subject).toBe('latency mean in slow')
  })

  test('fails a threshold on what nobody knows', async () => {
    const thresholds = { totalTokens: { mean: 100 } }
    expect(codes(await executed(sleeping(1), { options: { runs: 5, thresholds } }))).toEqual(['unknownMetric'])
  })

  test('fails when under half of the planned runs can be judged', async () => {
    const controller = new AbortController()
    const agent: Agent = ({ index }) => {
      if (index === 3) controller.abort()
    }
    const result = await executed(() => agent, { options: { runs: 10 }, signal: controller.signal })
    expect(codes(result)).toContain('tooFewSamples')
  })

  test('leaves thresholds to matchers when it is deferred', async () => {
    const thresholds = { latencyMs: { max: 1 } }
    const result = await executed(sleeping(10), { options: { runs: 2, thresholds }, deferred: true })
    expect(result.verdict).toMatchObject({ status: 'pass', checks: [] })
  })

  test('has scores of the check', async () => {
    const thresholds = { scores: { polite: { mean: 0.8 } } }
    const check = ({ index, score }: Checked) => score('polite', index / 4)
    const result = await executed(sleeping(1), { options: { runs: 5, thresholds }, check })
    expect(result.record.summary.scores.polite).toMatchObject({ n: 5, mean: 0.5, min: 0, max: 1 })
    expect(codes(result)).toEqual(['threshold'])
  })
})

describe('an execution stops', () => {
  const paying: Agent = ({ usage }) => usage({ model: 'gpt-5-mini', inputTokens: 4e5, outputTokens: 0 })

  test('at the cap of the scenario', async () => {
    const result = await executed(() => paying, { options: { runs: 20, spendUsd: 0.3 }, prices })
    expect(result.samples.length).toBe(3)
    expect(result.record.spentUsd).toBeCloseTo(0.3, 12)
    expect(codes(result)).toEqual(['spend', 'tooFewSamples'])
  })

  test('before its first run when the session’s cap was reached by others', async () => {
    let called = 0
    const agent: Agent = () => {
      called += 1
    }
    for (const warmup of [0, 2]) {
      const options = { runs: 20, warmup, concurrency: 4 }
      const result = await executed(() => agent, { options, ledger: { capUsd: 1, spentBeforeUsd: 1 } })
      expect(codes(result)).toEqual(['spend', 'tooFewSamples', 'success'])
    }
    expect(called).toBe(0)
  })

  test('and says nothing of a stop when every planned run was made all the same', async () => {
    // The cap is reached by the third run, when the fourth and last is in flight already.
    const agent =
      (clock: VirtualClock): Agent =>
      async (run) => {
        await sleep(clock, run.index === 3 ? 50 : 10)
        paying(run)
      }
    const options = { runs: 4, concurrency: 4, spendUsd: 0.25 }
    const result = await executed(agent, { options, prices })
    expect(result.samples.length).toBe(4)
    expect(result.verdict).toMatchObject({ status: 'pass' })
    expect(codes(result)).toEqual([])
  })

  test('at the cap counting what runs in flight have spent', async () => {
    // The first run is on for long; with what it has paid already, the third reaches the cap.
    const agent =
      (clock: VirtualClock): Agent =>
      async (run) => {
        paying(run)
        await sleep(clock, run.index === 0 ? 500 : 10)
      }
    const result = await executed(agent, { options: { runs: 20, concurrency: 2, spendUsd: 0.25 }, prices })
    expect(result.samples.length).toBe(3)
    expect(result.record.spentUsd).toBeCloseTo(0.3, 12)
    expect(codes(result)).toEqual(['spend', 'tooFewSamples'])
  })

  test('when a cap cannot be kept', async () => {
    const unpriced: Agent = ({ usage }) => usage({ model: 'nobody-sells-it', inputTokens: 4e5, outputTokens: 0 })
    const result = await executed(() => unpriced, { options: { runs: 20, spendUsd: 0.3 } })
    expect(result.samples.length).toBe(1)
    expect(result.record.spentUsd).toBeUndefined()
    expect(codes(result)).toEqual(['spend', 'tooFewSamples'])
    const single = await executed(() => unpriced, { options: { runs: 1, spendUsd: 0.3 } })
    expect(codes(single)).toEqual(['spend'])
  })

  test('when the first three runs cannot reach the model, and says it once', async () => {
    const agent: Agent = () => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))
    const result = await executed(() => agent, { options: { runs: 20 } })
    expect(result.samples.length).toBe(3)
    expect(result.verdict).toMatchObject({
      status: 'fail',
      checks: [{ code: 'provider' }],
      warnings: [{ code: 'noModelCalls' }],
    })
    expect(codes(result)).toEqual(['provider'])
  })
})

describe('an abort of the signal', () => {
  const until =
    (stopAtMs: number, controller: AbortController) =>
    (clock: VirtualClock): Agent => {
      clock.after(stopAtMs, () => controller.abort())
      return () => sleep(clock, 10)
    }

  test('keeps the samples so far and discards the runs in flight', async () => {
    const controller = new AbortController()
    const { samples, record, mistake } = await executed(until(35, controller), {
      options: { runs: 20 },
      signal: controller.signal,
    })
    expect(mistake).toBeUndefined()
    expect(record.summary).toMatchObject({ runs: 3, outcomes: { ok: 3, timeout: 0 } })
    expect(toColumns(samples).endedAtMs).toEqual([10, 20, 30])
  })

  test('reaches the agents, and their teardown comes all the same', async () => {
    const controller = new AbortController()
    const seen: unknown[] = []
    const torn: unknown[] = []
    const agent =
      (clock: VirtualClock): Agent =>
      ({ signal, index }) => {
        if (index === 0) clock.after(5, () => controller.abort())
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            seen.push(signal.reason)
            reject(signal.reason)
          })
        })
      }
    const { samples } = await executed(agent, {
      options: { runs: 20, concurrency: 2 },
      signal: controller.signal,
      setup: ({ index }: Setup) => index,
      teardown: (state) => torn.push(state),
    })
    expect(samples.length).toBe(0)
    expect(seen).toMatchObject(Array(2).fill({ name: 'AbortError', message: 'the test was stopped' }))
    expect(torn).toEqual([0, 1])
  })

  test('tells the result at once, without waiting for agents that do not listen', async () => {
    const controller = new AbortController()
    const clock = virtualClock()
    const concludedAtMs: number[] = []
    const setting = scenarioSetting(clock, ({ index }) => sleep(clock, index === 2 ? 5_000 : 10), {
      options: { runs: 5 },
      signal: controller.signal,
      onConcluded: ({ record }) => {
        concludedAtMs.push(clock.nowMs())
        expect(record.summary.runs).toBe(2)
      },
    })
    clock.after(200, () => controller.abort())
    const { record, samples } = await clock.run(() => runScenario(setting))
    expect(concludedAtMs).toEqual([200])
    expect([record.summary.runs, samples.length]).toEqual([2, 2])
  })

  test('that came before lets no run start', async () => {
    const { record } = await executed(sleeping(1), { options: { warmup: 1 }, signal: AbortSignal.abort() })
    expect(record.summary.runs).toBe(0)
    expect(record.coldStart).toBeUndefined()
  })

  test('during a set-up calls no agent', async () => {
    const controller = new AbortController()
    let called = 0
    await executed(
      () => () => {
        called += 1
      },
      (clock) => {
        clock.after(50, () => controller.abort())
        return { options: { runs: 5 }, signal: controller.signal, setup: () => sleep(clock, 100) }
      },
    )
    expect(called).toBe(0)
  })
})

describe('whoever watches', () => {
  test('is told of each run that starts, warm-up included, and of how many agents are at work', async () => {
    const runs: number[] = []
    const counts: number[] = []
    await executed(sleeping(1), {
      options: { runs: 3, warmup: 1 },
      onRun: (index) => runs.push(index),
      onCount: (inFlight) => counts.push(inFlight),
    })
    expect(runs).toEqual([-1, 0, 1, 2])
    expect(counts).toEqual([1, 0, 1, 0, 1, 0, 1, 0])
  })

  test('is offered the samples between runs', async () => {
    const offered: number[] = []
    await executed(sleeping(10), {
      options: { runs: 3 },
      onPause: (samples) => {
        offered.push(samples.length)
        return undefined
      },
    })
    expect(offered).toEqual([1, 2, 3])
  })

  test('and breaks leaves the process as it was', async () => {
    const { exit } = process
    const listeners = process.rawListeners('uncaughtException')
    const executing = executed(sleeping(10), {
      options: { runs: 3 },
      onPause: () => Promise.reject(new Error('the connection to the runner is gone')),
    })
    await expect(executing).rejects.toThrow('the connection to the runner is gone')
    expect(process.exit).toBe(exit)
    expect(process.rawListeners('uncaughtException')).toEqual(listeners)
  })
})

describe('the record', () => {
  test('is complete and valid', async () => {
    const about = { agent: 'refunder', version: '1.2.0', model: 'gpt-5-mini', settings: { temperature: 0 } }
    const agent: Agent = ({ usage }) =>
      usage({ model: 'gpt-5-mini', inputTokens: 40, outputTokens: 2, cachedTokens: 0 })
    const { record } = await executed(() => agent, {
      options: { runs: 2, warmup: 1, concurrency: 2, runsPerSecond: 100, limits: { steps: 3 } },
      cases: [{ input: 'a', category: 'simple' }, { input: 'b' }],
      about,
      attempt: 2,
      mode: 'replay',
      prices,
      keepsBaseline: true,
    })
    expect(ExecutionRecord.parse(JSON.parse(JSON.stringify(record)))).toBeDefined()
    expect(record).toMatchObject({
      schemaVersion: 1,
      execution: 'one',
      attempt: 2,
      mode: 'replay',
      about,
      models: ['gpt-5-mini'],
      comparability: { mode: 'replay', model: 'gpt-5-mini', load: 'concurrency 2, at most 100 runs/s' },
      plan: { runs: 2, warmup: 1, totalRuns: 4, limits: { latencyMs: 60_000, steps: 3 } },
      keepsBaseline: true,
      summary: { metrics: { totalTokens: { mean: 42 }, steps: { mean: 1 }, cachedTokens: { mean: 0 } } },
    })
    expect(record.plan.cases).toEqual([{ name: 'a', category: 'simple' }, { name: 'b' }])
    expect(record.spentUsd).toBeCloseTo(5 * ((40 * 0.25 + 2 * 2) / 1e6), 15)
    expect(Date.parse(record.startedAt)).toBeLessThanOrEqual(Date.now())
  })

  test('tells of each problem in which run and on which case it happened', async () => {
    const agent: Agent = ({ input }) => input
    const check = ({ output }: Checked) => output !== 'b'
    const { record } = await executed(() => agent, { options: { runs: 2 }, cases: letters, check })
    const problem = { caseIndex: 1, outcome: 'wrong', message: 'The check returned false' }
    expect(record.problems).toEqual([
      { ...problem, index: 1 },
      { ...problem, index: 4 },
    ])
  })

  test('tells fifty problems one by one, and counts the others', async () => {
    const { record } = await executed(() => () => Promise.reject(new Error('broken')), { options: { runs: 60 } })
    expect(record.problems).toHaveLength(50)
    expect(record.summary.outcomes.error).toBe(60)
  })
})

describe('on the clock of the wall', () => {
  test('an agent that never waits starves no timer', async () => {
    let fired = 0
    const stop = wallClock.every(10, () => {
      fired += 1
    })
    const startedMs = wallClock.nowMs()
    const controller = new AbortController()
    const agent: Agent = () => {
      if (wallClock.nowMs() - startedMs > 200) controller.abort()
    }
    const setting = scenarioSetting(wallClock, agent, { options: { runs: 1_000_000 }, signal: controller.signal })
    const { record } = await runScenario(setting)
    stop()
    expect(record.summary.runs).toBeGreaterThan(100)
    expect(fired).toBeGreaterThanOrEqual(5)
  })
})

test('more runs than are kept one by one are counted all the same', async () => {
  const clock = { ...virtualClock(), breathe: async () => undefined }
  let asked = 0
  const agent: Agent = ({ usage, index }) => {
    asked += 1
    usage({ inputTokens: 10, outputTokens: index % 100 })
  }
  const options = { runs: 100_500, warmup: 0, concurrency: 4 }
  const setting = scenarioSetting(clock, agent, { options, cases: [{ name: 'a', input: 1 }] })
  const { record, samples, verdict } = await clock.run(() => runScenario(setting))
  expect({ asked, kept: samples.length, status: verdict.status }).toEqual({
    asked: 100_500,
    kept: 100_000,
    status: 'pass',
  })
  expect(record.summary).toMatchObject({ runs: 100_500, outcomes: { ok: 100_500 } })
  expect(record.summary.metrics.outputTokens).toMatchObject({ n: 100_500, min: 0, max: 99, p50: 49.5, mean: 49.5 })
}, 60_000)
