import { describe, expect, test } from 'vitest'
import { compareSuite, type SuiteComparison } from '../../../src/compare/suite/suite.ts'
import type { ExecutionRecord, Results } from '../../../src/domain/record.ts'
import { type GivenRun, times } from '../../domain/given.ts'
import { type Draw, drawing, measured, resultsOf } from '../given.ts'

const names = ['refund', 'book', 'cancel', 'greet', 'search', 'route', 'sum', 'translate']
const sigmas = [0.05, 0.1, 0.1, 0.2, 0.2, 0.05, 0.1, 0.2]

/** How a scenario differs from what it was. */
interface Change {
  time?: number
  tokens?: number
  failed?: number
}

function runsOf(draw: Draw, sigma: number, { time = 1, tokens = 1, failed = 0 }: Change, session: number): GivenRun[] {
  const counts = draw.runs(20, 0.1, tokens)
  return draw.runs(20, sigma, time * session).map((endedAtMs, run) => ({
    endedAtMs,
    outcome: run < failed ? 'wrong' : 'ok',
    values: { inputTokens: Math.round(counts[run] ?? 0), outputTokens: 100, steps: 2 },
  }))
}

/** A session of the suite, in which everything takes `session` times as long. */
function session(
  draw: Draw,
  changes: Record<string, Change> = {},
  {
    factor = 1,
    scenarios = names,
    more = {},
  }: { factor?: number; scenarios?: string[]; more?: Partial<ExecutionRecord> } = {},
): Results {
  return resultsOf(
    scenarios.map((name, position) =>
      measured(name, runsOf(draw, sigmas[position] ?? 0.1, changes[name] ?? {}, factor), more),
    ),
  )
}

const pastOf = (draw: Draw, drift = 0.02, count = 6) =>
  times(count, () => session(draw, {}, { factor: draw.drift(drift) }))
const statuses = ({ scenarios }: SuiteComparison, metric = 'workingMs') =>
  Object.fromEntries(
    scenarios.map(({ identity, findings }) => [identity.name, findings.find((one) => one.metric === metric)?.status]),
  )
const all = (status: string) => Object.fromEntries(names.map((name) => [name, status]))

describe('a suite against executions of it that came before', () => {
  test('passes where nothing has changed', () => {
    const draw = drawing(91)
    const comparison = compareSuite(pastOf(draw), session(draw))
    expect(comparison).toMatchObject({ status: 'pass', missing: [], added: [] })
    expect(statuses(comparison)).toEqual(all('same'))
    expect(comparison.shift).toMatchObject({ significant: false, scenarios: 8 })
  })

  test('fails where one scenario got slower, and only that one', () => {
    const draw = drawing(92)
    const comparison = compareSuite(pastOf(draw), session(draw, { cancel: { time: 1.4 } }))
    expect(comparison.status).toBe('fail')
    expect(statuses(comparison)).toEqual({ ...all('same'), cancel: 'worse' })
    expect(comparison.shift?.significant).toBe(false)
  })

  test('sees the most precise of them get slower, which by itself outweighs the others', () => {
    const draw = drawing(93)
    const still = (factor: number) =>
      measured(
        'clock',
        times(20, (run) => ({ endedAtMs: 1000 * factor + Math.sin(run) })),
      )
    const with_ = (results: Results, factor: number) => resultsOf([still(factor), ...results.records])
    const past = times(6, () => with_(session(draw), 1))
    expect(statuses(compareSuite(past, with_(session(draw), 1.3)))).toEqual({ ...all('same'), clock: 'worse' })
    expect(statuses(compareSuite(past, with_(session(draw), 1)))).toEqual({ ...all('same'), clock: 'same' })
  })

  test('sees more tokens and failures', () => {
    const draw = drawing(94)
    const comparison = compareSuite(pastOf(draw), session(draw, { book: { tokens: 1.4 }, route: { failed: 9 } }))
    expect(statuses(comparison, 'inputTokens')).toEqual({ ...all('same'), book: 'worse' })
    expect(statuses(comparison, 'successRatio')).toEqual({ ...all('same'), route: 'worse' })
  })

  test('adjusts p for the number of tests in it', () => {
    const draw = drawing(95)
    const [past, own] = [pastOf(draw), session(draw, { cancel: { tokens: 1.2 } })]
    const p = (count: number) => {
      const only = (results: Results) =>
        resultsOf(results.records.filter(({ identity }) => names.slice(0, count).includes(identity.name)))
      const findings = compareSuite(past.map(only), only(own)).scenarios.find(
        ({ identity }) => identity.name === 'cancel',
      )
      return findings?.findings.find(({ metric }) => metric === 'inputTokens')?.p ?? Number.NaN
    }
    expect(p(8)).toBeGreaterThan(1.3 * p(5))
    expect(p(8)).toBeLessThan(2 * p(5))
  })

  test('takes the past in any order', () => {
    const draw = drawing(96)
    const [past, own] = [pastOf(draw), session(draw, { cancel: { time: 1.4 } })]
    const [one, other] = [compareSuite(past, own), compareSuite(past.toReversed(), own)]
    expect(other.status).toBe(one.status)
    expect(statuses(other)).toEqual(statuses(one))
    expect(other.shift?.ratio).toBeCloseTo(one.shift?.ratio ?? Number.NaN, 9)
  })

  test('where nothing has changed is hardly ever red, on machines that drift by 8% too', () => {
    const draw = drawing(97)
    const red = times(
      20,
      () => compareSuite(pastOf(draw, 0.08), session(draw, {}, { factor: draw.drift(0.08) })).status,
    )
    expect(red.filter((status) => status === 'fail').length).toBe(0)
  })
})

describe('what all times share', () => {
  test('is told as one finding about the machine or the provider, and no scenario is red for it', () => {
    const draw = drawing(98)
    const comparison = compareSuite(pastOf(draw), session(draw, {}, { factor: 1.3 }))
    expect(comparison.shift).toMatchObject({ significant: true, scenarios: 8, ratio: expect.closeTo(0.3, 1) })
    expect(comparison.shift?.p).toBeLessThan(0.01)
    expect(comparison.status).toBe('inconclusive')
    expect(statuses(comparison)).toEqual(all('same'))
    for (const { findings } of comparison.scenarios)
      expect(findings.find(({ metric }) => metric === 'workingMs')).toMatchObject({
        sharedRatio: expect.closeTo(0.3, 1),
        changeRatio: expect.closeTo(0.3, 0),
      })
  })

  test('fails where it is beyond what any machine drifts by, and says nothing where all got faster', () => {
    const draw = drawing(102)
    const past = pastOf(draw)
    const doubled = compareSuite(past, session(draw, {}, { factor: 2 }))
    expect(doubled).toMatchObject({ status: 'fail', shift: { significant: true, beyondDrift: true } })
    expect(statuses(doubled)).toEqual(all('same'))
    const halved = compareSuite(past, session(draw, {}, { factor: 0.5 }))
    expect(halved).toMatchObject({ status: 'pass', shift: { significant: true, beyondDrift: false } })
  })

  test('hides no scenario that got slower still', () => {
    const draw = drawing(99)
    const comparison = compareSuite(pastOf(draw), session(draw, { greet: { time: 1.6 } }, { factor: 1.3 }))
    expect(statuses(comparison)).toEqual({ ...all('same'), greet: 'worse' })
  })

  test('is not significant where sessions have differed as much before', () => {
    const draw = drawing(100)
    const past = times(6, (position) => session(draw, {}, { factor: [1, 1.3, 0.9, 1.2, 0.8, 1.1][position] ?? 1 }))
    const { shift } = compareSuite(past, session(draw, {}, { factor: 1.3 }))
    expect(shift?.ratio).toBeGreaterThan(0.15)
    expect(shift?.significant).toBe(false)
  })

  test('is not told from fewer than five scenarios: then each is judged as it is', () => {
    const draw = drawing(101)
    const scenarios = names.slice(0, 4)
    const past = times(6, () => session(draw, {}, { scenarios }))
    const comparison = compareSuite(past, session(draw, {}, { scenarios, factor: 1.6 }))
    expect(comparison.shift).toBeUndefined()
    expect(new Set(Object.values(statuses(comparison)))).toEqual(new Set(['worse']))
  })
})

describe('what cannot be compared', () => {
  const draw = drawing(102)
  const past = pastOf(draw)

  test('is told: scenarios that are missing, and those that are new', () => {
    const comparison = compareSuite(past, session(draw, {}, { scenarios: [...names.slice(1), 'new one'] }))
    expect(comparison).toMatchObject({ missing: ['refund'], added: ['new one'] })
    expect(comparison.scenarios.map(({ identity }) => identity.name)).not.toContain('new one')
  })

  test('two scenarios of one name in different files are two', () => {
    const elsewhere = session(draw).records.map((record) => ({
      ...record,
      identity: { ...record.identity, file: 'b.perf.ts' },
    }))
    const comparison = compareSuite(past, resultsOf(elsewhere))
    expect(comparison).toMatchObject({ status: 'inconclusive', scenarios: [], missing: names, added: names })
  })

  test('makes it inconclusive where samples are not in the file', () => {
    const [first, ...others] = session(draw).records
    if (first === undefined) throw new Error('expected a record')
    const comparison = compareSuite(past, resultsOf([{ ...first, samples: undefined }, ...others]))
    expect(comparison.status).toBe('inconclusive')
    expect(comparison.scenarios[0]).toMatchObject({ findings: [], reason: 'Its samples are not in the file.' })
  })

  test('makes it inconclusive where the model changed', () => {
    const [one] = session(draw).records
    if (one === undefined) throw new Error('expected a record')
    const comparability = { ...one.comparability, model: 'gpt-6' }
    const comparison = compareSuite(past, session(draw, {}, { more: { comparability } }))
    expect(comparison.status).toBe('inconclusive')
    expect(statuses(comparison, 'inputTokens')).toEqual(all('new'))
  })

  test('nothing at all is no pass', () => {
    expect(compareSuite([], session(draw)).status).toBe('inconclusive')
    expect(compareSuite(past, resultsOf([])).status).toBe('inconclusive')
  })

  test('on another kind of machine is no time; tokens are', () => {
    const comparison = compareSuite(
      past,
      session(draw, { book: { tokens: 1.5 } }, { factor: 3, more: { environmentKey: 'a faster one' } }),
    )
    expect(statuses(comparison)).toEqual(all('notJudged'))
    expect(statuses(comparison, 'inputTokens')).toEqual({ ...all('same'), book: 'worse' })
  })

  test('sessions of another kind of machine, and those of another mode, are no drift of this one', () => {
    const slow = { ...session(draw, {}, { factor: 4, more: { environmentKey: 'a slow one' } }) }
    const [one] = past[0]?.records ?? []
    if (one === undefined) throw new Error('expected a record')
    const replayed = session(
      draw,
      {},
      {
        factor: 0.01,
        more: { comparability: { ...one.comparability, mode: 'replay' } },
      },
    )
    const mixed = [slow, ...past, replayed, slow, replayed]
    const { shift } = compareSuite(mixed, session(draw, {}, { factor: 1.3 }))
    expect(shift).toMatchObject({ significant: true })
    expect(statuses(compareSuite(mixed, session(draw, { greet: { time: 1.5 } })))).toEqual({
      ...all('same'),
      greet: 'worse',
    })
  })
})

describe('a test that was retried', () => {
  test('is what its last attempt came to', () => {
    const draw = drawing(103)
    const past = pastOf(draw)
    const own = session(draw)
    const slow = measured('book', runsOf(draw, 0.1, { time: 2 }, 1), { attempt: 0 })
    const again = measured('book', runsOf(draw, 0.1, {}, 1), { attempt: 1 })
    const others = own.records.filter(({ identity }) => identity.name !== 'book')
    const retried = compareSuite(past, resultsOf([slow, again, ...others]))
    expect(retried.status).toBe('pass')
    expect(retried.scenarios).toHaveLength(8)
    expect(compareSuite(past, resultsOf([again, { ...slow, attempt: 2 }, ...others])).status).toBe('fail')
  })

  test('in the past is so, too', () => {
    const draw = drawing(104)
    const slow = (attempt: number) => measured('book', runsOf(draw, 0.1, { time: 3 }, 1), { attempt })
    const past = pastOf(draw).map(({ records }) =>
      resultsOf([
        slow(0),
        ...records.map((record) => ({ ...record, attempt: record.identity.name === 'book' ? 1 : 0 })),
      ]),
    )
    const comparison = compareSuite(past, session(draw, { book: { time: 1.5 } }))
    expect(statuses(comparison)).toEqual({ ...all('same'), book: 'worse' })
  })
})
