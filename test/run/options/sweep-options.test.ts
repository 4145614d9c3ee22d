import { describe, expect, test } from 'vitest'
import { efficiencyBounds, type SweepOwn, sweepMistakes, sweptValues } from '../../../src/run/options/sweep-options.ts'

/** Mistakes in `options`, as a person reads them. */
function told(options: object): string[] {
  return sweepMistakes(options as SweepOwn).map(
    ({ path, expected, got, remedy }) =>
      `${path}: expected ${expected}, got ${got}.${remedy === undefined ? '' : ` ${remedy}`}`,
  )
}

const over = { concurrency: [1, 2, 5] }
const configure = () => ({})

describe('the options of a sweep', () => {
  test.for([
    { over },
    { over: { concurrency: [2] } },
    { over: { caseCount: [1, 10] }, runs: 1, repeats: 1 },
    { over: { model: ['small', 'large'] }, configure },
    { over, thresholds: { efficiencyRatio: { 1: 1, 5: 0.7 }, latencyMs: { p50: 1 } } },
    { over, configure, thresholds: {} },
  ])('are right: %o', (options) => {
    expect(told(options)).toEqual([])
  })

  test.for([
    [{}, ['over: expected what to go over, such as `{ concurrency: [1, 2, 5] }`, got undefined.']],
    [{ over: [1, 2] }, ['over: expected what to go over, such as `{ concurrency: [1, 2, 5] }`, got an array of 2.']],
    [{ over: {} }, ['over: expected one thing to go over, got nothing.']],
    [{ over: { a: [1], b: [2] } }, ['over: expected one thing to go over, got a, b.']],
    [{ over: { model: [] }, configure }, ['over.model: expected at least one value, got none.']],
    [{ over: { model: 'small' }, configure }, ['over.model: expected an array, got "small".']],
    [
      { over: { model: ['small'] } },
      [
        'configure: expected a function that says what each model changes, got nothing. Write `configure: (model) => ({ agent: … })`.',
      ],
    ],
    [{ over, configure: {} }, ['configure: expected a function, got an object with no keys.']],
    [{ over: { concurrency: [1, 0] } }, ['over.concurrency[1]: expected at least 1, got 0.']],
    [{ over: { concurrency: [1.5] } }, ['over.concurrency[0]: expected a whole number, got 1.5.']],
    [{ over: { concurrency: [] } }, ['over.concurrency: expected at least one value, got none.']],
    [{ over: { caseCount: ['ten'] } }, ['over.caseCount[0]: expected a number, got "ten".']],
    [
      { over: { concurrency: [1, 2, 2] } },
      ['over.concurrency: expected values that differ in their names, got 2 twice.'],
    ],
    [
      { over: { model: [{ name: 'a' }, { name: 'a' }] }, configure },
      [
        "over.model: expected values that differ in their names, got a twice. Give each a name of its own: `{ name: 'small', … }`.",
      ],
    ],
    [
      { over: { model: [{ budget: 1 }, { budget: 2 }] }, configure },
      [
        "over.model: expected values that differ in their names, got an object with budget twice. Give each a name of its own: `{ name: 'small', … }`.",
      ],
    ],
    [{ over, runs: 0 }, ['runs: expected at least 1, got 0.']],
    [{ over, runs: { max: 50, stop: 'auto' } }, ['runs: expected a number, got an object with max, stop.']],
    [{ over, repeats: 0 }, ['repeats: expected at least 1, got 0.']],
    [
      { over, concurrency: 2 },
      ['concurrency: expected absent in a sweep, got a value. Go over it: `over: { concurrency: [1, 2, 5] }`.'],
    ],
    [
      {
        over,
        baseline: false,
        detect: {},
        load: {},
        runsPerSecond: 1,
        categories: {},
        inconclusive: 'fail',
        profile: {},
      },
      ['load', 'runsPerSecond', 'baseline', 'detect', 'categories', 'inconclusive', 'profile'].map(
        (path) => `${path}: expected absent in a sweep, got a value.`,
      ),
    ],
    [
      { over, thresholds: { efficiencyRatio: { 3: 0.7 } } },
      ['thresholds.efficiencyRatio.3: expected a level of the sweep, got 3, which is not in it.'],
    ],
    [
      { over, thresholds: { efficiencyRatio: { five: 0.7 } } },
      ['thresholds.efficiencyRatio.five: expected a level of the sweep, got five, which is not in it.'],
    ],
    [
      { over: { concurrency: [2, 5] }, thresholds: { efficiencyRatio: { 5: 0.7 } } },
      [
        'thresholds.efficiencyRatio: expected a sweep over concurrency with a level of 1, which efficiency is held against, got over concurrency 2, 5.',
      ],
    ],
    [
      { over: { model: ['a'] }, configure, thresholds: { efficiencyRatio: { 5: 0.7 } } },
      [
        'thresholds.efficiencyRatio: expected a sweep over concurrency with a level of 1, which efficiency is held against, got over model a.',
      ],
    ],
    [
      { over, thresholds: { efficiencyRatio: { 5: -1 } } },
      ['thresholds.efficiencyRatio.5: expected at least 0, got -1.'],
    ],
  ] as [object, string[]][])('have a message for what is wrong in %o', ([options, messages]) => {
    expect(told(options)).toEqual(messages)
  })
})

describe('the values of a sweep', () => {
  test('are named as a person reads them', () => {
    const model = [{ name: 'small', budget: 1 }, 'large', 3, true, { budget: 2 }]
    const { over: name, values } = sweptValues({ over: { model } })
    expect(name).toBe('model')
    expect(values.map((value) => value.name)).toEqual(['small', 'large', '3', 'true', 'an object with budget'])
    expect(values.map(({ value }) => value)).toEqual(model)
    expect(values.every(({ concurrency, caseCount }) => concurrency === undefined && caseCount === undefined)).toBe(
      true,
    )
  })

  test('know what concurrency and caseCount are', () => {
    expect(sweptValues({ over }).values[1]).toMatchObject({ name: '2', concurrency: 2, caseCount: undefined })
    const [first] = sweptValues({ over: { caseCount: [10] } }).values
    expect(first).toMatchObject({ name: '10', caseCount: 10, concurrency: undefined })
  })

  test('have lowest efficiencies only where they are asked', () => {
    expect(efficiencyBounds({ thresholds: { efficiencyRatio: { 5: 0.7 } } })).toEqual({ 5: 0.7 })
    expect(efficiencyBounds({ thresholds: { successRatio: 1 } as object })).toEqual({})
    expect(efficiencyBounds({ thresholds: { efficiencyRatio: undefined } as object })).toEqual({})
    expect(efficiencyBounds({})).toEqual({})
  })
})
