import OpenAI from 'openai'
import { describe, expect, test } from 'vitest'
import { startModelServer } from '../../fixtures/model-server/server.ts'
import { observe } from '../../src/capture/observe.ts'
import type { Case } from '../../src/domain/case.ts'
import { sleep, wallClock } from '../../src/domain/clock.ts'
import { BenchAgentError } from '../../src/domain/errors.ts'
import type { Agent, Checked, Setup } from '../../src/domain/scenario.ts'
import { measureRun } from '../../src/measure/run.ts'
import type { RunSetting } from '../../src/measure/setting.ts'
import { type VirtualClock, virtualClock } from '../virtual-clock.ts'
import { runSetting } from './run-setting.ts'

const one: Case = { name: 'case 1', input: 'question', expected: 'answer' }
const never = () => new Promise<never>(() => undefined)

type Changes = Parameters<typeof runSetting>[2]

function measured(agent: (clock: VirtualClock) => Agent, changes: (clock: VirtualClock) => Changes = () => ({})) {
  const clock = virtualClock()
  return clock.run(() => measureRun(runSetting(clock, agent(clock), changes(clock)), one, 0))
}

/** What `work` rejects with. */
async function rejection(work: Promise<unknown>): Promise<BenchAgentError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof BenchAgentError)) throw new Error(`expected a BenchAgentError, got ${error}`)
  return error
}

describe('the clock', () => {
  test('starts after the set-up and stops before the check and the teardown', async () => {
    const clock = virtualClock()
    const events: [string, number][] = []
    const note = (event: string) => events.push([event, clock.nowMs()])
    const step = (event: string, ms: number) => async () => {
      note(event)
      await sleep(clock, ms)
    }
    const setting = runSetting(clock, step('agent', 40), {
      setup: step('setup', 100),
      check: step('check', 200),
      teardown: step('teardown', 300),
    })
    const run = await clock.run(() => measureRun(setting, one, 0))
    expect(events).toEqual([
      ['setup', 0],
      ['agent', 100],
      ['check', 140],
      ['teardown', 340],
    ])
    expect(clock.nowMs()).toBe(640)
    expect(run).toMatchObject({ outcome: 'ok', startedMs: 100, endedMs: 140 })
  })

  test('stops when the returned stream has been read', async () => {
    const run = await measured(
      (clock) =>
        async function* () {
          await sleep(clock, 10)
          yield 'Hel'
          await sleep(clock, 20)
          yield 'lo'
        },
    )
    expect(run).toMatchObject({ output: 'Hello', startedMs: 0, firstTokenMs: 10, endedMs: 30 })
  })

  test('shows no time for an agent that answers at once', async () => {
    expect(await measured(() => () => 'now')).toMatchObject({ outcome: 'ok', startedMs: 0, endedMs: 0 })
  })
})

describe('a run gives', () => {
  test('its input, name, position and state to the hooks and to the agent', async () => {
    const given: unknown[] = []
    await measured(
      () =>
        ({ input, name, index, state }) => {
          given.push({ agent: { input, name, index, state } })
          return 'answer'
        },
      () => ({
        setup: ({ input, name, index }: Setup) => {
          given.push({ setup: { input, name, index } })
          return { db: 'fresh' }
        },
        check: ({ input, output, expected, state, name, index }: Checked) => {
          given.push({ check: { input, output, expected, state, name, index } })
        },
        teardown: (state) => {
          given.push({ teardown: state })
        },
      }),
    )
    const state = { db: 'fresh' }
    const common = { input: 'question', name: 'case 1', index: 0 }
    expect(given).toEqual([
      { setup: common },
      { agent: { ...common, state } },
      { check: { ...common, state, output: 'answer', expected: 'answer' } },
      { teardown: state },
    ])
  })
})

describe('the check', () => {
  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('expected 58 to be 60')
      },
    ],
    ['rejects', () => Promise.reject(new Error('expected 58 to be 60'))],
  ])('that %s makes the run wrong, with its message', async (_, check) => {
    const run = await measured(
      (clock) => () => sleep(clock, 5).then(() => 58),
      () => ({ check }),
    )
    expect(run).toMatchObject({
      outcome: 'wrong',
      problem: { message: 'expected 58 to be 60' },
      output: 58,
      endedMs: 5,
    })
    expect(run.problem?.class).toBeUndefined()
  })

  test.each<[string, string, () => unknown]>([
    ['false', 'wrong', () => false],
    ['a promise of false', 'wrong', () => Promise.resolve(false)],
    ['true', 'ok', () => true],
    ['0, which is not false', 'ok', () => 0],
    ['nothing', 'ok', () => undefined],
  ])('that returns %s makes the run %s', async (_, outcome, check) => {
    const run = await measured(
      () => () => 58,
      () => ({ check }),
    )
    expect(run.outcome).toBe(outcome)
    expect(run.problem?.message).toBe(outcome === 'wrong' ? 'The check returned false' : undefined)
  })

  test('is not asked about a run that gave no answer', async () => {
    let asked = 0
    const check = () => {
      asked += 1
    }
    const failing: ((clock: VirtualClock) => Agent)[] = [
      () => () => Promise.reject(new Error('broken')),
      () => never,
      () =>
        ({ usage }) => {
          usage({ inputTokens: 5 })
          return never()
        },
    ]
    for (const agent of failing) await measured(agent, () => ({ check, limits: { latencyMs: 50, inputTokens: 4 } }))
    expect(asked).toBe(0)
  })

  test('gives scores from 0 to 1, also to a run that it finds wrong', async () => {
    const run = await measured(
      () => () => 'answer',
      () => ({
        check: ({ score }: Checked) => {
          score('polite', 0)
          score('polite', 0.25)
          score('correctness', 1)
          throw new Error('wrong')
        },
      }),
    )
    expect(run).toMatchObject({
      outcome: 'wrong',
      scores: new Map([
        ['polite', 0.25],
        ['correctness', 1],
      ]),
    })
  })

  test.each([-0.1, 1.01, 80, Number.NaN, Number.POSITIVE_INFINITY])('may not give the score %d', async (value) => {
    const check = ({ score }: Checked) => score('polite', value)
    const error = await rejection(
      measured(
        () => () => 'answer',
        () => ({ check }),
      ),
    )
    expect(error).toMatchObject({
      code: 'BENCH_AGENT_HOOK',
      message: `Expected score("polite", …) to be a number from 0 to 1, got ${value}. Divide it by its highest possible value.`,
    })
  })

  test('that hangs ends the runs', async () => {
    const error = await rejection(
      measured(
        () => () => 'answer',
        () => ({ check: never }),
      ),
    )
    expect(error.code).toBe('BENCH_AGENT_HOOK')
    expect(error.message).toBe(
      'Expected the check to do its work, but it did not end within 1 s (run 1, case "case 1"). The runs stop here; mend the hook, or raise `hookTimeoutMs` if it needs longer.',
    )
  })

  test('may call a model, whose calls and cost are the judge’s and not the agent’s', async () => {
    const server = await startModelServer({ script: [{ status: 429, retryAfterMs: 1, prompt: 'Convert' }] })
    const stop = observe()
    const client = new OpenAI({ apiKey: 'any', baseURL: server.baseUrl })
    const ask = (model: string, content: string) =>
      client.chat.completions.create({ model, messages: [{ role: 'user', content }] })
    const prices = {
      agent: { inputUsdPerMillionTokens: 1, outputUsdPerMillionTokens: 1 },
      judge: { inputUsdPerMillionTokens: 1_000, outputUsdPerMillionTokens: 1_000 },
    }
    const judgedBy = (model: string): RunSetting =>
      runSetting(wallClock, () => ask('agent', 'What is 5 + 3?'), {
        prices,
        check: () => ask(model, 'Convert 10 km to miles'),
      })
    const usdOf = (position: number, usdPerMillion: number) => {
      const { inputTokens = 0, outputTokens = 0 } = server.log[position]?.usage ?? {}
      return ((inputTokens + outputTokens) * usdPerMillion) / 1e6
    }
    try {
      const setting = judgedBy('judge')
      const run = await measureRun(setting, one, 0)
      setting.inFlight.close()
      // The second call is the judge's first try, which was refused.
      expect(server.log.map((call) => [call.model, call.status])).toEqual([
        ['agent', 200],
        ['judge', 429],
        ['judge', 200],
      ])
      expect(run).toMatchObject({ models: ['agent'], unpriced: [], values: { modelCalls: 1, steps: 1 } })
      expect(run.spentUsd).toBeCloseTo(usdOf(0, 1), 12)
      const { inputTokens, outputTokens } = server.log[2]?.usage ?? {}
      expect(run.beside).toEqual({
        modelCalls: 2,
        inputTokens,
        outputTokens,
        costUsd: expect.closeTo(usdOf(2, 1_000), 12),
      })

      const unpriced = judgedBy('no-price')
      const unknown = await measureRun(unpriced, one, 0)
      unpriced.inFlight.close()
      expect(unknown).toMatchObject({ models: ['agent'], unpriced: ['no-price'] })
      expect(unknown.beside).toMatchObject({ costUsd: undefined })
      expect(unknown.spentUsd).toBeDefined()
    } finally {
      stop()
      await server.close()
    }
  })

  test('that calls no model costs nothing', async () => {
    const judged = await measured(
      () => () => 'answer',
      () => ({ check: () => undefined }),
    )
    expect(judged.beside).toBeUndefined()
    expect((await measured(() => () => 'answer')).beside).toBeUndefined()
  })
})

describe('a hook', () => {
  test.each<[string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw new Error('no database')
      },
      'threw: no database',
    ],
    ['rejects', () => Promise.reject(new Error('no database')), 'threw: no database'],
    ['hangs', never, 'did not end within 1 s'],
  ])('that %s ends the runs, and the error names the run and the case', async (_, hook, what) => {
    let called = false
    const agent = () => () => {
      called = true
    }
    const setup = await rejection(measured(agent, () => ({ setup: hook })))
    expect(setup).toMatchObject({
      code: 'BENCH_AGENT_HOOK',
      message: `Expected \`setup\` to do its work, but it ${what} (run 1, case "case 1"). The runs stop here; mend the hook, or raise \`hookTimeoutMs\` if it needs longer.`,
    })
    expect(called).toBe(false)
    const teardown = await rejection(measured(agent, () => ({ teardown: hook })))
    expect(teardown.message).toContain(`Expected \`teardown\` to do its work, but it ${what} (run 1, case "case 1")`)
    expect(called).toBe(true)
  })

  test('keeps the error that it threw as its cause', async () => {
    const thrown = new Error('no database')
    const error = await rejection(
      measured(
        () => () => 1,
        () => ({ setup: () => Promise.reject(thrown) }),
      ),
    )
    expect(error.cause).toBe(thrown)
  })

  test('of a warm-up run says so', async () => {
    const clock = virtualClock()
    const setting = runSetting(clock, () => 1, { setup: never })
    const error = await rejection(clock.run(() => measureRun(setting, one, -2)))
    expect(error.message).toContain('(warm-up run, case "case 1")')
  })
})

describe('the teardown', () => {
  test.each<[string, (clock: VirtualClock) => Agent]>([
    ['is ok', () => () => 'answer'],
    [
      'throws',
      () => () => {
        throw new Error('broken')
      },
    ],
    ['is stopped by a limit', () => () => never()],
  ])('follows a run that %s', async (_, agent) => {
    const torn: unknown[] = []
    await measured(agent, () => ({
      setup: () => 'state',
      teardown: (state) => torn.push(state),
      limits: { latencyMs: 50 },
    }))
    expect(torn).toEqual(['state'])
  })

  test.each<[string, () => unknown]>([
    ['finds the run wrong', () => Promise.reject(new Error('wrong'))],
    ['hangs', never],
    ['gives an impossible score', () => undefined],
  ])('follows a check that %s', async (name, check) => {
    const torn: unknown[] = []
    const checks = name.includes('score') ? ({ score }: Checked) => score('polite', 2) : check
    await measured(
      () => () => 'answer',
      () => ({ setup: () => 'state', check: checks, teardown: (state) => torn.push(state) }),
    ).catch((error) => expect(error).toBeInstanceOf(BenchAgentError))
    expect(torn).toEqual(['state'])
  })

  test('that fails after a check that hangs leaves the check’s error standing', async () => {
    const error = await rejection(
      measured(
        () => () => 'answer',
        () => ({ check: never, teardown: () => Promise.reject(new Error('no database')) }),
      ),
    )
    expect(error.message).toContain('Expected the check to do its work')
  })
})

describe('an agent that is stopped', () => {
  test('and settles is waited for', async () => {
    const run = await measured(
      (clock) =>
        async ({ signal }) => {
          await new Promise((resolve) => signal.addEventListener('abort', resolve))
          await sleep(clock, 30)
        },
      () => ({ limits: { latencyMs: 100 } }),
    )
    expect(run).toMatchObject({ outcome: 'timeout', endedMs: 100, abandoned: false })
  })

  test('and never settles is left behind after a grace', async () => {
    const clock = virtualClock()
    const setting = runSetting(clock, never, { limits: { latencyMs: 100 }, graceMs: 50 })
    const run = await clock.run(() => measureRun(setting, one, 0))
    expect(run).toMatchObject({ outcome: 'timeout', endedMs: 100, abandoned: true })
    expect(clock.nowMs()).toBe(150)
  })

  test('and throws because of it is a timeout and no error', async () => {
    const run = await measured(
      () =>
        ({ signal }) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      () => ({ limits: { latencyMs: 100 } }),
    )
    expect(run).toMatchObject({ outcome: 'timeout', problem: { class: 'timeout' }, abandoned: false })
    expect(run.thrown).toBeUndefined()
  })

  test('by whoever ends the execution says nothing', async () => {
    const run = await measured((clock) => (given) => {
      clock.after(10, () =>
        Reflect.apply(Reflect.get(given, 'stop'), given, [{ outcome: 'interrupted', message: 'x' }]),
      )
      return never()
    })
    expect(run).toMatchObject({ interrupted: true, endedMs: 10 })
  })

  test('in its set-up is never called', async () => {
    const clock = virtualClock()
    let called = false
    const setting = runSetting(
      clock,
      () => {
        called = true
      },
      { setup: () => sleep(clock, 100) },
    )
    clock.after(50, () => setting.inFlight.stopAll({ outcome: 'interrupted', message: 'the test was stopped' }))
    const run = await clock.run(() => measureRun(setting, one, 0))
    expect(run).toMatchObject({ interrupted: true, abandoned: false, startedMs: 100, endedMs: 100 })
    expect(called).toBe(false)
  })
})
