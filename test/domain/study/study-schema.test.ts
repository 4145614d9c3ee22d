import { describe, expect, test } from 'vitest'
import { statusOf } from '../../../src/domain/study/study.ts'
import { StudySchema } from '../../../src/domain/study/study-schema.ts'
import { overConcurrency, overModels, studyOf } from '../../report/study/given.ts'

const there = (value: unknown) => JSON.parse(JSON.stringify(value))

describe('a study in a file', () => {
  test.each([
    ['over concurrency', overConcurrency],
    ['over models', overModels],
  ])('comes back as it was: a sweep %s', (_, sweep) => {
    const check = { status: 'fail', code: 'threshold', subject: 'efficiency of 5', message: 'It is low.' } as const
    const study = studyOf(sweep, { status: 'fail', checks: [check] })
    expect(StudySchema.parse(there(study))).toEqual(study)
  })

  test('comes back without what was unknown', () => {
    const [first] = overConcurrency.levels
    if (first === undefined) throw new Error('expected a level')
    const level = { ...first, throughputPerSecond: undefined, efficiency: undefined }
    const read = StudySchema.parse(there(studyOf({ ...overConcurrency, levels: [level], law: undefined })))
    expect(read.result.kind === 'sweep' && Object.keys(read.result.sweep)).toEqual(['over', 'levels', 'leads'])
    expect(read.result.kind === 'sweep' && read.result.sweep.levels[0]).not.toHaveProperty('efficiency')
  })

  test.each([
    ['of another version', { schemaVersion: 2 }],
    ['with something nobody knows', { more: 1 }],
    ['of another kind', { result: { kind: 'guess' } }],
    ['with a number that is none', { durationMs: null }],
    ['with an infinite one', { durationMs: Number.POSITIVE_INFINITY }],
    ['of a status that is none', { status: 'undecided' }],
  ])('is refused %s', (_, more) => {
    expect(StudySchema.safeParse({ ...studyOf(overModels), ...more }).success).toBe(false)
  })
})

test('a study is as bad as the worst of its checks', () => {
  const check = (status: 'pass' | 'fail' | 'inconclusive') =>
    ({ status, code: 'threshold', subject: 'latency p50', message: 'It is.' }) as const
  expect(statusOf([])).toBe('pass')
  expect(statusOf([check('pass'), check('pass')])).toBe('pass')
  expect(statusOf([check('pass'), check('inconclusive')])).toBe('inconclusive')
  expect(statusOf([check('inconclusive'), check('fail'), check('pass')])).toBe('fail')
})
