import { describe, expect, test } from 'vitest'
import type { ProfiledTime, SlowRunProfile } from '../../src/domain/profile/profile.ts'
import type { ExecutionRecord } from '../../src/domain/record.ts'
import { renderMarkdown } from '../../src/report/markdown.ts'
import { describeSlowRun, describeWhere } from '../../src/report/profile-line.ts'
import { renderTerminal } from '../../src/report/terminal.ts'
import { recordOf, sessionOf } from './sessions.ts'

const time: ProfiledTime = {
  durationMs: 5_000,
  samples: 10_000,
  intervalUs: 500,
  idleMs: 250,
  garbageCollectionMs: 400,
  nativeMs: 50,
  ownMs: 0,
  functions: [
    { name: 'rankDocuments', place: 'src/rank|all.ts:12', selfMs: 3_400, totalMs: 3_450 },
    { name: '', place: '../shared/parse.ts:3', selfMs: 800, totalMs: 4_700 },
    { name: 'readFileSync', place: 'node:fs:440', selfMs: 50, totalMs: 50 },
    { name: 'write', selfMs: 40, totalMs: 40 },
    { name: 'agent', place: 'test/refund.perf.ts:7', selfMs: 0, totalMs: 4_750 },
  ],
}
const slow: SlowRunProfile = {
  index: 3,
  caseIndex: 1,
  latencyMs: 5_200,
  profiledMs: 5_010,
  outcome: 'ok',
  time,
  file: '.bench-agent/profiles/refund-1a2b3c4d/slow-run-1.cpuprofile',
}

const withProfiles = (...profiles: SlowRunProfile[]): ExecutionRecord => ({ ...recordOf('passing'), profiles })
const where = (changes: Partial<SlowRunProfile>) => describeWhere({ ...slow, ...changes }).join(' ')

describe('a slow run is told', () => {
  test('with its case, how long it took, and how long when it was made again', () => {
    expect(describeSlowRun(withProfiles(), slow)).toBe(
      'Slow run of refund, no such invoice: 5.2 s; made again under a profiler: 5.01 s',
    )
    expect(describeSlowRun(withProfiles(), { ...slow, atOnce: 4, outcome: 'timeout' })).toBe(
      'Slow run of refund, no such invoice: 5.2 s; made again under a profiler with 3 other runs at once: 5.01 s (stopped at its limit)',
    )
    expect(describeSlowRun(withProfiles(), { ...slow, profiledMs: undefined })).toBe(
      'Slow run of refund, no such invoice: 5.2 s',
    )
  })

  test('as one that runs, with what is no function where that is much', () => {
    expect(where({})).toBe('It ran for 95.0% (garbage collection 8.0%) of its time, and waited for 5.0%.')
  })

  test('as one that mostly waits, for what its spans tell', () => {
    const waiting = { ...time, idleMs: 4_750, garbageCollectionMs: 0, durationMs: 5_000 }
    expect(where({ time: waiting })).toBe('Most of it waits: 95.0% of its time. It ran for 5.0%.')
    expect(where({ time: waiting, profiledMs: 5_000, modelMs: 4_000, toolMs: 500, waitingMs: 0 })).toBe(
      'Most of it waits: 95.0% of its time (model calls 80.0%, tools 10.0%). It ran for 5.0%.',
    )
  })

  test('with what limits the profile', () => {
    expect(where({ profiledMs: 2_599 })).toContain('It was not slow again')
    expect(where({ profiledMs: 2_600 })).not.toContain('It was not slow again')
    expect(where({ profiledMs: 10_400 })).toContain('The profile is of the first 5 s of it.')
    expect(where({ profiledMs: 5_500 })).not.toContain('The profile is of')
    expect(where({ atOnce: 4 })).toContain('those of all 4 runs')
    expect(where({ time: { ...time, durationMs: 0 } })).toContain('over before anything was seen')
    expect(where({ time: undefined, profiledMs: undefined, problem: 'Not profiled, for …' })).toBe(
      'Not profiled, for …',
    )
  })
})

describe('the functions of a slow run', () => {
  test('are told in the terminal: the first three of the slowest run', () => {
    const records = [withProfiles(slow, { ...slow, latencyMs: 5_100 }, { ...slow, latencyMs: 5_050 })]
    const lines = renderTerminal(sessionOf(records), { columns: 100, colors: false }).split('\n')
    const from = lines.findIndex((line) => line.startsWith('Slow run of'))
    expect(lines.slice(from, from + 8)).toEqual([
      'Slow run of refund, no such invoice: 5.2 s; made again under a profiler: 5.01 s',
      '  It ran for 95.0% (garbage collection 8.0%) of its time, and waited for 5.0%.',
      '   68.0%  rankDocuments  src/rank|all.ts:12',
      '   16.0%  (anonymous)    ../shared/parse.ts:3',
      '    1.0%  readFileSync   node:fs:440',
      '  .bench-agent/profiles/refund-1a2b3c4d/slow-run-1.cpuprofile opens in Chrome and in VS Code.',
      '…and 2 more slow runs, with all functions, in RESULTS.md.',
      '',
    ])
  })

  test('are told in Markdown, all of them, with links to what lies in the project', () => {
    const lines = renderMarkdown(sessionOf([withProfiles(slow)])).split('\n')
    const from = lines.findIndex((line) => line.includes('Slow run of'))
    expect(lines.slice(from, from + 17)).toEqual([
      '<details><summary>Slow run of refund, no such invoice: 5.2 s; made again under a profiler: 5.01 s</summary>',
      '',
      'It ran for 95.0% (garbage collection 8.0%) of its time, and waited for 5.0%.',
      '',
      '| Function | self | share | total | share | Place |',
      '|---|--:|--:|--:|--:|---|',
      '| rankDocuments | 3.4 s | 68.0% | 3.45 s | 69.0% | [src/rank\\|all.ts:12](../src/rank%7Call.ts#L12) |',
      '| (anonymous) | 800 ms | 16.0% | 4.7 s | 94.0% | ../shared/parse.ts:3 |',
      '| readFileSync | 50 ms | 1.0% | 50 ms | 1.0% | node:fs:440 |',
      '| write | 40 ms | 0.8% | 40 ms | 0.8% |  |',
      '| agent | 0 ms | 0% | 4.75 s | 95.0% | [test/refund.perf.ts:7](../test/refund.perf.ts#L7) |',
      '',
      expect.stringContaining('This run is in no other figure of the report.'),
      '',
      'The whole profile is in `.bench-agent/profiles/refund-1a2b3c4d/slow-run-1.cpuprofile`, for Chrome, VS Code or speedscope.',
      '',
      '</details>',
    ])
  })

  test('are nothing where nothing was profiled', () => {
    const problem = 'Not made again, for the cap on spending is reached.'
    const record = withProfiles({ index: 3, caseIndex: 1, latencyMs: 5_200, problem })
    const terminal = renderTerminal(sessionOf([record]), { columns: 100, colors: false })
    expect(terminal).toContain(`Slow run of refund, no such invoice: 5.2 s\n  ${problem}\n`)
    expect(renderMarkdown(sessionOf([record]))).toContain(`${problem}\n\n</details>`)
    expect(renderMarkdown(sessionOf([recordOf('passing')]))).not.toContain('Slow run')
  })
})
