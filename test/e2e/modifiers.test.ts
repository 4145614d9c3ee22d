import { beforeAll, describe, expect, test } from 'vitest'
import { openProject, type ProjectRun } from './run-project.ts'
import { supportedVersions } from './vitest-versions.ts'

describe.each(supportedVersions)('beside Vitest %s', (version) => {
  let run: ProjectRun
  const project = () => openProject('modifiers', version)

  beforeAll(async () => {
    run = await project().vitest(['--project', 'perf', '--reporter=verbose', 'modifiers'])
  })

  test('every modifier does what it does for a test', () => {
    for (const name of ['plain', 'run if', 'fails', 'each 1 one', 'each 2 two', 'inherits retry', 'first', 'second']) {
      expect(run.output).toMatch(new RegExp(`✓ .*${name}`))
    }
    expect(run.output).toMatch(/✓ .*for '?a'?/)
    for (const name of ['skipped', 'skipped if']) expect(run.output).toMatch(new RegExp(`↓ .*${name}`))
    expect(run.exitCode).toBe(0)
  })

  test('fixtures reach the check and setup, and only those who ask for them', () => {
    for (const name of ['fixture in the check', 'fixture in setup', 'no fixture asked for']) {
      expect(run.output).toMatch(new RegExp(`✓ .*${name}`))
    }
  })

  test('.only leaves the others of its file out', async () => {
    const { output, exitCode } = await project().vitest(['--project', 'perf', '--reporter=verbose', 'only'])
    expect(output).toMatch(/✓ .*the only one/)
    expect(output).toMatch(/↓ .*left out/)
    expect(exitCode).toBe(0)
  })

  test('measureAgent and its matchers work in an ordinary suite', async () => {
    const { output, exitCode } = await project().vitest(['--project', 'unit'])
    expect(output).toContain('2 passed')
    expect(output).toContain('First baseline of cheap')
    expect(exitCode).toBe(0)
  })

  test('toMatchBaseline says so when nobody keeps baselines', async () => {
    const { output, exitCode } = await openProject('modifiers', version).vitest([
      '--project',
      'unit',
      '--config',
      'bare.config.ts',
    ])
    expect(output).toContain("Add it to the config: `reporters: ['default', 'bench-agent/reporter']`")
    expect(exitCode).toBe(1)
  })
})
