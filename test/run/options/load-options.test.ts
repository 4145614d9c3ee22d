import { describe, expect, test } from 'vitest'
import { BenchAgentError } from '../../../src/domain/errors.ts'
import { rampUp, spike, sustained } from '../../../src/domain/load/load-shape.ts'
import { requireScenarioOptions } from '../../../src/run/options/options.ts'
import { trace } from '../../../src/run/source/trace-file.ts'

/** What is wrong with a scenario of `options`, line by line. */
function mistakes(options: object): string[] {
  try {
    requireScenarioOptions('refund', { agent: () => 'done', ...options })
  } catch (error) {
    if (!(error instanceof BenchAgentError)) throw error
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim())
  }
  return []
}

describe('a load that can be', () => {
  test.each<[string, object]>([
    ['a number of runs in flight', { concurrency: 4 }],
    ['for a time', { concurrency: 4, durationMs: 1_000, gracefulStopMs: 0, runsPerSecond: 3 }],
    [
      'a rate',
      { ratePerSecond: 0.5, durationMs: 60_000, arrival: 'poisson', seed: 3, maxInFlight: 8, pacing: 'precise' },
    ],
    ['a bursty one', { ratePerSecond: 5, arrival: { gamma: 0.5 }, segment: '2/8' }],
    ['a ramp', rampUp({ to: { concurrency: 8 }, rampMs: 500, holdMs: 500 })],
    [
      'a spike of a rate',
      spike({ from: { ratePerSecond: 1 }, to: { ratePerSecond: 9 }, beforeMs: 1, holdMs: 2, afterMs: 3 }),
    ],
    ['one that is always the same', sustained({ at: { ratePerSecond: 1 }, durationMs: 5 })],
    ['a trace', trace('there.csv', { speed: 4, maxInFlight: 10 })],
  ])('%s', (_, load) => {
    expect(mistakes({ load })).toEqual([])
  })
})

describe('a load that cannot be is told', () => {
  test.each<[string, object, string]>([
    [
      'no object',
      { load: 20 },
      'Expected load to be an object with `concurrency`, `ratePerSecond` or `stages`, or trace(…), got 20.',
    ],
    ['nothing in flight', { load: { concurrency: 0 } }, 'Expected load.concurrency to be at least 1, got 0.'],
    ['no rate', { load: { ratePerSecond: 0 } }, 'Expected load.ratePerSecond to be above 0, got 0.'],
    [
      'no such arrival',
      { load: { ratePerSecond: 1, arrival: 'random' } },
      "Expected load.arrival to be 'constant', 'poisson' or { gamma }, got \"random\".",
    ],
    [
      'a misspelt field',
      { load: { ratePerSecond: 1, maxInflight: 1 } },
      'Expected load.maxInflight to be an option, got a name that is none. Did you mean `maxInFlight`?',
    ],
    ['no stage', { load: { stages: [] } }, 'Expected load.stages to be at least 1, got an array of 0.'],
    [
      'stages of both kinds',
      {
        load: {
          stages: [
            { durationMs: 1, concurrency: 1 },
            { durationMs: 1, ratePerSecond: 1 },
          ],
        },
      },
      'Expected load.stages[1].concurrency to be a number',
    ],
    [
      'stages without time',
      { load: { stages: [{ durationMs: 0, concurrency: 1 }] } },
      'Expected load.stages to be some time at a level above 0, got no time.',
    ],
    [
      'stages without runs',
      { load: { stages: [{ durationMs: 5, concurrency: 0 }] } },
      'Expected load.stages to be some time at a level above 0, got no run.',
    ],
    [
      'a part that is none',
      { load: { ratePerSecond: 1, segment: '9/8' } },
      'Expected load.segment to be a part and the number of parts, such as "2/8", got "9/8".',
    ],
    [
      'concurrency beside it',
      { concurrency: 4, load: { ratePerSecond: 1 } },
      'Expected concurrency to be absent beside `load`, got 4. Say it within `load`.',
    ],
    [
      'runs beside a time',
      { runs: 4, load: { ratePerSecond: 1, durationMs: 5 } },
      'Expected runs to be absent, for time ends this load, got 4. Leave out `runs`, or the `durationMs` of the load.',
    ],
    [
      'looks under a rate',
      { runs: { max: 9, stop: 'auto' }, load: { ratePerSecond: 1 } },
      'Expected runs to be a number under a load that does not wait',
    ],
  ])('%s', (_, options, line) => {
    const found = mistakes(options)
    expect(
      found.some((one) => one.startsWith(line)),
      found.join('\n'),
    ).toBe(true)
  })
})
