import { describe, expect, test } from 'vitest'
import { BenchAgentError } from '../../../src/domain/errors.ts'
import { presets } from '../../../src/domain/presets.ts'
import { z } from '../../../src/domain/zod.ts'
import {
  requireBounds,
  requireScenarioOptions,
  requireThresholds,
  ThresholdsSchema,
} from '../../../src/run/options/options.ts'
import { mistakesIn, requireValid } from '../../../src/run/options/validation.ts'
import { csv } from '../../../src/run/source/case-file.ts'

const agent = () => 'done'

/** What `check` throws, line by line; nothing when it throws nothing. */
function linesOf(check: () => void): string[] {
  try {
    check()
  } catch (error) {
    if (!(error instanceof BenchAgentError)) throw error
    expect(error.code).toBe('BENCH_AGENT_OPTIONS')
    return error.message.split('\n').map((line) => line.trim())
  }
  return []
}

/** Mistakes in a scenario with an agent and `options`. */
const mistakes = (options: object): string[] =>
  linesOf(() => requireScenarioOptions('refund', { agent, ...options })).slice(1)

describe('valid options pass', () => {
  test.each<[string, object]>([
    ['an agent alone', {}],
    ['presets', presets.highThroughput],
    ['presets with thresholds', presets.resourceEfficient],
    [
      'everything there is',
      {
        id: 'refund',
        about: { agent: 'refunder', version: '1.2.0', model: 'gpt-5', settings: { temperature: 0 } },
        cases: [{ input: 1, name: 'one', category: 'simple', priority: 2, expected: 'x', note: 'kept' }],
        where: () => true,
        sample: { size: 3, seed: 0 },
        runs: 20,
        warmup: 0,
        concurrency: 4,
        runsPerSecond: 0.5,
        setup: () => undefined,
        teardown: () => undefined,
        limits: { latencyMs: 30_000, totalTokens: 50_000, costUsd: 0.2, steps: 15, toolCalls: 3, modelCalls: 20 },
        prices: { 'gpt-5': { inputUsdPerMillionTokens: 1.25, outputUsdPerMillionTokens: 10 } },
        spendUsd: 1.2,
        detect: { latencyMs: 0.2, totalTokens: 0.1, successRatio: 0.1, scores: { polite: 0.2 } },
        hookTimeoutMs: 5_000,
        thresholds: {
          latencyMs: { p50: 800, p95: 4_000, 'p99.9': 9_000 },
          cachedTokens: { min: 0 },
          modelTtftMs: { p90: 300 },
          successRatio: 0.95,
          runsPerSecond: 2,
          scores: { polite: { mean: 0.8 } },
        },
        categories: { simple: { steps: { max: 4 }, successRatio: 1 } },
        inconclusive: 'fail',
        baseline: false,
      },
    ],
    [
      'what was left undefined',
      { runs: undefined, limits: { steps: undefined }, thresholds: { latencyMs: undefined } },
    ],
    ['a sample as a number', { sample: 5 }],
    ['cases from a file', { cases: csv('cases.csv') }],
    ['cases from a generator', { cases: (function* () {})() }],
    ['cases from an async generator', { cases: (async function* () {})() }],
  ])('%s', (_, options) => {
    expect(mistakes(options)).toEqual([])
  })

  test('for a measurement without cases', () => {
    const bounds = { name: 'first', runs: 3, warmup: 0, limits: { steps: 3 }, about: { model: 'm' } }
    expect(linesOf(() => requireBounds('the options', bounds))).toEqual([])
  })
})

describe('a mistake says what was expected, what is there, and what to do:', () => {
  test.each<[object, string]>([
    [{ agent: undefined }, 'Expected agent to be a function, got undefined.'],
    [{ agent: 'refund' }, 'Expected agent to be a function, got "refund".'],
    [{ setup: {} }, 'Expected setup to be a function, got an object with no keys.'],
    [{ runs: 0 }, 'Expected runs to be at least 1, got 0.'],
    [{ runs: 2.5 }, "Expected runs to be a whole number from 1, or { max, stop: 'auto' }, got 2.5."],
    [{ runs: '20' }, `Expected runs to be a whole number from 1, or { max, stop: 'auto' }, got "20".`],
    [{ runs: Number.NaN }, "Expected runs to be a whole number from 1, or { max, stop: 'auto' }, got NaN."],
    [{ warmup: -1 }, 'Expected warmup to be at least 0, got -1.'],
    [{ concurrency: 0 }, 'Expected concurrency to be at least 1, got 0.'],
    [{ runsPerSecond: 0 }, 'Expected runsPerSecond to be above 0, got 0.'],
    [{ runsPerSecond: Number.POSITIVE_INFINITY }, 'Expected runsPerSecond to be a number, got Infinity.'],
    [{ spendUsd: -1 }, 'Expected spendUsd to be above 0, got -1.'],
    [{ hookTimeoutMs: 3e9 }, 'Expected hookTimeoutMs to be at most 2147483647, got 3000000000.'],
    [{ limits: { latencyMs: 3e9 } }, 'Expected limits.latencyMs to be at most 2147483647, got 3000000000.'],
    [{ limits: { steps: 0 } }, 'Expected limits.steps to be above 0, got 0.'],
    [{ limits: 3 }, 'Expected limits to be an object, got 3.'],
    [
      { runs: { max: 50 } },
      "Expected runs to be a whole number from 1, or { max, stop: 'auto' }, got an object with max.",
    ],
    [{ profile: {} }, 'Expected profile to be { slowerThanMs }, { slowest }, or both, got an object with no keys.'],
    [{ profile: 5_000 }, 'Expected profile to be an object, got 5000.'],
    [{ profile: { slowerThanMs: 0 } }, 'Expected profile.slowerThanMs to be above 0, got 0.'],
    [{ profile: { slowest: 21 } }, 'Expected profile.slowest to be at most 20, got 21.'],
    [
      { profile: { slowerThan: 5, slowest: 1 } },
      'Expected profile.slowerThan to be an option, got a name that is none. Did you mean `slowerThanMs`?',
    ],
    [{ detect: { latencyMs: 20 / 1000 } }, 'Expected detect.latencyMs to be at least 0.05, got 0.02.'],
    [{ detect: { scores: { polite: '10%' } } }, 'Expected detect.scores.polite to be a number, got "10%".'],
    [{ inconclusive: 'warn' }, 'Expected inconclusive to be "pass" or "fail", got "warn".'],
    [{ id: '' }, 'Expected id to be at least 1 character, got "".'],
    [
      { cases: 'cases.csv' },
      'Expected cases to be an array or iterable of cases, or json(…), jsonl(…), csv(…), got "cases.csv".',
    ],
    [
      { cases: { input: 1 } },
      'Expected cases to be an array or iterable of cases, or json(…), jsonl(…), csv(…), got an object with input.',
    ],
    [{ cases: [{ input: 1 }, 'two'] }, 'Expected cases[1] to be an object, got "two".'],
    [{ cases: [{ input: 1, name: 7 }] }, 'Expected cases[0].name to be a string, got 7.'],
    [{ cases: [{ input: 1, priority: 'high' }] }, 'Expected cases[0].priority to be a number, got "high".'],
    [{ sample: 0 }, 'Expected sample to be at least 1, got 0.'],
    [{ sample: 'few' }, 'Expected sample to be a whole number from 1, or { size, seed }, got "few".'],
    [{ sample: { size: 2, seed: -1 } }, 'Expected sample.seed to be at least 0, got -1.'],
    [
      { thresholds: { latencyMs: 4_000 } },
      'Expected thresholds.latencyMs to be an object, got 4000. Say of which statistic: `{ mean: 4000 }`.',
    ],
    [{ thresholds: { latencyMs: { p95: '4 s' } } }, 'Expected thresholds.latencyMs.p95 to be a number, got "4 s".'],
    [{ thresholds: { successRatio: 95 } }, 'Expected thresholds.successRatio to be at most 1, got 95.'],
    [
      { thresholds: { scores: { polite: { mean: 80 } } } },
      'Expected thresholds.scores.polite.mean to be at most 1, got 80.',
    ],
    [
      { categories: { simple: { heapGrowthBytes: 4 } } },
      expect.stringMatching(
        /^Expected categories\.simple\.heapGrowthBytes to be an option, got a name that is none\. /,
      ),
    ],
    [
      { categories: { simple: { steps: 4 } } },
      'Expected categories.simple.steps to be an object, got 4. Say of which statistic: `{ mean: 4 }`.',
    ],
    [
      { prices: { 'gpt-5': { inputUsdPerMillionTokens: 1 } } },
      'Expected prices.gpt-5.outputUsdPerMillionTokens to be a number, got undefined.',
    ],
    [{ about: { model: 5 } }, 'Expected about.model to be a string, got 5.'],
  ])('%o', (options, line) => {
    expect(mistakes(options)).toEqual([line])
  })

  test.each([undefined, null, 'agent', 5])('options that are %o', (options) => {
    const [head, line] = linesOf(() => requireScenarioOptions('refund', options))
    expect(head).toBe('One mistake in the options of "refund" (BENCH_AGENT_OPTIONS):')
    expect(line).toMatch(/^Expected the options to be an object, got (undefined|null|"agent"|5)\.$/)
  })
})

describe('a name that is misspelt gets a suggestion', () => {
  test.each<[object, string, string]>([
    [{ run: 5 }, 'run', 'runs'],
    [{ warmUp: 5 }, 'warmUp', 'warmup'],
    [{ threshold: {} }, 'threshold', 'thresholds'],
    [{ limits: { latency: 5 } }, 'limits.latency', 'latencyMs'],
    [{ limits: { totaltokens: 5 } }, 'limits.totaltokens', 'totalTokens'],
    [{ thresholds: { ttft: { p50: 5 } } }, 'thresholds.ttft', 'ttftMs'],
    [{ thresholds: { latencyMs: { p59: 5 } } }, 'thresholds.latencyMs.p59', 'p50'],
    [{ thresholds: { scores: { polite: { men: 0.5 } } } }, 'thresholds.scores.polite.men', 'mean'],
    [{ categories: { simple: { step: { max: 4 } } } }, 'categories.simple.step', 'steps'],
    [{ categories: { simple: { steps: { maxi: 4 } } } }, 'categories.simple.steps.maxi', 'max'],
    [
      {
        prices: { m: { inputUsdPerMillionTokens: 1, outputUsdPerMillionTokens: 1, cachedInputUsdPerMillionToken: 1 } },
      },
      'prices.m.cachedInputUsdPerMillionToken',
      'cachedInputUsdPerMillionTokens',
    ],
    [{ about: { agnet: 'x' } }, 'about.agnet', 'agent'],
    [{ sample: { size: 3, sed: 1 } }, 'sample.sed', 'seed'],
  ])('%o', (options, path, name) => {
    const [line = ''] = mistakes(options)
    expect(line).toMatch(
      new RegExp(`^Expected ${path.replaceAll('.', '\\.')} to be an option, got a name that is none\\. `),
    )
    expect(line).toContain(`Did you mean \`${name}\`?`)
  })

  test('or all names that are known there', () => {
    expect(mistakes({ limits: { zzzzzz: 1 } })).toEqual([
      'Expected limits.zzzzzz to be an option, got a name that is none. Known here: latencyMs, inputTokens, outputTokens, totalTokens, steps, modelCalls, toolCalls, costUsd.',
    ])
    expect(mistakes({ thresholds: { latencyMs: { zzzzzz: 1 } } })).toEqual([
      'Expected thresholds.latencyMs.zzzzzz to be an option, got a name that is none. Known here: mean, min, p50, p90, p95, p99, p99.9, max.',
    ])
  })

  test('among the names of what was asked for, and no other', () => {
    expect(linesOf(() => requireThresholds('the thresholds', { latencyms: { p95: 1 }, p95: 5 }))).toEqual([
      '2 mistakes in the thresholds (BENCH_AGENT_OPTIONS):',
      'Expected latencyms to be an option, got a name that is none. Did you mean `latencyMs`?',
      expect.stringMatching(
        /^Expected p95 to be an option, got a name that is none\. Known here: latencyMs, .*, successRatio, .*scores\.$/,
      ),
    ])
    expect(linesOf(() => requireBounds('the options', { thresholds: {} }))[1]).toMatch(
      /^Expected thresholds to be an option, got a name that is none\. Known here: id, .*, name\.$/,
    )
    const schema = z.strictObject({
      name: z.optional(z.string()),
      inner: z.optional(z.strictObject({ spendUsd: z.number() })),
    })
    expect(
      linesOf(() => requireValid(schema, 'the options', { nmae: 'x', inner: { spendUsd: 1, spentUsd: 1 } })).slice(1),
    ).toEqual([
      'Expected inner.spentUsd to be an option, got a name that is none. Did you mean `spendUsd`?',
      'Expected nmae to be an option, got a name that is none. Did you mean `name`?',
    ])
  })
})

test('all mistakes are in one error', () => {
  const options = {
    runs: 0,
    warmups: 1,
    cases: [{ name: 1 }, 2],
    thresholds: { latencyMs: { p95: 'x', p97: 1 }, sucessRatio: 1 },
    limits: { latencyMs: -1 },
  }
  const lines = linesOf(() => requireScenarioOptions('refund', options))
  expect(lines[0]).toBe('9 mistakes in the options of "refund" (BENCH_AGENT_OPTIONS):')
  expect(
    lines
      .slice(1)
      .map((line) => /^Expected (\S+) /.exec(line)?.[1])
      .sort(),
  ).toEqual(
    [
      'agent',
      'cases[0].name',
      'cases[1]',
      'limits.latencyMs',
      'runs',
      'thresholds.latencyMs.p95',
      'thresholds.latencyMs.p97',
      'thresholds.sucessRatio',
      'warmups',
    ].sort(),
  )
})

test('mistakes in a part are placed in the whole', () => {
  expect(mistakesIn(ThresholdsSchema, { successRatio: 2 }, 'categories.simple')).toEqual([
    { path: 'categories.simple.successRatio', expected: 'at most 1', got: '2' },
  ])
})
