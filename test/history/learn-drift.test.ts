import { describe, expect, test } from 'vitest'
import type { PastExecution } from '../../src/domain/baseline.ts'
import type { HistoryFile } from '../../src/history/history-file.ts'
import { learnDrift } from '../../src/history/learn-drift.ts'
import { drawing, one, pastExecution } from '../compare/given.ts'
import { times } from '../domain/given.ts'

/** A history of `scenarios` scenarios, measured in a session for each of `factors`, newest first. */
function history(
  name: string,
  scenarios: number,
  factors: readonly number[],
  change: (execution: PastExecution, session: number) => PastExecution = (execution) => execution,
): HistoryFile {
  const draw = drawing(141)
  const executions = () =>
    factors.map((factor, session) =>
      change(pastExecution(one('workingMs', draw.runs(20, 0.1, factor)), { session: String(session) }), session),
    )
  return {
    schemaVersion: 1,
    environmentKey: 'here',
    scenarios: Object.fromEntries(times(scenarios, (position) => [`${name} ${position}`, executions()])),
  }
}

const factors = [1, 1.2, 0.9, 1.1, 0.85, 1.05]

describe('what sessions differ by', () => {
  test('is learnt from all files together, and noted in each', () => {
    const files = [history('a', 3, factors), history('b', 2, factors)]
    learnDrift(files)
    const [first, second] = files
    expect(first?.drift).toMatchObject({ sessions: 6, deviation: expect.closeTo(0.13, 1) })
    expect(second?.drift).toEqual(first?.drift)
  })

  test('is little where sessions hardly differ', () => {
    const calm = history(
      'a',
      8,
      times(6, () => 1),
    )
    learnDrift([calm])
    expect(calm.drift?.deviation).toBeLessThan(0.03)
  })

  test('stays what a file knew where there are too few to tell', () => {
    const few = { ...history('a', 4, factors), drift: { deviation: 0.07, sessions: 9 } }
    learnDrift([few])
    expect(few.drift).toEqual({ deviation: 0.07, sessions: 9 })
    const fresh = history('a', 4, factors)
    learnDrift([fresh])
    expect(fresh.drift).toBeUndefined()
  })

  test('is not what a change made that was accepted as a new level', () => {
    const levels = [1.5, 1.5, 1.5, 1, 1, 1]
    const blind = history('a', 6, levels)
    const known = history('a', 6, levels, (execution, session) =>
      session === 2 ? { ...execution, startsLevel: ['workingMs'] } : execution,
    )
    learnDrift([blind])
    learnDrift([known])
    expect(blind.drift?.deviation).toBeGreaterThan(0.15)
    expect(known.drift).toMatchObject({ sessions: 3 })
    expect(known.drift?.deviation).toBeLessThan(0.05)
  })

  test('executions from before there were sessions, or without times, tell nothing', () => {
    const old = history('a', 6, factors, ({ session: _, ...execution }) => execution)
    const untimed = history('a', 6, factors, (execution) => ({ ...execution, values: { steps: [[2]] } }))
    learnDrift([old, untimed])
    expect([old.drift, untimed.drift]).toEqual([undefined, undefined])
  })
})
