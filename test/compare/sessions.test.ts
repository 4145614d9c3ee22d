import { describe, expect, test } from 'vitest'
import { bySession } from '../../src/compare/evidence/by-session.ts'
import { contestOf } from '../../src/compare/evidence/contest.ts'
import { standardError } from '../../src/compare/evidence/evidence.ts'
import { knownExecutions } from '../../src/compare/evidence/known-executions.ts'
import { smallestEffectRatio } from '../../src/compare/evidence/rule.ts'
import { fewestScenarios, sessionDrift } from '../../src/compare/session/session-drift.ts'
import { compareSuite } from '../../src/compare/suite/suite.ts'
import type { Baseline, PastExecution } from '../../src/domain/baseline.ts'
import { committedLines } from '../../src/domain/baseline.ts'
import { times } from '../domain/given.ts'
import { type Draw, drawing, find, historyOf, measured, one, pastExecution, resultsOf, same } from './given.ts'

/** `executions` executions of 20 runs in each of `sessions` sessions, newest first, each session with a drift of its own. */
function drawn(draw: Draw, sessions: number, executions: number, drift: number, sigma = 0.1): PastExecution[] {
  return times(sessions, (position) => {
    const factor = draw.drift(drift)
    return times(executions, () =>
      pastExecution(one('workingMs', draw.runs(20, sigma, factor)), { session: `${sessions - position}` }),
    )
  }).flat()
}

/** What `values` are held against, of which something has to be known. */
function contest(values: number[], baseline: Baseline) {
  const found = contestOf('workingMs', [values], same, baseline)
  if ('status' in found || found.noise === undefined) throw new Error('expected a contest')
  return { ...found, noise: found.noise }
}

describe('executions in groups', () => {
  const named = (execution: string, session?: string) => ({ execution, session })
  const groups = (given: { execution: string; session?: string | undefined }[]) =>
    bySession(given).map((group) => group.map(({ execution }) => execution).join(''))

  test('are those of one session, in the order in which they came', () => {
    expect(groups([named('d', '2'), named('c', '2'), named('b', '1'), named('a', '1')])).toEqual(['dc', 'ba'])
  })

  test('stand alone where nobody knows their session', () => {
    expect(groups([named('c'), named('b'), named('a', '1')])).toEqual(['c', 'b', 'a'])
  })
})

describe('a baseline that was filled in one session', () => {
  const draw = drawing(7)
  const filled = historyOf(...drawn(draw, 1, 5, 0))
  const grown = historyOf(...drawn(draw, 5, 1, 0))

  test('is as young as one execution', () => {
    const now = draw.runs(20, 0.1)
    expect(find(one('workingMs', now), filled).executions).toBe(1)
    expect(find(one('workingMs', now), grown).executions).toBe(5)
  })

  test('needs a larger effect than one that has grown', () => {
    const slower = one('workingMs', draw.runs(20, 0.1, 1.35))
    expect(find(slower, grown).status).toBe('worse')
    expect(find(slower, filled).status).not.toBe('worse')
    const doubled = one('workingMs', draw.runs(20, 0.1, 2))
    expect(find(doubled, filled).status).toBe('worse')
    expect(smallestEffectRatio('workingMs', 1)).toBeGreaterThan(0.35)
  })

  test('counts every run, so that its location is surer than that of a single execution', () => {
    const single = contest(draw.runs(20, 0.1), historyOf(...drawn(draw, 1, 1, 0))).noise
    const { noise } = contest(draw.runs(20, 0.1), filled)
    expect(noise.baselineWeight).toBeCloseTo(single.baselineWeight / 5, 12)
    expect(standardError(noise, false).error).toBeLessThan(0.85 * standardError(single, false).error)
    // Of drift it knows as much as that one.
    expect(noise.executions).toBe(1)
    expect(noise.drift).toEqual(single.drift)
  })
})

test('what sessions differ by is known from as many as there were, however often each was measured', () => {
  const draw = drawing(8)
  const past = [1, 1.5].flatMap((factor) =>
    times(5, () => pastExecution(one('workingMs', draw.runs(20, 0.02, factor)), { session: `${factor}` })),
  )
  const drift = (history: PastExecution[]) => contest(draw.runs(20, 0.02), historyOf(...history)).noise.drift
  expect(drift(past).degrees).toBe(1)
  // (log 1.5)² / 2
  expect(drift(past).variance).toBeCloseTo(0.0822, 2)
  expect(drift(past.map(({ session: _, ...unknown }) => unknown)).degrees).toBe(9)
})

test('a session of many executions counts by its share: five in one and one in each of four are fewer than nine and than five', () => {
  const draw = drawing(9)
  const uneven = historyOf(
    ...drawn(draw, 4, 1, 0),
    ...drawn(draw, 1, 5, 0).map((past) => ({ ...past, session: 'first' })),
  )
  const { noise, executions } = contest(draw.runs(20, 0.1), uneven)
  expect(executions).toBe(5)
  // 180² / (100² + 4 · 20²)
  expect(noise.executions).toBeCloseTo(2.793_103_448_275_86, 12)
  expect(contest(draw.runs(20, 0.1), historyOf(...drawn(draw, 5, 3, 0))).noise.executions).toBe(5)
})

test('one scenario that fills its baseline is one scenario of its session, and tells nothing of a shared drift', () => {
  const draw = drawing(10)
  const executions = drawn(draw, 3, 5, 0.05).map(({ session = '', values }) => ({
    session,
    values: values.workingMs ?? [],
  }))
  expect(sessionDrift([executions])).toBeUndefined()
  expect(sessionDrift(times(fewestScenarios, () => executions))?.sessions).toBe(3)
})

describe('a suite whose scenarios were executed several times in one session', () => {
  const draw = drawing(12)
  /** `executions` executions of one scenario, of which each run takes `factor` times as long. */
  const executed = (executions: number, factor = 1) =>
    resultsOf(
      times(executions, () =>
        measured(
          'refund',
          draw.runs(20, 0.05, factor).map((endedAtMs) => ({ endedAtMs })),
        ),
      ),
    )

  test('shares nothing that one of them has of its own', () => {
    const past = times(6, () => executed(1))
    const comparison = compareSuite(past, executed(fewestScenarios, 1.5))
    expect(comparison.shift).toBeUndefined()
    expect(comparison.status).toBe('fail')
  })

  test('has as many past sessions as results', () => {
    const [scenario] = compareSuite(
      times(3, () => executed(4)),
      executed(1),
    ).scenarios
    expect(scenario?.findings.find(({ metric }) => metric === 'workingMs')?.executions).toBe(3)
  })
})

describe('the executions that a baseline knows', () => {
  const past = (more: Partial<PastExecution> = {}) => pastExecution(one('steps', [2, 2]), more)
  const lines = committedLines(one('steps', [2, 2]))
  const entry = { ...same, metrics: lines }

  test('are those that may be compared, whatever session they are from', () => {
    expect(knownExecutions(historyOf(), same)).toBe(0)
    expect(knownExecutions(historyOf(past({ session: '1' }), past({ session: '1' }), past()), same)).toBe(3)
    expect(knownExecutions(historyOf(past(), past({ model: 'another' }), past()), same)).toBe(2)
  })

  test('end where the level began', () => {
    expect(knownExecutions(historyOf(past(), past({ startsLevel: ['steps'] }), past()), same)).toBe(2)
  })

  test('end where somebody committed another level', () => {
    const history = [past({ committed: { steps: 2 } }), past({ committed: { steps: 3 } }), past()]
    expect(knownExecutions({ ...historyOf(...history), entry }, same)).toBe(1)
    expect(knownExecutions(historyOf(...history), same)).toBe(3)
  })

  test('are none where the committed entry is of another scenario, for it is new then', () => {
    const other = { ...entry, cases: 'others' }
    expect(knownExecutions({ ...historyOf(past()), entry: other }, same)).toBe(0)
  })
})
