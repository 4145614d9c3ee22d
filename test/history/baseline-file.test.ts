import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { comparedMetrics } from '../../src/domain/baseline.ts'
import {
  BaselineFile,
  baselinePath,
  baselineText,
  readBaselineFile,
  scenarioKey,
  writeBaselineFile,
} from '../../src/history/baseline-file.ts'
import { same } from '../compare/given.ts'
import { ownFolder } from './folder.ts'

const line = { n: 20, location: 2155.5, within: 0.06, between: 0.01 }
const file: BaselineFile = {
  schemaVersion: 1,
  scenarios: {
    'perf > refund': {
      ...same,
      metrics: {
        'scores.polite': { n: 20, location: 0.8 },
        steps: { n: 20, location: 2, within: 0 },
        totalTokens: line,
      },
    },
    'perf > book': { ...same, metrics: { successRatio: { n: 1, location: 1 } } },
  },
}

describe('baselineText', () => {
  test('has one line for each scenario and metric, so that a diff reads as a list of changes', () => {
    expect(baselineText(file)).toBe(`{
  "schemaVersion": 1,
  "scenarios": {
    "perf > book": {
      "mode": "live",
      "model": "gpt-5-mini",
      "load": "concurrency 1",
      "cases": "abc",
      "metrics": {
        "successRatio": { "n": 1, "location": 1 }
      }
    },
    "perf > refund": {
      "mode": "live",
      "model": "gpt-5-mini",
      "load": "concurrency 1",
      "cases": "abc",
      "metrics": {
        "totalTokens": { "n": 20, "location": 2155.5, "within": 0.06, "between": 0.01 },
        "steps": { "n": 20, "location": 2, "within": 0 },
        "scores.polite": { "n": 20, "location": 0.8 }
      }
    }
  }
}
`)
  })

  const metricName = fc.constantFrom('successRatio', ...comparedMetrics, 'scores.polite', 'scores."odd": {')
  const number = fc.double({ min: 0, max: 1e12, noNaN: true }).map((value) => value + 0)
  const someLine = fc.record(
    { n: fc.integer({ min: 1 }), location: number, within: number, between: number },
    { requiredKeys: ['n', 'location'] },
  )
  const text = fc.string({ unit: 'binary' }).filter((key) => key !== '__proto__')
  const someFile = fc.dictionary(
    text,
    fc.record({
      mode: fc.constantFrom('live' as const, 'replay' as const),
      model: text,
      load: text,
      cases: text,
      metrics: fc.dictionary(metricName, someLine),
    }),
  )

  test('a round trip keeps every number as it is', () => {
    fc.assert(
      fc.property(someFile, (scenarios) => {
        const content = BaselineFile.parse({ schemaVersion: 1, scenarios })
        expect(BaselineFile.parse(JSON.parse(baselineText(content)))).toEqual(content)
      }),
    )
  })

  test('does not depend on the order in which things were added', () => {
    fc.assert(
      fc.property(someFile, (scenarios) => {
        const turned = Object.fromEntries(
          Object.entries(scenarios)
            .reverse()
            .map(([key, { metrics, ...rest }]) => [
              key,
              { metrics: Object.fromEntries(Object.entries(metrics).reverse()), ...rest },
            ]),
        )
        expect(baselineText(BaselineFile.parse({ schemaVersion: 1, scenarios: turned }))).toBe(
          baselineText(BaselineFile.parse({ schemaVersion: 1, scenarios })),
        )
      }),
    )
  })
})

describe('BaselineFile', () => {
  test.for([
    ['NaN', { n: 1, location: Number.NaN }],
    ['a negative spread', { n: 2, location: 1, within: -0.1 }],
    ['no values', { n: 0, location: 1 }],
    ['what it does not know', { n: 1, location: 1, mood: 1 }],
  ] as const)('refuses a line with %s', ([, broken]) => {
    const scenarios = { refund: { ...same, metrics: { steps: broken } } }
    expect(BaselineFile.safeParse({ schemaVersion: 1, scenarios }).success).toBe(false)
  })
})

describe('scenarioKey', () => {
  test('is project, suites and id', () => {
    expect(scenarioKey({ project: 'perf', suite: ['shop', 'refunds'], id: 'refund' })).toBe(
      'perf > shop > refunds > refund',
    )
    expect(scenarioKey({ project: '', suite: [], id: 'refund' })).toBe(' > refund')
  })

  test('has no quotes: runners do not agree on whether a title made from a row has them', () => {
    const quoted = scenarioKey({ project: 'perf', suite: ["on 'gpt-5'"], id: 'refund on "gpt-5"' })
    expect(quoted).toBe(scenarioKey({ project: 'perf', suite: ['on gpt-5'], id: 'refund on gpt-5' }))
  })
})

describe('the file of a test file', () => {
  test('is beside it, in __bench__', () => {
    expect(baselinePath(join('test', 'refund.perf.ts'))).toBe(join('test', '__bench__', 'refund.perf.ts.json'))
  })

  test('can be read when it was written', async () => {
    const folder = ownFolder()
    const testFile = join(folder, 'refund.perf.ts')
    await writeBaselineFile(testFile, file)
    expect(await readBaselineFile(testFile)).toEqual(file)
    expect(await readFile(baselinePath(testFile), 'utf8')).toBe(baselineText(file))
    expect(await readdir(join(folder, '__bench__'))).toEqual(['refund.perf.ts.json'])
  })

  test('is absent before', async () => {
    expect(await readBaselineFile(join(ownFolder(), 'refund.perf.ts'))).toBeUndefined()
  })

  test('that is broken is named, with what to do', async () => {
    const testFile = join(ownFolder(), 'refund.perf.ts')
    await writeBaselineFile(testFile, file)
    await writeFile(baselinePath(testFile), '<<<<<<< HEAD')
    await expect(readBaselineFile(testFile)).rejects.toThrow(
      /Expected a baseline file at .*refund\.perf\.ts\.json.*Restore it from version control, or delete it/s,
    )
  })
})
