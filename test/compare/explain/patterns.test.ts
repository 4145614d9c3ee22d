import { describe, expect, test } from 'vitest'
import { patternsOf } from '../../../src/compare/explain/patterns.ts'
import { type Baseline, lineOf, type TrailPoint } from '../../../src/domain/baseline.ts'
import type { BaselineLine, BaselineMetric, Finding } from '../../../src/domain/finding.ts'
import type { Pattern } from '../../../src/domain/pattern.ts'
import { times } from '../../domain/given.ts'
import { type Draw, drawing, environmentKey, same } from '../given.ts'

type Lines = TrailPoint['lines']

const day = (position: number) => new Date(Date.UTC(2026, 9, 1 + position, 9)).toISOString()

function point(lines: Lines, position: number, more: Partial<TrailPoint> = {}): TrailPoint {
  return { ...same, execution: `${position}`, startedAt: day(position), startsLevel: [], lines, ...more }
}

/** The patterns of `executions`, the oldest first, of which the last one is judged. */
function patterns(
  executions: readonly Lines[],
  more: Partial<Baseline> = {},
  judged: Partial<Finding> = {},
): Pattern[] {
  const trail = executions
    .slice(0, -1)
    .map((lines, position) => point(lines, position))
    .toReversed()
  return patternsOf(findingsOf(executions.at(-1) ?? {}, judged), same, { history: [], trail, environmentKey, ...more })
}

function findingsOf(lines: Lines, more: Partial<Finding> = {}): Finding[] {
  return Object.entries(lines).flatMap(([metric, known]): Finding[] =>
    known === undefined
      ? []
      : [{ metric: metric as BaselineMetric, status: 'same', baseline: known, candidate: known, ...more }],
  )
}

const line = (location: number, within = 0.1): BaselineLine => ({ n: 20, location, within })
/** Lines of one metric that lie around where `level` says, 3% off. */
const around = (
  draw: Draw,
  metric: BaselineMetric,
  count: number,
  level: (position: number) => number,
  within?: number,
) => times(count, (position): Lines => ({ [metric]: line(1000 * level(position) * draw.drift(0.03), within) }))

const kinds = (found: readonly Pattern[]) => found.map(({ kind, metric }) => `${kind} of ${metric}`)

describe('a creep', () => {
  test('is 1.5% an execution, none of which is a regression', () => {
    const [found, ...others] = patterns(around(drawing(1), 'workingMs', 25, (position) => 1.015 ** position))
    expect(others).toEqual([])
    expect(found).toMatchObject({ kind: 'creep', metric: 'workingMs', executions: 25, since: day(0) })
    expect((found?.after ?? 0) / (found?.before ?? 1)).toBeCloseTo(1.28, 1)
    expect(found?.p).toBeLessThan(0.001)
  })

  test('of success and scores is downwards', () => {
    const draw = drawing(2)
    const falling = times(
      25,
      (position): Lines => ({ 'scores.polite': line(0.95 - 0.01 * position + 0.01 * draw.normal()) }),
    )
    expect(kinds(patterns(falling))).toEqual(['creep of scores.polite'])
    expect(kinds(patterns(falling.toReversed()))).toEqual([])
  })

  test('is nothing that gets better', () => {
    expect(patterns(around(drawing(3), 'workingMs', 25, (position) => 0.98 ** position))).toEqual([])
  })

  test('is not told of a trend that adds up to less than 10%', () => {
    const quiet = times(25, (position): Lines => ({ inputTokens: line(1000 * 1.003 ** position + (position % 2)) }))
    expect(patterns(quiet)).toEqual([])
  })

  test('takes eight executions', () => {
    const rising = (count: number) => times(count, (position): Lines => ({ workingMs: line(1000 * 1.05 ** position) }))
    expect(patterns(rising(7))).toEqual([])
    expect(kinds(patterns(rising(8)))).toEqual(['creep of workingMs'])
  })

  test('counts executions of one session as one', () => {
    const rising = times(9, (position) =>
      point({ workingMs: line(1000 * 1.05 ** position) }, position, { session: `${position >> 1}` }),
    )
    const findings = findingsOf({ workingMs: line(1000 * 1.05 ** 9) })
    expect(patternsOf(findings, same, { history: [], trail: rising.toReversed(), environmentKey })).toEqual([])
  })

  test('begins anew with a level that somebody accepted', () => {
    const rising = times(24, (position) => point({ workingMs: line(1000 * 1.015 ** position) }, position))
    const accepted = rising.with(20, point({ workingMs: line(1000 * 1.015 ** 20) }, 20, { startsLevel: ['workingMs'] }))
    const findings = findingsOf({ workingMs: line(1000 * 1.015 ** 24) })
    const found = (trail: TrailPoint[]) =>
      patternsOf(findings, same, { history: [], trail: trail.toReversed(), environmentKey })
    expect(kinds(found(rising))).toEqual(['creep of workingMs'])
    expect(found(accepted)).toEqual([])
  })

  test('does not count an execution that is no part of the baseline', () => {
    const rising = around(drawing(1), 'workingMs', 25, (position) => 1.015 ** position)
    for (const status of ['worse', 'unclear'] as const) expect(patterns(rising, {}, { status })[0]?.executions).toBe(24)
  })

  test('does not count executions of other cases or another model', () => {
    const trail = times(24, (position) =>
      point({ workingMs: line(1000 * 1.02 ** position) }, position, { cases: 'old' }),
    )
    const findings = findingsOf({ workingMs: line(1600) })
    expect(patternsOf(findings, same, { history: [], trail: trail.toReversed(), environmentKey })).toEqual([])
  })

  test('is told from the history where nobody kept a trail', () => {
    const history = times(10, (position) => ({
      ...same,
      execution: `${position}`,
      startedAt: day(position),
      startsLevel: [],
      values: { workingMs: [times(20, (run) => (1000 + run) * 1.04 ** position)] },
    })).toReversed()
    const findings = findingsOf({ workingMs: line(1000 * 1.04 ** 10) })
    expect(kinds(patternsOf(findings, same, { history, environmentKey }))).toEqual(['creep of workingMs'])
  })
})

describe('a walk away from the committed line', () => {
  const committedAt = (location: number, within?: number): Partial<Baseline> => ({
    entry: { ...same, metrics: { inputTokens: line(location, within) } },
  })

  test('is a creep, though the history of this machine is too short for a trend', () => {
    const draw = drawing(4)
    const there = times(4, (): Lines => ({ inputTokens: line(1180 * draw.drift(0.01)) }))
    const [found, ...others] = patterns(there, committedAt(1000))
    expect(others).toEqual([])
    expect(found).toMatchObject({ kind: 'creep', before: 1000, executions: 4 })
    expect(found?.since).toBeUndefined()
    expect(patterns(there, committedAt(1120))).toEqual([])
  })

  test('takes three executions', () => {
    const there = (count: number) => times(count, (position): Lines => ({ inputTokens: line(1300 + position) }))
    expect(patterns(there(2), committedAt(1000))).toEqual([])
    expect(kinds(patterns(there(3), committedAt(1000)))).toEqual(['creep of inputTokens'])
  })

  test('of what never varies is told from 5% on', () => {
    const there = (location: number) => times(5, (): Lines => ({ inputTokens: line(location, 0) }))
    expect(kinds(patterns(there(1060), committedAt(1000, 0)))).toEqual(['creep of inputTokens'])
    expect(patterns(there(1040), committedAt(1000, 0))).toEqual([])
  })

  test('of success is told by counts', () => {
    const entry = { ...same, metrics: { successRatio: { n: 20, location: 1, within: 0 } } }
    const there = (location: number) => times(5, (): Lines => ({ successRatio: { n: 20, location, within: 0.2 } }))
    expect(patterns(there(0.9), { entry })).toEqual([])
    expect(kinds(patterns(there(0.5), { entry }))).toEqual(['creep of successRatio'])
  })

  test('is none from a line of other cases', () => {
    const there = times(5, (): Lines => ({ inputTokens: line(1300) }))
    expect(patterns(there, { entry: { ...same, cases: 'old', metrics: { inputTokens: line(1000) } } })).toEqual([])
  })
})

describe('a step', () => {
  const stepped = (seed: number, count: number, at: number, factor = 1.2) =>
    around(drawing(seed), 'workingMs', count, (position) => (position >= at ? factor : 1))

  test('is told with the day on which the new level began', () => {
    const [found, ...others] = patterns(stepped(5, 30, 23))
    expect(others).toEqual([])
    expect(found).toMatchObject({ kind: 'step', executions: 30, count: 7, since: day(23) })
    expect((found?.after ?? 0) / (found?.before ?? 1)).toBeCloseTo(1.2, 1)
  })

  test('is no news any more after ten executions', () => {
    expect(kinds(patterns(stepped(6, 40, 29)))).not.toContain('step of workingMs')
  })

  test('for the better is none', () => {
    expect(patterns(stepped(7, 30, 23, 0.8))).toEqual([])
  })

  test('that is gone again is none', () => {
    const gone = around(drawing(8), 'workingMs', 30, (position) => (position >= 20 && position < 25 ? 1.3 : 1))
    expect(kinds(patterns(gone))).not.toContain('step of workingMs')
  })
})

describe('levels that were accepted one after another', () => {
  const accepted = (factors: number[]) => {
    const points = factors.flatMap((factor, level) =>
      times(3, (position) =>
        point({ steps: line(10 * factor + 0.01 * position) }, 3 * level + position, {
          startsLevel: level > 0 && position === 0 ? ['steps'] : [],
        }),
      ),
    )
    const findings = findingsOf({ steps: line(10 * (factors.at(-1) ?? 1)) })
    return patternsOf(findings, same, { history: [], trail: points.toReversed(), environmentKey })
  }

  test('are told from where to where they went, from the second on', () => {
    expect(accepted([1, 1.2])).toEqual([])
    expect(accepted([1, 1.2, 1.5])).toMatchObject([{ kind: 'levels', metric: 'steps', count: 2, since: day(3) }])
    const [found] = accepted([1, 1.2, 1.5])
    expect([found?.before, found?.after]).toEqual([expect.closeTo(10, 0), expect.closeTo(15, 0)])
  })

  test('are none where one went back', () => {
    expect(accepted([1, 1.3, 1])).toEqual([])
    expect(accepted([1, 1.3, 1, 1.1])).toEqual([])
  })
})

describe('a spread', () => {
  const spread = (grown: number, count = 30) => {
    const draw = drawing(9)
    return times(
      count,
      (position): Lines => ({
        workingMs: line(1000 * draw.drift(0.02), 0.1 * draw.drift(0.15) * (position >= 22 ? grown : 1)),
      }),
    )
  }

  test('that doubled is told, with when it did', () => {
    const [found, ...others] = patterns(spread(2.2))
    expect(others).toEqual([])
    expect(found).toMatchObject({ kind: 'spread', metric: 'workingMs', count: 8, since: day(22) })
    expect((found?.after ?? 0) / (found?.before ?? 1)).toBeCloseTo(2.2, 0)
  })

  test('that grew by less than half, or fell, is not', () => {
    expect(patterns(spread(1.3))).toEqual([])
    expect(patterns(spread(0.4))).toEqual([])
  })

  test('that still hides nothing is not', () => {
    const tiny = times(
      30,
      (position): Lines => ({ inputTokens: line(1000 + (position % 3), position >= 20 ? 0.015 : 0.005) }),
    )
    expect(patterns(tiny)).toEqual([])
  })
})

describe('what moves along', () => {
  test('is the driver that correlates most', () => {
    const draw = drawing(10)
    const executions = times(25, (position): Lines => {
      const tokens = 1.02 ** position * draw.drift(0.03)
      return {
        workingMs: line(1000 * tokens * draw.drift(0.01)),
        outputTokens: line(300 * tokens),
        inputTokens: line(2000 * draw.drift(0.03)),
      }
    })
    expect(patterns(executions)).toMatchObject([
      { kind: 'creep', metric: 'workingMs', along: 'outputTokens' },
      { kind: 'creep', metric: 'outputTokens' },
    ])
  })

  test('is nothing where the drivers stayed', () => {
    const draw = drawing(11)
    const executions = times(
      25,
      (position): Lines => ({
        workingMs: line(1000 * 1.02 ** position),
        outputTokens: line(300 * draw.drift(0.03)),
      }),
    )
    expect(patterns(executions)[0]?.along).toBeUndefined()
  })
})

describe('where nothing changes', () => {
  /** Executions of one agent whose times drift by `drift` from one to the next, and depend on the one before by `rho`. */
  function quiet(draw: Draw, count: number, drift: number, rho: number): Lines[] {
    let state = draw.normal()
    return times(count, (): Lines => {
      state = rho * state + Math.sqrt(1 - rho ** 2) * draw.normal()
      const factor = Math.exp(drift * state)
      return {
        workingMs: lineOf('workingMs', [draw.runs(20, 0.2, factor)]),
        inputTokens: lineOf('inputTokens', [draw.runs(20, 0.03)]),
        outputTokens: lineOf('outputTokens', [draw.runs(20, 0.35)]),
        successRatio: lineOf('successRatio', [times(20, () => (draw.uniform() < 0.95 ? 1 : 0))]),
      }
    })
  }

  test.for([
    [12, 0.03, 0],
    [30, 0.03, 0.2],
    [30, 0.08, 0.2],
  ] as const)(
    '%d executions that drift by %d show a pattern in one of a hundred at most (autocorrelation %d)',
    ([count, drift, rho]) => {
      const draw = drawing(12)
      const suites = times(200, () => {
        const executions = quiet(draw, count, drift, rho)
        const committed = Object.entries(executions[0] ?? {}).filter(([metric]) => metric !== 'workingMs')
        return patterns(executions, { entry: { ...same, metrics: Object.fromEntries(committed) } }).length > 0
      })
      expect(suites.filter((found) => found).length).toBeLessThanOrEqual(2)
    },
  )

  test('what never varies shows none', () => {
    expect(patterns(times(30, (): Lines => ({ steps: line(4, 0) })))).toEqual([])
  })

  test('nothing is looked for without a baseline, nor in what follows others', () => {
    const rising = times(25, (position): Lines => ({ totalTokens: line(1000 * 1.03 ** position) }))
    expect(patterns(rising, {}, { follows: ['inputTokens', 'outputTokens'] })).toEqual([])
    expect(patterns(rising, {}, { baseline: undefined, status: 'notJudged' })).toEqual([])
  })
})
