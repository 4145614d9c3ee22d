import { describe, expect, test } from 'vitest'
import { reasonsOf } from '../../../src/compare/explain/reasons.ts'
import { compareWithBaseline } from '../../../src/compare/regression.ts'
import type { Baseline, MetricValues } from '../../../src/domain/baseline.ts'
import type { BaselineMetric } from '../../../src/domain/finding.ts'
import type { Reason } from '../../../src/domain/impact.ts'
import { times } from '../../domain/given.ts'
import { candidateOf, committedOf, drawing, historyOf, pastExecution, same } from '../given.ts'

/** What an agent does in a run; what is not told is as in the baseline. */
interface Doing {
  steps?: number
  /** Of one model call. */
  callMs?: number
  input?: number
  output?: number
  cached?: number
  reasoning?: number
  toolMs?: number
  codeMs?: number
  retries?: number
}

const usual = {
  steps: 4,
  callMs: 400,
  input: 1000,
  output: 100,
  cached: 800,
  reasoning: 0,
  toolMs: 200,
  codeMs: 60,
  retries: 0,
}

/** Twenty runs of an agent that does this, each time and each answer 10% off. */
function runs(seed: number, doing: Doing = {}): { values: MetricValues; explaining: MetricValues } {
  const { steps, callMs, input, output, cached, reasoning, toolMs, codeMs, retries } = { ...usual, ...doing }
  const draw = drawing(seed)
  const around = (centre: number) => centre * draw.drift(0.1)
  const all = times(20, () => ({
    model: around(steps * callMs),
    tools: around(toolMs),
    code: around(codeMs),
    input: Math.round(around(steps * input)),
    output: Math.round(around(steps * output)),
  }))
  const column = (read: (run: (typeof all)[number]) => number) => [all.map(read)]
  return {
    values: {
      workingMs: column(({ model, tools, code }) => model + tools + code),
      steps: column(() => steps),
      inputTokens: column((run) => run.input),
      outputTokens: column((run) => run.output),
      costUsd: column((run) => run.input + 8 * run.output),
    },
    explaining: {
      modelMs: column(({ model }) => model),
      toolMs: column(({ tools }) => tools),
      cachedTokens: column(() => steps * cached),
      reasoningTokens: column(() => steps * reasoning),
      retries: column(() => retries),
    },
  }
}

const past = historyOf(
  ...times(6, (seed) => {
    const { values, explaining } = runs(seed + 1)
    return pastExecution(values, { explaining })
  }),
)

function reasons(metric: BaselineMetric, doing: Doing, baseline: Baseline = past): Reason[] {
  const { values, explaining } = runs(42, doing)
  const findings = compareWithBaseline(candidateOf(values), baseline)
  return reasonsOf(metric, { findings, values, explaining, comparability: same }, baseline)
}

const kinds = (metric: BaselineMetric, doing: Doing, baseline?: Baseline) =>
  reasons(metric, doing, baseline).map(({ kind }) => kind)

describe('what makes a run longer', () => {
  test('is more steps', () => {
    expect(reasons('workingMs', { steps: 6 })).toEqual([
      { kind: 'steps', before: expect.closeTo(4), after: expect.closeTo(6) },
    ])
  })

  test('is model calls that take longer, while there are as many', () => {
    const [reason, ...others] = reasons('workingMs', { callMs: 720 })
    expect(others).toEqual([])
    expect(reason).toEqual({ kind: 'call', before: expect.closeTo(400, -2), after: expect.closeTo(720, -2) })
  })

  test('is longer answers, which are no slower calls', () => {
    expect(kinds('workingMs', { output: 200, callMs: 800 })).toEqual(['answer'])
  })

  test('is longer reasoning, where answers grew by it', () => {
    expect(kinds('workingMs', { output: 200, reasoning: 90, callMs: 800 })).toEqual(['reasoning'])
  })

  test('is tools, or what is neither model nor tool', () => {
    expect(kinds('workingMs', { toolMs: 900 })).toEqual(['tools'])
    expect(kinds('workingMs', { codeMs: 800 })).toEqual(['code'])
  })

  test('is told by its largest part first', () => {
    expect(kinds('workingMs', { toolMs: 1000, steps: 5 })).toEqual(['tools', 'steps'])
    expect(kinds('workingMs', { toolMs: 1000, steps: 10 })).toEqual(['steps', 'tools'])
  })

  test('is not named where it is a small part of what was added', () => {
    expect(kinds('workingMs', { steps: 12, toolMs: 300 })).toEqual(['steps'])
  })

  test('is repeated calls, and a cache that is hit no more, beside what takes the time', () => {
    expect(kinds('workingMs', { callMs: 720, retries: 1.2, cached: 0 })).toEqual(['call', 'retries', 'cache'])
  })

  test('is unknown where nothing of what is known grew', () => {
    expect(kinds('workingMs', {})).toEqual([])
  })

  test('counts what no framework tells of tools as code', () => {
    const untold = ({ values, explaining: { toolMs: _, ...explaining } }: ReturnType<typeof runs>) => ({
      values,
      explaining,
    })
    const baseline = historyOf(
      ...times(6, (seed) => {
        const { values, explaining } = untold(runs(seed + 1))
        return pastExecution(values, { explaining })
      }),
    )
    const behaviour = { ...untold(runs(42, { toolMs: 1200 })), findings: [], comparability: same }
    expect(reasonsOf('workingMs', behaviour, baseline).map(({ kind }) => kind)).toEqual(['code'])
  })

  test('is told from steps and answers where no time of calls is known', () => {
    const untimed = historyOf(...past.history.map(({ explaining: _, ...one }) => one))
    expect(kinds('workingMs', { steps: 6 }, untimed)).toEqual(['steps'])
    expect(kinds('workingMs', { callMs: 900 }, untimed)).toEqual([])
  })
})

describe('what makes a run dearer', () => {
  test('is a cache that is hit less, with its share of the input', () => {
    expect(reasons('costUsd', { cached: 0 })).toEqual([{ kind: 'cache', before: expect.closeTo(0.8, 1), after: 0 }])
  })

  test('is longer prompts, longer answers or more steps', () => {
    expect(kinds('costUsd', { input: 1500, cached: 1200 })).toEqual(['prompt'])
    expect(kinds('costUsd', { output: 160 })).toEqual(['answer'])
    expect(kinds('costUsd', { steps: 6 })).toEqual(['steps'])
  })

  test('is nothing that the agent does, when only the price changed', () => {
    expect(kinds('costUsd', {})).toEqual([])
  })

  test('is told from the findings where only the committed line is known', () => {
    const { values } = runs(1)
    expect(kinds('costUsd', { steps: 6 }, committedOf(values))).toEqual(['steps'])
    expect(kinds('costUsd', {}, committedOf(values))).toEqual([])
  })
})

describe('reasons', () => {
  test('of success and scores are not known', () => {
    expect(kinds('successRatio', { steps: 8 })).toEqual([])
    expect(kinds('scores.polite', { steps: 8 })).toEqual([])
  })

  test('are told by the level on which the scenario is, not by an older one', () => {
    const { values, explaining } = runs(7, { steps: 6 })
    const level = pastExecution(values, { explaining, startsLevel: ['steps'] })
    const grown = { ...past, history: [level, ...past.history] }
    expect(kinds('workingMs', { steps: 6, callMs: 900 }, grown)).toEqual(['call'])
  })

  test('are hardly ever told of an agent that does what it did', () => {
    const found = times(100, (seed) => {
      const { values, explaining } = runs(500 + seed)
      const behaviour = { findings: [], values, explaining, comparability: same }
      return [...reasonsOf('workingMs', behaviour, past), ...reasonsOf('costUsd', behaviour, past)].length
    })
    expect(found.filter((count) => count > 0).length).toBeLessThanOrEqual(2)
  })
})
