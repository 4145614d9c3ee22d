import { describe, expect, test } from 'vitest'
import { sessionShifts } from '../../../src/compare/session/session-shift.ts'
import type { Finding } from '../../../src/domain/finding.ts'
import type { ExecutionRecord } from '../../../src/domain/record.ts'
import { times } from '../../domain/given.ts'
import { failedCheck, finding, recordWith } from '../../report/given.ts'
import { recordsOf } from '../../report/sessions.ts'
import { drawing } from '../given.ts'

/** A scenario whose time is `factor` times that of six accepted executions. */
function timed(name: string, factor: number, more: Partial<Finding> = {}): ExecutionRecord {
  const time = finding('workingMs', 'same', 1000, 1000 * factor, { executions: 6, ...more })
  return recordWith(name, { findings: [time] })
}

/** One that failed by it. */
function red(name: string, factor: number, ...codes: ('regression' | 'success')[]): ExecutionRecord {
  const time = finding('workingMs', 'worse', 1000, 1000 * factor, { executions: 6 })
  const checks = codes.map(
    (code) => ({ ...failedCheck(code, code), metric: code === 'success' ? 'successRatio' : 'workingMs' }) as const,
  )
  return recordWith(name, { status: 'fail', findings: [time], checks })
}

const names = (records: readonly ExecutionRecord[] = []) => records.map(({ identity }) => identity.name)

describe('the shift of a session', () => {
  test('is one finding where all times lie off by about the same factor', () => {
    const [shift, ...others] = sessionShifts(times(8, (position) => timed(`${position}`, 1.3 + 0.01 * position)))
    expect(others).toEqual([])
    expect(shift?.ratio).toBeCloseTo(0.33, 1)
    expect(shift?.p).toBeLessThan(0.01)
    expect(shift?.scenarios).toBe(8)
  })

  test('is none where one scenario of many is slower, however much', () => {
    expect(sessionShifts([timed('slow', 3), ...times(8, (position) => timed(`${position}`, 1))])).toEqual([])
  })

  test('takes five scenarios with times', () => {
    const four = times(4, (position) => timed(`${position}`, 1.4))
    expect(sessionShifts(four)).toEqual([])
    expect(sessionShifts([...four, recordWith('untimed', {})])).toEqual([])
    expect(sessionShifts([...four, timed('fifth', 1.4)])).toHaveLength(1)
  })

  test('is none within what sessions differ by', () => {
    const drifting = (deviation: number) =>
      times(8, (position) => {
        const one = timed(`${position}`, 1.2)
        return { ...one, verdict: { ...one.verdict, drift: { deviation, sessions: 10 } } }
      })
    expect(sessionShifts(drifting(0.02))).toHaveLength(1)
    expect(sessionShifts(drifting(0.1))).toEqual([])
  })

  test('is told where all are faster, too', () => {
    expect(sessionShifts(times(8, (position) => timed(`${position}`, 0.7)))[0]?.ratio).toBeCloseTo(-0.3)
  })

  test('is told for each project and kind of machine', () => {
    const elsewhere = times(6, (position) => ({ ...timed(`${position}`, 1.5), environmentKey: 'elsewhere' }))
    expect(
      sessionShifts([...times(6, (position) => timed(`${position}`, 1)), ...elsewhere]).map(
        ({ records }) => records.length,
      ),
    ).toEqual([6])
  })

  test('is hardly ever told where nothing happened', () => {
    const draw = drawing(1)
    const sessions = times(300, () => {
      const drift = draw.drift(0.03)
      return sessionShifts(times(12, (position) => timed(`${position}`, drift * draw.drift(0.03)))).length
    })
    expect(sessions.filter((count) => count > 0).length).toBeLessThanOrEqual(6)
  })
})

describe('a test', () => {
  const others = times(6, (position) => timed(`${position}`, 1.3))

  test('is red because of it where nothing but its time failed, by no more than all share', () => {
    expect(names(sessionShifts([red('early', 1.33, 'regression'), ...others])[0]?.red)).toEqual(['early'])
  })

  test('is red by itself where one case of it is slower still', () => {
    const early = red('early', 1.33, 'regression')
    const ofCase = { position: 0, baseline: 100, candidate: 400, changeRatio: 3 }
    const findings = early.verdict.findings.map((one) => ({ ...one, ofCase }))
    const own = { ...early, verdict: { ...early.verdict, findings } }
    expect(names(sessionShifts([own, ...others])[0]?.red)).toEqual([])
  })

  test('is red by itself where it is slower still, or something else failed, too', () => {
    expect(names(sessionShifts([red('slower', 1.9, 'regression'), ...others])[0]?.red)).toEqual([])
    expect(names(sessionShifts([red('broken', 1.33, 'regression', 'success'), ...others])[0]?.red)).toEqual([])
  })

  test('was judged without it where that was taken off', () => {
    const judged = timed('late', 1.31, { sharedRatio: 0.3 })
    expect(names(sessionShifts([judged, ...others])[0]?.judgedWithout)).toEqual(['late'])
  })

  test('on a bad day of the provider: the first five are red, and the later ones were judged without it', () => {
    const [shift] = sessionShifts(recordsOf('shifted'))
    expect(names(shift?.red)).toEqual(['greeting', 'refund', 'delivery', 'complaint', 'invoice'])
    expect(shift?.judgedWithout).toHaveLength(7)
    expect(shift?.ratio).toBeCloseTo(0.33, 1)
  })
})
