import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  fillRefusal,
  fillsTo,
  mayWriteHistory,
  partOf,
  requireEnvironment,
} from '../../../src/vitest/session/environment-variables.ts'

describe('the variables that begin with BENCH_AGENT_', () => {
  test('may be absent or right', () => {
    expect(() =>
      requireEnvironment({ PATH: '/bin', BENCH_AGENT_RUNNER: 'big', BENCH_AGENT_HISTORY: 'read' }),
    ).not.toThrow()
  })

  test.for(['1', '5', '10'])('may fill baselines up to %s executions', (executions) => {
    expect(() => requireEnvironment({ BENCH_AGENT_BASELINE_EXECUTIONS: executions })).not.toThrow()
  })

  test.for(['', '0', '11', '2.5', '-3', 'all', '1e1'])('cannot fill baselines up to %o executions', (executions) => {
    expect(() => requireEnvironment({ BENCH_AGENT_BASELINE_EXECUTIONS: executions })).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('Expected BENCH_AGENT_BASELINE_EXECUTIONS to be a whole number from 1 to 10'),
      }),
    )
  })

  test.for(['1/1', '2/8', '8/8'])('may make part %s of every load', (segment) => {
    expect(() => requireEnvironment({ BENCH_AGENT_SEGMENT: segment })).not.toThrow()
    expect(partOf({ BENCH_AGENT_SEGMENT: segment })).toEqual({ segment, startsAtMs: undefined })
  })

  test.for(['', '0/8', '9/8', '2', '2/', '1/0', '-1/8', '1.5/8', ' 2/8'])(
    'cannot make part %o of a load',
    (segment) => {
      expect(() => requireEnvironment({ BENCH_AGENT_SEGMENT: segment })).toThrow(
        'Expected BENCH_AGENT_SEGMENT to be a part and the number of parts, such as "2/8"',
      )
      expect(partOf({ BENCH_AGENT_SEGMENT: segment }).segment).toBeUndefined()
    },
  )

  test.for([
    ['1763630400000', 1_763_630_400_000],
    ['2025-11-20T09:20:00Z', 1_763_630_400_000],
    ['2025-11-20T10:20:00+01:00', 1_763_630_400_000],
  ] as const)('may start the first load at %s', ([start, startsAtMs]) => {
    expect(() => requireEnvironment({ BENCH_AGENT_START_AT: start })).not.toThrow()
    expect(partOf({ BENCH_AGENT_START_AT: start })).toEqual({ segment: undefined, startsAtMs })
  })

  test.for(['', 'soon', '12:00', '9'.repeat(400)])('cannot start a load at %o', (start) => {
    expect(() => requireEnvironment({ BENCH_AGENT_START_AT: start })).toThrow(
      'Expected BENCH_AGENT_START_AT to be a date, or milliseconds since 1970',
    )
    expect(partOf({ BENCH_AGENT_START_AT: start }).startsAtMs).toBeUndefined()
  })

  test('are told all at once when they are wrong', () => {
    const wrong = { BENCH_AGENT_HISTORY: 'always', BENCH_AGENT_RUNER: 'big' }
    expect(() => requireEnvironment(wrong)).toThrow(
      expect.objectContaining({
        code: 'BENCH_AGENT_OPTIONS',
        message: expect.stringMatching(
          /2 mistakes[\s\S]*"auto", "read" or "write", got "always"[\s\S]*BENCH_AGENT_RUNER/,
        ),
      }),
    )
  })
})

describe('a passing session adds to the history', () => {
  const event = join(mkdtempSync(join(tmpdir(), 'event-')), 'event.json')
  writeFileSync(event, JSON.stringify({ repository: { default_branch: 'trunk' } }))
  const github = { GITHUB_EVENT_PATH: event, GITHUB_EVENT_NAME: 'push' }

  test.each<[string, boolean, NodeJS.ProcessEnv, boolean]>([
    ['outside CI', false, {}, true],
    ['in an unknown CI not', true, {}, false],
    ['on the default branch of GitHub', true, { ...github, GITHUB_REF_NAME: 'trunk' }, true],
    ['on another branch of GitHub not', true, { ...github, GITHUB_REF_NAME: 'main' }, false],
    ['for a pull request not', true, { ...github, GITHUB_EVENT_NAME: 'pull_request', GITHUB_REF_NAME: 'trunk' }, false],
    ['in a scheduled job of GitHub', true, { GITHUB_EVENT_NAME: 'schedule', GITHUB_REF_NAME: 'trunk' }, true],
    [
      'without a readable event not',
      true,
      { ...github, GITHUB_EVENT_PATH: '/nowhere', GITHUB_REF_NAME: 'trunk' },
      false,
    ],
    ['on the default branch of GitLab', true, { CI_COMMIT_BRANCH: 'main', CI_DEFAULT_BRANCH: 'main' }, true],
    ['on another branch of GitLab not', true, { CI_COMMIT_BRANCH: 'x', CI_DEFAULT_BRANCH: 'main' }, false],
    ['where it is told to', true, { BENCH_AGENT_HISTORY: 'write' }, true],
    ['where it is told not to, not', false, { BENCH_AGENT_HISTORY: 'read' }, false],
  ])('%s', (_, ci, variables, expected) => {
    expect(mayWriteHistory(variables, ci)).toBe(expected)
  })
})

describe('a session fills young baselines', () => {
  const variables = { BENCH_AGENT_BASELINE_EXECUTIONS: '5' }

  test.each<[string, NodeJS.ProcessEnv, boolean, number | undefined, number | undefined]>([
    ['only when somebody asks for it', {}, false, undefined, undefined],
    ['as the project says', {}, false, 3, 3],
    ['as the variable says', variables, false, undefined, 5],
    ['as the variable says before the project', variables, false, 3, 5],
    [
      'not when the variable takes back what the project says',
      { BENCH_AGENT_BASELINE_EXECUTIONS: '1' },
      false,
      3,
      undefined,
    ],
    ['not in CI, where it does not add to the history', variables, true, 3, undefined],
    ['in CI, where it is told to add to the history', { ...variables, BENCH_AGENT_HISTORY: 'write' }, true, 3, 5],
    ['not where it only reads the history', { ...variables, BENCH_AGENT_HISTORY: 'read' }, false, 3, undefined],
  ])('%s', (_, given, ci, ofProject, expected) => {
    expect(fillsTo(given, ci, ofProject)).toBe(expected)
  })

  test('and says so when nothing comes of the wish', () => {
    expect(fillRefusal(variables, true)).toBe(
      'BENCH_AGENT_BASELINE_EXECUTIONS fills no baseline: this session does not add to the history. On another branch than the default one of a CI, BENCH_AGENT_HISTORY=write lets it.',
    )
    expect(fillRefusal({ ...variables, BENCH_AGENT_HISTORY: 'read' }, false)).toBeDefined()
  })

  test('and says nothing where nobody wished it for this session, or where it does', () => {
    expect(fillRefusal({}, true)).toBeUndefined()
    expect(fillRefusal({ BENCH_AGENT_BASELINE_EXECUTIONS: '1' }, true)).toBeUndefined()
    expect(fillRefusal(variables, false)).toBeUndefined()
  })
})
