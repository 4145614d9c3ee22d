import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { mayWriteHistory, requireEnvironment } from '../../src/vitest/environment-variables.ts'

describe('the variables that begin with BENCH_AGENT_', () => {
  test('may be absent or right', () => {
    expect(() =>
      requireEnvironment({ PATH: '/bin', BENCH_AGENT_RUNNER: 'big', BENCH_AGENT_HISTORY: 'read' }),
    ).not.toThrow()
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
