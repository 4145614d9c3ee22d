import { describe, expect, test } from 'vitest'
import { type Environment, environmentKey } from '../../src/domain/environment.ts'

const laptop: Environment = {
  node: '24.21.0',
  platform: 'darwin',
  architecture: 'arm64',
  cpuModel: 'Apple M4 Pro',
  cpuCores: 12,
  memoryBytes: 48 * 1024 ** 3,
  ci: false,
  version: '1.0.0',
}
const runner: Environment = {
  ...laptop,
  platform: 'linux',
  architecture: 'x64',
  cpuModel: 'AMD EPYC 7763 64-Core Processor',
  cpuCores: 4,
  ci: true,
  runnerLabel: 'ubuntu24',
}

describe('environmentKey', () => {
  test('outside CI a machine goes by its CPU model', () => {
    expect(environmentKey(laptop)).toBe('Apple M4 Pro, arm64, 12 cores, node 24')
  })

  test('in CI it goes by the label of its runner, whatever CPU it was given', () => {
    expect(environmentKey(runner)).toBe('ubuntu24, x64, 4 cores, node 24')
    expect(environmentKey({ ...runner, cpuModel: 'Intel(R) Xeon(R) Platinum 8370C' })).toBe(environmentKey(runner))
  })

  test('in a CI that does not say its label it goes by its CPU model', () => {
    expect(environmentKey({ ...runner, runnerLabel: undefined })).toBe(
      'AMD EPYC 7763 64-Core Processor, x64, 4 cores, node 24',
    )
  })

  test('a label outside CI counts for nothing', () => {
    expect(environmentKey({ ...laptop, runnerLabel: 'ubuntu24' })).toBe(environmentKey(laptop))
  })

  test.for<[string, Partial<Environment>]>([
    ['another architecture', { architecture: 'arm64' }],
    ['more cores', { cpuCores: 8 }],
    ['another major version of Node', { node: '26.0.0' }],
    ['another label', { runnerLabel: 'ubuntu26' }],
  ])('%s is another key', ([, more]) => {
    expect(environmentKey({ ...runner, ...more })).not.toBe(environmentKey(runner))
  })

  test.for<[string, Partial<Environment>]>([
    ['a minor version of Node', { node: '24.0.1' }],
    ['memory', { memoryBytes: 1 }],
    ['a new image of the runner', { runnerImage: '20261101.1' }],
    ['a release of ours', { version: '2.0.0' }],
  ])('%s is not', ([, more]) => {
    expect(environmentKey({ ...runner, ...more })).toBe(environmentKey(runner))
  })
})
