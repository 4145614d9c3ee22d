import { describe, expect, test } from 'vitest'
import { metrics } from '../../src/domain/metric.ts'
import { metricNames, runMetricNames } from '../../src/domain/metric-name.ts'
import { createSamples, type Outcome } from '../../src/domain/sample.ts'
import { oneSecond, samplesOf } from './given.ts'

const noOutcomes: Record<Outcome, number> = { ok: 0, wrong: 0, error: 0, timeout: 0, limit: 0, infrastructure: 0 }

describe.for(metricNames)('the row of %s', (name) => {
  const metric = metrics[name]

  test('says everything that a report needs', () => {
    expect(metric.label).toMatch(/^\S.*\S$/)
    expect(metric.meaning).toMatch(/^[A-Z0-9(].{15,}\.$/)
    expect(metric.source).not.toBe('')
    expect(['lower', 'higher']).toContain(metric.better)
    expect(['agent', 'machine']).toContain(metric.of)
  })

  test('its unit stands last in its name', () => {
    const endings = { ms: 'Ms', tokens: 'Tokens', usd: 'Usd', bytes: 'Bytes', ratio: 'Ratio', perSecond: 'PerSecond' }
    const unit: string = metric.unit
    const ending = Object.entries(endings).find(([one]) => one === unit)?.[1]
    if (ending === undefined) expect(unit).toBe('count')
    else expect(name.endsWith(ending)).toBe(true)
  })

  test('is unknown of an empty execution, never 0 and never NaN', () => {
    const read =
      metric.per === 'scenario' ? metric.read(noOutcomes, { durationMs: 0 }) : metric.read(createSamples(0), 0)
    expect(read).toBeUndefined()
  })
})

describe('the table', () => {
  test('labels are unique', () => {
    const labels = metricNames.map((name) => metrics[name].label)
    expect(new Set(labels).size).toBe(labels.length)
  })

  test('what is counted is the agent’s, what is timed or held is the machine’s', () => {
    const ofMachine = ['ms', 'bytes', 'perSecond']
    for (const name of metricNames) {
      const { of, unit } = metrics[name]
      // How many starts are dropped hangs on how long runs take.
      if (name === 'droppedRuns') continue
      expect(`${name} ${of}`).toBe(`${name} ${ofMachine.includes(unit) ? 'machine' : 'agent'}`)
    }
  })
})

describe('reading a run', () => {
  const samples = samplesOf([
    {
      dueAtMs: 50,
      startedAtMs: 80,
      firstTokenAtMs: 120,
      endedAtMs: 200,
      values: {
        waitingMs: 30,
        modelMs: 60,
        toolMs: 12,
        coordinationMs: 9,
        cpuMs: 7,
        inputTokens: 1000,
        outputTokens: 200,
        cachedTokens: 600,
        cacheWriteTokens: 50,
        reasoningTokens: 90,
        wastedTokens: 180,
        steps: 3,
        modelCalls: 4,
        toolCalls: 2,
        retries: 1,
        costUsd: 0.01,
      },
    },
    { startedAtMs: 0, endedAtMs: 10, values: { inputTokens: 5 } },
    { startedAtMs: 0, endedAtMs: 10, values: { outputTokens: 5 } },
  ])

  test.for([
    ['latencyMs', 120],
    ['responseTimeMs', 150],
    ['workingMs', 90],
    ['workingPerOutputTokenMs', 0.45],
    ['waitingMs', 30],
    ['modelMs', 60],
    ['toolMs', 12],
    ['coordinationMs', 9],
    ['ttftMs', 40],
    ['inputTokens', 1000],
    ['outputTokens', 200],
    ['totalTokens', 1200],
    ['cachedTokens', 600],
    ['cacheWriteTokens', 50],
    ['reasoningTokens', 90],
    ['cacheHitRatio', 0.6],
    ['wastedTokens', 180],
    ['tokenEfficiencyRatio', 0.85],
    ['steps', 3],
    ['modelCalls', 4],
    ['retries', 1],
    ['toolCalls', 2],
    ['costUsd', 0.01],
    ['cpuMs', 7],
  ] as const)('%s is %d', ([name, value]) => {
    expect(metrics[name].read(samples, 0)).toBe(value)
  })

  test('every metric of a run has a fact above', () => {
    expect(runMetricNames).toHaveLength(25)
  })

  test('how well tokens were used is unknown where the waste is, and there is no ratio of nothing', () => {
    const known = { inputTokens: 0, outputTokens: 0, cachedTokens: 0 }
    const few = samplesOf([
      { startedAtMs: 0, endedAtMs: 10, values: { ...known, inputTokens: 9 } },
      { startedAtMs: 0, endedAtMs: 10, values: { ...known, wastedTokens: 0 } },
    ])
    expect(metrics.wastedTokens.read(few, 0)).toBeUndefined()
    expect(metrics.tokenEfficiencyRatio.read(few, 0)).toBeUndefined()
    expect(metrics.cacheHitRatio.read(few, 0)).toBe(0)
    expect(metrics.wastedTokens.read(few, 1)).toBe(0)
    expect(metrics.tokenEfficiencyRatio.read(few, 1)).toBeUndefined()
    expect(metrics.cacheHitRatio.read(few, 1)).toBeUndefined()
  })

  test('a run that waited for nothing worked all the time', () => {
    expect(metrics.workingMs.read(samples, 1)).toBe(10)
  })

  test('total tokens are unknown when input or output is', () => {
    expect(metrics.totalTokens.read(samples, 1)).toBeUndefined()
    expect(metrics.totalTokens.read(samples, 2)).toBeUndefined()
  })

  test('a run that streamed nothing has no first token', () => {
    expect(metrics.ttftMs.read(samples, 1)).toBeUndefined()
  })
})

test('metrics per model call read the call at its position', () => {
  const samples = samplesOf([
    { calls: [{ modelTtftMs: 1, interTokenLatencyMs: 2, outputTokensPerSecond: 3 }] },
    { calls: [{}, { modelTtftMs: 4 }] },
  ])
  expect(metrics.modelTtftMs.read(samples, 0)).toBe(1)
  expect(metrics.interTokenLatencyMs.read(samples, 0)).toBe(2)
  expect(metrics.outputTokensPerSecond.read(samples, 0)).toBe(3)
  expect(metrics.modelTtftMs.read(samples, 1)).toBeUndefined()
  expect(metrics.modelTtftMs.read(samples, 2)).toBe(4)
})

describe('successRatio', () => {
  const { read } = metrics.successRatio

  test('counts wrong answers, errors, timeouts and broken limits against the agent', () => {
    expect(read({ ...noOutcomes, ok: 6, wrong: 1, error: 1, timeout: 1, limit: 1 })).toBe(0.6)
  })

  test('what the infrastructure broke counts neither way', () => {
    expect(read({ ...noOutcomes, ok: 3, wrong: 1, infrastructure: 96 })).toBe(0.75)
  })

  test('is unknown when the infrastructure broke every run', () => {
    expect(read({ ...noOutcomes, infrastructure: 10 })).toBeUndefined()
  })
})

describe('runsPerSecond', () => {
  const { read } = metrics.runsPerSecond

  test('is the runs that were ok per second: a wrong answer is no work done', () => {
    expect(read({ ...noOutcomes, ok: 30, wrong: 20, error: 5 }, { durationMs: 2000 })).toBe(15)
  })

  test('is 0 when none was ok, and unknown when no time passed', () => {
    expect(read({ ...noOutcomes, error: 5 }, oneSecond)).toBe(0)
    expect(read({ ...noOutcomes, ok: 1 }, { durationMs: 0 })).toBeUndefined()
  })
})

test('resources are what was measured of the process', () => {
  const resources = { durationMs: 1, heapGrowthBytes: -20, peakRssBytes: 5e7, eventLoopDelayMs: 0 }
  expect(metrics.heapGrowthBytes.read(noOutcomes, resources)).toBe(-20)
  expect(metrics.peakRssBytes.read(noOutcomes, resources)).toBe(5e7)
  expect(metrics.eventLoopDelayMs.read(noOutcomes, resources)).toBe(0)
})
