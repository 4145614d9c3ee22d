import { describe, expect, test } from 'vitest'
import { describeStandings, describeWork } from '../../src/report/session-line.ts'
import { recordOf, recordsOf, sessionOf, sessions } from './sessions.ts'

describe('how scenarios stand', () => {
  test('is told by what is worst', () => {
    expect(describeStandings(sessionOf([recordOf('passing')]))).toBe('1 scenario passed')
    expect(describeStandings(sessionOf([recordOf('slower')]))).toBe('1 scenario failed')
    expect(describeStandings(sessionOf([recordOf('spend')]))).toBe('1 scenario undecided')
    expect(describeStandings(sessionOf([recordOf('passing'), recordOf('spend')]))).toBe('1 of 2 scenarios undecided')
    expect(describeStandings(sessionOf(recordsOf('forty')))).toBe('3 of 40 scenarios failed')
  })

  test('counts a process that died as failed', () => {
    expect(describeStandings(sessions.failing?.() ?? sessionOf([]))).toBe('5 of 6 scenarios failed')
  })
})

describe('what was done', () => {
  test('is told with its machine', () => {
    expect(describeWork(sessionOf([recordOf('passing')]))).toEqual([
      '40 runs in 35.5 s',
      'live models',
      '$0.0513 spent',
      'AMD EPYC 7763 64-Core Processor, x64, 4 cores, node 24',
    ])
  })

  test('tells the cap, and that not all spending is known', () => {
    expect(describeWork(sessionOf([recordOf('passing')], { capUsd: 1.2 }))).toContain('$0.0513 of $1.20 spent')
    const unknown = { ...recordOf('passing'), spentUsd: undefined }
    expect(describeWork(sessionOf([recordOf('passing'), unknown]))).toContain('at least $0.0513 spent')
  })

  test('tells nothing of money where none was spent', () => {
    expect(describeWork(sessionOf([{ ...recordOf('passing'), spentUsd: 0 }])).join()).not.toContain('$')
  })

  test('tells replayed answers from live models', () => {
    expect(describeWork(sessionOf([recordOf('passing'), recordOf('conversation')]))).toContain(
      'live models and replayed answers',
    )
  })
})
