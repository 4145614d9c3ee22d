import { describe, expect, test } from 'vitest'
import { toColumns } from '../../../src/domain/columns.ts'
import { noFaults } from '../../../src/domain/fault.ts'
import { emptyFold, foldRuns } from '../../../src/domain/fold/fold.ts'
import { foldJson } from '../../../src/domain/fold/fold-json.ts'
import { ExecutionRecord } from '../../../src/domain/record.ts'
import { forgetCalls } from '../../../src/domain/sample.ts'
import type { GatheredExecution } from '../../../src/vitest/session/gather.ts'
import { mergeSegments } from '../../../src/vitest/session/merge-segments.ts'
import { gathered, partsOf, startedAt } from './load-parts.ts'

type Options = Parameters<typeof gathered>[0]

/** Runs that end in several ways, out of the order of their starts, none at the instant of another. */
const mixed: Options = {
  warmup: 0,
  load: { ratePerSecond: 20, durationMs: 3_000 },
  limits: { latencyMs: 700 },
  thresholds: { successRatio: 0.5 },
  agent:
    (wait) =>
    async ({ index, signal, usage }) => {
      usage({ inputTokens: 100 + index, outputTokens: 10 + (index % 3), model: 'gpt-5-mini' })
      // It lets go at once, so that runs are over in the order of their ends.
      const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      await Promise.race([wait(40 + ((index * 37) % 90) * 8 + index / 1000), stopped])
      if (index % 11 === 0) throw new Error(`no seats left for ${index}`)
    },
}

function merged(executions: readonly GatheredExecution[], isMerge = true): GatheredExecution {
  const [only, ...others] = mergeSegments(executions, isMerge)
  if (only === undefined || others.length > 0) throw new Error(`expected one execution, got ${others.length + 1}`)
  return only
}

/** `part` with other things in its record. */
function changed(part: GatheredExecution | undefined, changes: Partial<ExecutionRecord>): GatheredExecution {
  if (part === undefined) throw new Error('expected a part')
  return { ...part, record: { ...part.record, ...changes } }
}

function later(ms: number): string {
  return new Date(Date.parse(startedAt) + ms).toISOString()
}

describe('the parts of a load', async () => {
  const whole = await gathered(mixed)
  const parts = await partsOf(mixed, 4)

  test('keep their advice to themselves, for it is that of their own runs', () => {
    const advice: ExecutionRecord['advice'] = [
      {
        rule: 'slowTool',
        place: [],
        impact: {},
        shareRatio: 0.6,
        seen: { runs: 9, of: 9 },
        cause: 'It is slow.',
        suggestion: 'Make it faster.',
        effort: 'medium',
      },
    ]
    expect(merged(parts.map((part) => changed(part, { advice }))).record.advice).toBeUndefined()
  })

  test('come to what one execution is', () => {
    const { record, samples, merged: isMerged } = merged(parts.toReversed())
    expect(isMerged).toBe(true)
    // What the machine was doing is not in virtual time.
    const { eventLoopDelayMs: _, peakRssBytes: __, ...scenario } = whole.record.summary.scenario
    const { tokens, ...summary } = whole.record.summary
    // Runs are added in another order.
    const { mean = {}, ...all } = tokens?.all ?? {}
    const closeMean = Object.fromEntries(
      Object.entries(mean).map(([field, value]) => [field, expect.closeTo(value, 9)]),
    )
    expect(record.summary).toEqual({
      ...summary,
      tokens: { ...tokens, all: { ...all, mean: closeMean } },
      scenario: expect.objectContaining(scenario),
    })
    expect(record.summary.outcomes).toMatchObject({ ok: expect.any(Number), timeout: expect.any(Number), error: 6 })
    expect(toColumns(samples)).toEqual(toColumns(whole.samples))
    expect(record.samples).toEqual(whole.record.samples)
    expect(record.plan).toEqual(whole.record.plan)
    expect(record.comparability).toEqual(whole.record.comparability)
    expect(record.spentUsd).toBeCloseTo(whole.record.spentUsd ?? Number.NaN, 12)
    expect(record.problems).toEqual(whole.record.problems)
    expect(record.resources.durationMs).toBeCloseTo(whole.record.resources.durationMs, 6)
    expect(record.verdict.status).toBe('pass')
    expect(ExecutionRecord.parse(JSON.parse(JSON.stringify(record)))).toBeDefined()
  })

  test('have one series, in which what is in flight is the sum of the most of each', () => {
    const { inFlight, rssBytes: _, ...series } = merged(parts).record.series ?? {}
    const { inFlight: ofWhole, rssBytes: __, ...expected } = whole.record.series ?? {}
    expect(series).toEqual(expected)
    expect(inFlight?.[1]).toBe(parts.reduce((sum, { record }) => sum + (record.series?.inFlight[1] ?? 0), 0))
    expect(inFlight?.[1]).toBeGreaterThanOrEqual(ofWhole?.[1] ?? Number.POSITIVE_INFINITY)
  })

  test('keep model calls with their runs', () => {
    const withCalls = parts.map((part, at) => {
      const samples = structuredClone(part.samples)
      samples.calls = {
        index: [2, 0],
        modelTtftMs: [at * 10 + 2, at * 10],
        interTokenLatencyMs: [undefined, 1],
        outputTokensPerSecond: [5, undefined],
      }
      return { ...part, samples }
    })
    const { samples } = merged(withCalls)
    expect(samples.calls.index).toHaveLength(8)
    for (const [call, run] of samples.calls.index.entries()) {
      const told = samples.calls.modelTtftMs[call] ?? Number.NaN
      const own = withCalls[Math.floor(told / 10)]?.samples
      expect(samples.endedAtMs[run]).toBe(own?.endedAtMs[told % 10])
    }
  })

  test('lie where they started', () => {
    const [first, second, ...others] = parts
    const moved = [first, changed(second, { loadStartedAt: later(2_000) }), ...others]
    const { record, samples } = merged(moved as GatheredExecution[])
    expect(record.loadStartedAt).toBe(startedAt)
    const lastOfSecond = Math.max(...(second?.record.samples?.endedAtMs ?? []))
    expect(samples.endedAtMs[samples.length - 1]).toBe(lastOfSecond + 2_000)
    expect(toColumns(samples).endedAtMs).toEqual(toColumns(samples).endedAtMs.toSorted((a, b) => a - b))
    expect(record.series?.started.reduce((sum, count) => sum + count, 0)).toBe(60)
    expect(record.series?.started).toHaveLength(Math.floor((lastOfSecond + 2_000) / 1000) + 1)
    // The part alone is in flight at the end.
    expect(record.series?.inFlight.at(-1)).toBe(second?.record.series?.inFlight.at(-1))
    expect(record.resources.durationMs).toBeCloseTo(lastOfSecond + 2_000, 6)
  })

  test('add up what was dropped, met and spent, which is unknown when one does not know it', () => {
    const met = { calls: 10, injected: { ...noFaults(), rateLimit: 3 }, past: 1 }
    const told = parts.map((part, at) =>
      changed(part, {
        faults: at === 3 ? undefined : met,
        resources: { ...part.record.resources, droppedRuns: at, sendLagMs: at * 2, peakRssBytes: 100 + at },
        beside: { modelCalls: 2, costUsd: at === 0 ? undefined : 1, inputTokens: 5 },
        spentUsd: 0.5,
      }),
    )
    const { record } = merged(told)
    expect(record.faults).toEqual({ calls: 30, injected: { ...noFaults(), rateLimit: 9 }, past: 3 })
    expect(record.resources).toMatchObject({ droppedRuns: 6, sendLagMs: 6, peakRssBytes: 103 })
    expect(record.summary.scenario.droppedRuns).toBe(6)
    expect(record.beside).toEqual({ modelCalls: 8, inputTokens: 20, outputTokens: undefined, costUsd: undefined })
    expect(record.spentUsd).toBe(2)
    const unknown = [changed(told[0], { spentUsd: undefined }), ...told.slice(1)]
    expect(merged(unknown).record.spentUsd).toBeUndefined()
  })

  test('say once what all of them say', () => {
    const warning = { code: 'lateGenerator', message: 'It was late.', remedy: 'Be quicker.' } as never
    const check = { status: 'inconclusive', code: 'spend', subject: 'cap', message: 'The cap was reached.' } as const
    const told = parts.map((part) =>
      changed(part, { verdict: { ...part.record.verdict, warnings: [warning], checks: [check] } }),
    )
    const { verdict } = merged(told).record
    expect(verdict.warnings).toEqual([warning])
    expect(verdict.checks.filter(({ code }) => code === 'spend')).toHaveLength(1)
    expect(verdict.status).toBe('inconclusive')
  })

  test('tell of their traces and problems where the runs lie now', () => {
    const traced = parts.map((part) => {
      const { startedAtMs, endedAtMs } = toColumns(part.samples)
      const trace = { index: 1, startedAtMs: startedAtMs[1] ?? 0, endedAtMs: endedAtMs[1] ?? 0, calls: [], spans: [] }
      return changed(part, { traces: [trace], loadStartedAt: part === parts[0] ? later(500) : startedAt })
    })
    const { record, samples } = merged(traced)
    expect(record.traces).toHaveLength(4)
    for (const { index, startedAtMs, endedAtMs } of record.traces ?? [])
      expect([startedAtMs, endedAtMs]).toEqual([samples.startedAtMs[index], samples.endedAtMs[index]])
    const errors = record.problems.filter(({ outcome }) => outcome === 'error').map(({ index }) => index)
    expect(errors.map((index) => record.samples?.outcome[index])).toEqual(errors.map(() => 'error'))
    expect(errors).toHaveLength(6)
  })

  test('count as degraded what was marked when the rows had left', () => {
    const marked = parts.map((part) => changed(part, { summary: { ...part.record.summary, degraded: 2 } }))
    expect(merged(marked).record.summary.degraded).toBe(8)
  })

  test('know nothing of model calls when one of them does not know whose they are', () => {
    const [first, ...others] = parts
    if (first === undefined) throw new Error('expected a part')
    const samples = structuredClone(first.samples)
    forgetCalls(samples)
    const { record } = merged([{ ...first, samples }, ...others])
    expect(Object.keys(record.summary.metrics).sort()).toEqual(['latencyMs', 'responseTimeMs'])
  })

  test('that are missing are named, and the whole is not clear', () => {
    const { record } = merged([parts[0], parts[2]] as GatheredExecution[])
    expect(record.verdict.status).toBe('inconclusive')
    expect(record.verdict.checks[0]).toMatchObject({ code: 'tooFewSamples', value: 2, bound: 4 })
    expect(record.verdict.checks[0]?.message).toContain('2, 4 are missing')
    expect(merged(parts.slice(0, 3)).record.verdict.checks[0]?.message).toContain('4 is missing')
  })

  test('that start far apart are another load, and the whole is not clear', () => {
    const [first, ...others] = parts
    const apart = (ms: number) => merged([changed(first, { loadStartedAt: later(ms) }), ...others]).record.verdict
    expect(apart(1_000).status).toBe('pass')
    expect(apart(1_001)).toMatchObject({ status: 'inconclusive', checks: [{ value: 1_001, bound: 1_000 }, {}] })
    expect(apart(90_000).checks[0]?.message).toBe(
      'Parts of the load started 90 s apart: the load was lower than planned.',
    )
  })

  test('are left alone in the session that makes one, and judged where no other comes', () => {
    const [first] = parts
    expect(mergeSegments([first as GatheredExecution], false)).toEqual([first])
    expect(merged([first as GatheredExecution]).record.verdict.checks[0]?.message).toContain('2, 3, 4 are missing')
  })

  test('fail where the test of one failed, or where nothing may stay unclear', () => {
    const [first, ...others] = parts
    if (first === undefined) throw new Error('expected a part')
    expect(merged([{ ...first, failed: true }, ...others])).toMatchObject({ failed: true, passed: false })
    const unclear = [{ ...first, failsInconclusive: true }]
    expect(merged(unclear)).toMatchObject({ failed: true, passed: false })
    expect(merged([first])).toMatchObject({ failed: false, passed: true })
  })

  test('of retries, of other scenarios, of other files and of other loads stay apart', async () => {
    const two = parts.slice(0, 2)
    const others = [
      ...two.map((part) => changed(part, { attempt: 1 })),
      ...two.map((part) => ({ ...part, key: 'perf > another' })),
      ...two.map((part) => changed(part, { identity: { ...part.record.identity, file: 'test/other.perf.ts' } })),
      ...(await partsOf({ ...mixed, load: { ratePerSecond: 10, durationMs: 1_000 } }, 2)),
    ]
    expect(mergeSegments([parts[0] as GatheredExecution, changed(parts[1], { attempt: 1 })], true)).toHaveLength(2)
    const runs = mergeSegments([...two, ...others], true).map(({ record }) => record.summary.runs)
    expect(runs).toEqual([30, 30, 30, 30, 10])
  })

  test('of other folders are of one file all the same', () => {
    const elsewhere = parts.map((part, at) => ({ ...part, testFile: `/machine${at}/test/refund.perf.ts` }))
    expect(merged(elsewhere).record.summary.runs).toBe(60)
  })

  test('that were made twice are counted once', () => {
    const again = changed(parts[1], { execution: 'again', loadStartedAt: later(90_000) })
    const wholes = mergeSegments([...parts, again], true).map(({ record }) => record)
    expect(wholes.map(({ summary }) => summary.runs)).toEqual([60, 15])
    expect(wholes[1]?.verdict.checks[0]?.message).toContain('1, 3, 4 are missing')
  })

  test('are no others: what is no part stays as it is', () => {
    expect(mergeSegments([whole], true)).toEqual([whole])
  })
})

describe('a threshold', () => {
  const quick: Options = { load: { ratePerSecond: 20, durationMs: 3_000 }, agent: (wait) => () => wait(20) }

  test('that every part breaks may be kept by the whole', async () => {
    const options = { ...quick, thresholds: { runsPerSecond: 15 } }
    const parts = await partsOf(options, 4)
    for (const { record } of parts) expect(record.summary.scenario.runsPerSecond).toBeLessThan(6)
    for (const { record } of parts) expect(record.verdict.checks).toEqual([])
    expect(merged(parts, false)).toMatchObject({ failed: false, record: { verdict: { status: 'pass' } } })
  })

  test('that every part keeps may be broken by the whole', async () => {
    const options: Options = {
      ...quick,
      agent: (wait) => () => wait(800),
      load: { ratePerSecond: 20, durationMs: 3_000, maxInFlight: 2 },
      thresholds: { droppedRuns: 20 },
    }
    const parts = await partsOf(options, 4)
    const dropped = parts.map(({ record }) => record.resources.droppedRuns ?? Number.NaN)
    for (const one of dropped) expect(one).toBeLessThan(20)
    const { failed, record } = merged(parts)
    expect(failed).toBe(true)
    const sum = dropped.reduce((total, one) => total + one, 0)
    expect(record.verdict.checks.filter(({ status }) => status === 'fail')).toMatchObject([
      { code: 'threshold', bound: 20, value: sum },
    ])
    expect(record.series?.dropped.reduce((sum, one) => sum + one, 0)).toBe(record.resources.droppedRuns)
  })

  test('is judged where the only part is the whole', async () => {
    const parts = await partsOf({ ...quick, thresholds: { runsPerSecond: 30 } }, 1)
    expect(merged(parts, false).record.verdict.status).toBe('fail')
  })
})

describe('parts of which only histograms are kept', async () => {
  const parts = await partsOf(mixed, 4)

  /** `part` as it were had it too many runs to keep: rows of the first three only. */
  function folded(part: GatheredExecution): GatheredExecution {
    const { cases } = part.record.plan
    const fold = emptyFold(cases)
    foldRuns(fold, part.samples, cases)
    const samples = { ...structuredClone(part.samples), length: 3, all: fold.counts }
    return { ...part, samples, record: { ...part.record, fold: foldJson(fold), samples: undefined } }
  }

  test.each([
    ['all of them', parts.map(folded)],
    ['some of them', [...parts.slice(0, 2).map(folded), ...parts.slice(2)]],
  ])('come to the histogram of all runs, %s', async (_, mixture) => {
    const whole = await gathered(mixed)
    const { cases } = whole.record.plan
    const expected = emptyFold(cases)
    foldRuns(expected, whole.samples, cases)
    const { record, samples } = merged(mixture)
    const { fold } = record
    expect(fold).toMatchObject({ runs: 60, all: { outcomes: whole.record.summary.outcomes } })
    const buckets = (one: typeof fold) =>
      [one?.all, ...Object.values(one?.categories ?? {}), ...(one?.cases ?? [])].map((group) =>
        Object.entries(group?.metrics ?? {}).map(([name, { histogram, ...rest }]) => [name, histogram.buckets, rest]),
      )
    expect(buckets(fold)).toEqual(buckets(foldJson(expected)))
    expect(record.summary.runs).toBe(60)
    expect(samples.length).toBeLessThan(60)
    expect(record.samples).toBeUndefined()
    expect(record.summary.metrics.inputTokens).toMatchObject({ n: expect.any(Number), min: 101, max: 159 })
    expect(record.summary.cases.map(({ outcomes }) => outcomes)).toEqual(
      whole.record.summary.cases.map(({ outcomes }) => outcomes),
    )
    expect(record.resources.durationMs).toBeCloseTo(whole.record.resources.durationMs, 6)
    expect(ExecutionRecord.parse(JSON.parse(JSON.stringify(record)))).toBeDefined()
  })

  test('have a series of all runs, with the quantiles of seconds whose runs are all there', async () => {
    const whole = (await gathered(mixed)).record.series
    const series = merged(parts.map(folded)).record.series
    for (const name of ['started', 'ended', 'failed', 'outputTokens'] as const)
      expect(series?.[name]).toEqual(whole?.[name])
    expect(series?.p50Ms.at(-1)).toBeNull()
  })

  test('tell of problems after the rows that there are', () => {
    const { record, samples } = merged(parts.map(folded))
    const rows = record.problems.filter(({ index }) => index < samples.length)
    expect(rows.length).toBeLessThan(record.problems.length)
    expect(record.problems).toHaveLength(60 - record.summary.outcomes.ok)
  })
})
