import { describe, expect, test } from 'vitest'
import { environmentKey } from '../../src/domain/environment.ts'
import { isCi, readEnvironment } from '../../src/measure/environment.ts'
import { version } from '../../src/measure/version.ts'

describe('a CI job', () => {
  test.each(['true', '1', 'yes', 'woodpecker'])('is one when CI is %s', (CI) => {
    expect(isCi({ CI })).toBe(true)
    expect(readEnvironment({ CI }).ci).toBe(true)
  })

  test.each([undefined, '', 'false', '0'])('is none when CI is %o', (CI) => {
    expect(isCi(CI === undefined ? {} : { CI })).toBe(false)
  })
})

describe('the label of the machine', () => {
  const github = { CI: 'true', GITHUB_ACTIONS: 'true', ImageOS: 'ubuntu24', ImageVersion: '20261108.1.0' }
  const gitlab = { CI: 'true', GITLAB_CI: 'true', CI_RUNNER_TAGS: '["large", "linux"]' }

  test('comes from GitHub’s image', () => {
    expect(readEnvironment(github)).toMatchObject({ runnerLabel: 'ubuntu24', runnerImage: '20261108.1.0' })
  })

  test('comes from the tags of GitLab’s runner', () => {
    expect(readEnvironment(gitlab)).toMatchObject({ runnerLabel: '["large", "linux"]' })
    expect(readEnvironment(gitlab).runnerImage).toBeUndefined()
  })

  test.each([github, gitlab, { CI: '1' }])('is BENCH_AGENT_RUNNER before anything else: %o', (variables) => {
    const environment = readEnvironment({ ...variables, BENCH_AGENT_RUNNER: 'big-runner' })
    expect(environment.runnerLabel).toBe('big-runner')
    expect(environmentKey(environment)).toMatch(/^big-runner, /)
  })

  test.each([{ CI: 'true' }, { CI: 'true', BENCH_AGENT_RUNNER: '', ImageOS: '' }])(
    'is unknown when the CI does not say: %o',
    (variables) => {
      const environment = readEnvironment(variables)
      expect(environment.runnerLabel).toBeUndefined()
      expect(environmentKey(environment)).toContain(environment.cpuModel)
    },
  )
})

test('the machine is the one that Node runs on', () => {
  const environment = readEnvironment({})
  expect(environment).toMatchObject({
    node: process.versions.node,
    platform: process.platform,
    architecture: process.arch,
    ci: false,
    version,
  })
  expect(environment.cpuModel).not.toBe('')
  expect(environment.cpuModel).toBe(environment.cpuModel.trim())
  expect(environment.cpuCores).toBeGreaterThanOrEqual(1)
  expect(environment.memoryBytes).toBeGreaterThan(2 ** 27)
})
