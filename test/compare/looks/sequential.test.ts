import { describe, expect, test } from 'vitest'
import { confirmationRatio } from '../../../src/compare/evidence/rule.ts'
import { standingsOf } from '../../../src/compare/looks/sequential.ts'
import { compareWithBaseline, suspects } from '../../../src/compare/regression.ts'
import type { Baseline, MetricValues } from '../../../src/domain/baseline.ts'
import { looksOf } from '../../../src/domain/plan.ts'
import { candidateOf, type Draw, drawing, historyOf, one, pastExecution } from '../given.ts'

const most = 50
const looks = looksOf(most)

/** Ten accepted executions of 20 runs that vary by `sigma`, on a machine that drifts by `drift`. */
function baselineOf(draw: Draw, sigma: number, drift: number): Baseline {
  const execution = () => one('workingMs', draw.runs(20, sigma, draw.drift(drift)))
  return historyOf(...Array.from({ length: 10 }, (_, session) => pastExecution(execution(), { session: `${session}` })))
}

function answer(metric: 'workingMs' | 'steps' | 'successRatio', values: number[], past: number[], rounds: number) {
  const history = Array.from({ length: 10 }, (_, session) =>
    pastExecution(one(metric, past), { session: `${session}` }),
  )
  const [standing] = standingsOf(candidateOf(one(metric, values)), historyOf(...history), { rounds, most, looks })
  return standing?.answer
}

describe('a metric', () => {
  const draw = drawing(4)
  const past = draw.runs(20, 0.2)

  test('that lies far above its baseline is worse at the first look', () => {
    expect(answer('workingMs', draw.runs(10, 0.2, 3), past, 10)).toBe('worse')
  })

  test('that lies a little above it is open', () => {
    expect(answer('workingMs', draw.runs(10, 0.2, 1.25), past, 10)).toBe('open')
  })

  test('that lies well below what would be found is not worse', () => {
    expect(answer('workingMs', draw.runs(30, 0.2, 0.95), past, 30)).toBe('notWorse')
  })

  test('that never varies is clear at once', () => {
    const four = Array(20).fill(4)
    expect(answer('steps', Array(10).fill(4), four, 10)).toBe('notWorse')
    expect(answer('steps', Array(10).fill(5), four, 10)).toBe('worse')
  })

  test('is open where no look is planned', () => {
    expect(answer('workingMs', draw.runs(10, 0.2, 3), past, 11)).toBe('open')
  })

  test('of the time of a millisecond is not worse by less than another one', () => {
    const short = Array.from({ length: 20 }, (_, run) => 1 + run / 100)
    expect(
      answer(
        'workingMs',
        short.slice(0, 10).map((value) => value * 1.3),
        short,
        10,
      ),
    ).toBe('notWorse')
  })

  test('is waited for, unless the user asks for another', () => {
    const values = { ...one('workingMs', past), ...one('steps', past) }
    const standings = (detect: { latencyMs?: number }) =>
      standingsOf(candidateOf(values, { detect }), historyOf(pastExecution(values)), { rounds: 10, most, looks })
    const waited = (detect: { latencyMs?: number }) =>
      standings(detect)
        .filter(({ isAwaited }) => isAwaited)
        .map(({ metric }) => metric)
    expect(waited({})).toEqual(['workingMs', 'steps'])
    expect(waited({ latencyMs: 0.2 })).toEqual(['workingMs'])
  })
})

describe('success', () => {
  const ok = (runs: number, failures = 0) => [...Array(runs - failures).fill(1), ...Array(failures).fill(0)]

  test('that fell far is worse, once there are enough runs', () => {
    expect(answer('successRatio', ok(10, 9), ok(20, 1), 10)).toBe('open')
    expect(answer('successRatio', ok(20, 18), ok(20, 1), 20)).toBe('worse')
  })

  test('without a failure is not worse once there are enough runs', () => {
    expect(answer('successRatio', ok(10), ok(20, 1), 10)).toBe('open')
    expect(answer('successRatio', ok(40), ok(20, 1), 40)).toBe('notWorse')
  })

  test('with one dead case of many is open, however few of all runs failed', () => {
    const rounds = 20
    const cases = (dead: number) => ({
      successRatio: Array.from({ length: 20 }, (_, position) => Array(rounds).fill(position < dead ? 0 : 1)),
    })
    const stand = (dead: number) =>
      standingsOf(candidateOf(cases(dead), { detect: { successRatio: 0.1 } }), historyOf(pastExecution(cases(0))), {
        rounds,
        most,
        looks,
      })[0]?.answer
    expect(stand(0)).toBe('notWorse')
    expect(stand(1)).not.toBe('notWorse')
  })

  test('that fell a little is open', () => {
    expect(answer('successRatio', ok(20, 4), ok(20, 1), 20)).toBe('open')
  })
})

test.for(['toolCalls', 'scores.polite', 'ttftMs'] as const)(
  'what lay at 0 has a standing once it varies: %s',
  (metric) => {
    const varies = one(metric, [0, 1, 0, 0, 1, 0, 0, 0, 0, 0])
    const zero = historyOf(pastExecution(one(metric, [0, 0, 0, 0, 0])))
    const [standing] = standingsOf(candidateOf(varies), zero, { rounds: 10, most, looks })
    expect(standing).toMatchObject({ metric, answer: expect.stringMatching(/^(open|notWorse)$/) })
    const candidate = candidateOf(varies, { detect: { toolCalls: 0.2 }, progress: { rounds: 10, most: 10 } })
    expect(compareWithBaseline(candidate, zero)[0]).toMatchObject({ metric, asked: undefined })
  },
)

test('what was never compared has no standing', () => {
  expect(standingsOf(candidateOf(one('workingMs', [1, 2])), historyOf(), { rounds: 10, most, looks })).toEqual([])
})

/** What comes of an execution that may stop, as a worker makes it. */
function executed(draw: Draw, baseline: Baseline, factor: number, sigma: number, ask?: number) {
  const all = draw.runs(Math.ceil(most * (1 + confirmationRatio)), sigma, factor)
  const detect = { latencyMs: ask }
  const until = (runs: number): MetricValues => one('workingMs', all.slice(0, runs))
  const rounds =
    looks.find((look) => {
      const standings = standingsOf(candidateOf(until(look), { detect }), baseline, { rounds: look, most, looks })
      return standings.some((standing) => standing.answer !== 'open')
    }) ?? most
  const isSuspect = suspects(candidateOf(until(rounds)), baseline).length > 0
  const made = isSuspect ? Math.ceil(rounds * (1 + confirmationRatio)) : rounds
  const fresh = isSuspect ? one('workingMs', all.slice(rounds, made)) : undefined
  const candidate = candidateOf(until(made), { fresh, detect, progress: { rounds, most, looks } })
  return { rounds, finding: compareWithBaseline(candidate, baseline)[0] }
}

// Log-normal runs and drift; the whole tables are in METHODOLOGY.md.
describe('simulated executions of at most 50 runs', () => {
  const many = (
    factor: number,
    { sigma = 0.2, drift = 0.03, count = 20, ask = undefined as number | undefined } = {},
  ) => {
    const draw = drawing(20)
    const all = Array.from({ length: count }, () =>
      executed(draw, baselineOf(draw, sigma, drift), factor * draw.drift(drift), sigma, ask),
    )
    const found = all.filter(({ finding }) => finding?.status === 'worse').length / count
    const seen = all.reduce((sum, { finding }) => sum + (finding?.detectableRatio ?? 0), 0) / count
    return { found, seen, rounds: all.reduce((sum, { rounds }) => sum + rounds, 0) / count }
  }

  test.each([0, 0.03, 0.08])(
    'in which nothing changed are never called worse, and stop half-way, under a drift of %d',
    (drift) => {
      const { found, rounds } = many(1, { drift })
      expect(found).toBe(0)
      expect(rounds).toBeLessThan(25)
    },
  )

  test('stop earlier where less has to be found', () => {
    expect(many(1, { ask: 0.6 }).rounds).toBeLessThan(many(1).rounds - 3)
  })

  test('find what they say that they would find in nine of ten', () => {
    const { seen } = many(1)
    const { found } = many(1 + seen, { count: 60 })
    expect(found).toBeGreaterThan(0.82)
    expect(found).toBeLessThan(0.98)
  })

  test('find a doubling, and soon', () => {
    const { found, rounds } = many(2)
    expect(found).toBe(1)
    expect(rounds).toBeLessThan(13)
  })
})
