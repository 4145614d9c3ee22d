import { describe, expect, test } from 'vitest'
import { nextSteps } from '../../src/report/next-step.ts'
import type { Session } from '../../src/report/session.ts'
import { recordOf, recordsOf, sessionOf } from './sessions.ts'

const stepsOf = (session: Session) => nextSteps(session).map(({ label, text }) => `${label}: ${text}`)
const report = 'report: .bench-agent/RESULTS.md, .bench-agent/results.json'

describe('what to do next', () => {
  test('is nothing but reading when all is well', () => {
    expect(stepsOf(sessionOf([recordOf('passing')]))).toEqual([report])
  })

  test('names no report where none was written', () => {
    expect(stepsOf(sessionOf([recordOf('passing')], { files: [] }))).toEqual([])
  })

  test('is accepting a regression, if it is meant', () => {
    expect(nextSteps(sessionOf([recordOf('regression')]))).toContainEqual({
      label: 'accept',
      text: 'npx vitest run --project perf test/refund.perf.ts -u',
      purpose: 'if meant: makes the new levels of refund the baseline',
    })
  })

  test('is never accepting a broken threshold', () => {
    expect(stepsOf(sessionOf([recordOf('thresholds')])).join()).not.toContain('accept')
  })

  test('is accepting what got better, unless that was just done', () => {
    const session = sessionOf([recordOf('improvement')])
    expect(stepsOf(session)).toContain('accept: npx vitest run --project perf test/refund.perf.ts -u')
    const accepted = [{ scenario: 'refund', metric: 'totalTokens', before: 2, after: 1 }] as const
    expect(stepsOf({ ...session, baselines: { ...session.baselines, accepted: [...accepted] } })).toEqual([report])
  })

  test('is running again what was disturbed, slower or not run at all', () => {
    expect(stepsOf(sessionOf([recordOf('degraded')]))).toContain(
      're-run: npx vitest run --project perf test/classify.perf.ts',
    )
    expect(stepsOf(sessionOf([recordOf('slower')]))).toContain(
      're-run: npx vitest run --project perf test/refund.perf.ts',
    )
    expect(stepsOf(sessionOf([recordOf('passing')], { notRun: ['index'] }))[0]).toMatch(/^re-run: npx vitest run/)
  })

  test('is not running again what will be the same', () => {
    for (const name of ['regression', 'missing-baseline', 'refused'])
      expect(stepsOf(sessionOf([recordOf(name)])).join()).not.toContain('re-run')
  })

  test('is running again what was undecided by chance, and not what reaches the same cap again', () => {
    const undecidedBy = (code: 'threshold' | 'spend') => {
      const passing = recordOf('passing')
      const check = { status: 'inconclusive', code, subject: code, message: 'nobody knows' } as const
      return sessionOf([{ ...passing, verdict: { ...passing.verdict, status: 'inconclusive', checks: [check] } }])
    }
    expect(stepsOf(undecidedBy('threshold')).join()).toContain('re-run')
    expect(stepsOf(undecidedBy('spend')).join()).not.toContain('re-run')
  })

  test('names at most two files, and the project where there is one', () => {
    const records = recordsOf('forty').map((record) => ({ ...record, verdict: recordOf('slower').verdict }))
    expect(stepsOf(sessionOf(records))).toContain('re-run: npx vitest run --project perf')
    const alone = recordOf('slower')
    const session = sessionOf([{ ...alone, identity: { ...alone.identity, project: '', file: 'test/a b.perf.ts' } }])
    expect(stepsOf(session)).toContain('re-run: npx vitest run "test/a b.perf.ts"')
  })
})
