import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { openProject, type Project, type ProjectRun } from './run-project.ts'
import { projectVersions } from './vitest-versions.ts'

describe.each(projectVersions())('beside Vitest %s', (version) => {
  let project: Project

  beforeAll(() => {
    project = openProject('bad-input', version)
  })

  describe('mistakes in options', () => {
    let run: ProjectRun

    beforeAll(async () => {
      run = await project.vitest(['--project', 'perf', 'options'])
    })

    test('are told all at once, with expected, got and what was meant, at the line', () => {
      expect(run.output).toContain('4 mistakes in the options of "misspelt" (BENCH_AGENT_OPTIONS)')
      expect(run.output).toContain('Expected runs to be at least 1, got 0.')
      expect(run.output).toContain('Expected limits.steps to be above 0, got -1.')
      expect(run.output).toContain('Did you mean `warmup`?')
      expect(run.output).toContain('Did you mean `latencyMs`?')
      expect(run.output).toContain('options.perf.ts:3:1')
    })

    test('a percentile that the runs cannot support is one of them', () => {
      expect(run.output).toContain(
        'Expected thresholds.latencyMs.p95 to be judged on at least 59 runs, got 20 (1 × 20). Set `runs: 59`',
      )
    })

    test('two scenarios of one name are another', () => {
      expect(run.output).toContain('got "same name" 2 times')
    })

    test('mistakes in a case file are told by line', () => {
      expect(run.output).toContain('line 3')
      expect(run.output).toContain('not json')
    })

    test('a broken hook is named, and what was measured before it is reported', () => {
      expect(run.output).toMatch(/Expected `setup` to do its work, but it threw: no database \(run 4/)
      expect(run.output).toMatch(/broken setup\s+3/)
    })

    test('cost nothing of what is right', () => {
      expect(run.output).toContain('1 passed')
      expect(run.exitCode).toBe(1)
    })
  })

  describe('a baseline file', () => {
    const path = () => join(project.folder, '__bench__', 'steady.perf.ts.json')
    const steady = (environment?: Record<string, string>) =>
      project.vitest(['--project', 'perf', 'steady'], environment)

    test.each([
      ['corrupt', '{ "schemaVersion": 1, "scenarios"'],
      ['newer', '{ "schemaVersion": 99, "scenarios": {} }'],
      ['of another shape', '{ "schemaVersion": 1, "scenarios": [] }'],
    ])('that is %s is named and left untouched', async (_, content) => {
      mkdirSync(join(project.folder, '__bench__'), { recursive: true })
      writeFileSync(path(), content)
      const { output, exitCode } = await steady()
      expect(output).toContain(`Expected a baseline file at ${path()}`)
      expect(output).toContain('It was left untouched')
      expect(exitCode).toBe(1)
      expect(readFileSync(path(), 'utf8')).toBe(content)
    })

    test('that cannot be written ends in a message and a failed session', async () => {
      rmSync(join(project.folder, '__bench__'), { recursive: true, force: true })
      // Not even root can make a folder there.
      symlinkSync('/proc/nowhere', join(project.folder, '__bench__'))
      const { output, exitCode } = await steady()
      expect(output).toContain('Expected to write')
      expect(exitCode).toBe(1)
      rmSync(join(project.folder, '__bench__'))
    })

    test('is written locally, and missing in CI is inconclusive and not written', async () => {
      const inCi = await steady({ CI: 'true' })
      expect(inCi.output).toContain('There is no baseline to compare with')
      expect(inCi.exitCode).toBe(0)
      expect(() => readFileSync(path())).toThrow()
      await steady()
      expect(readFileSync(path(), 'utf8')).toContain('"totalTokens": { "n": 3, "location": 11, "within": 0 }')
    })

    test('keeps an entry of a scenario that is no more until -u removes it', async () => {
      const file = JSON.parse(readFileSync(path(), 'utf8'))
      file.scenarios['perf > gone'] = file.scenarios['perf > steady']
      writeFileSync(path(), JSON.stringify(file))
      const { output } = await steady()
      expect(output).toContain('perf > gone')
      expect(readFileSync(path(), 'utf8')).toContain('perf > gone')
      await project.vitest(['--project', 'perf', 'steady', '-u'])
      expect(readFileSync(path(), 'utf8')).not.toContain('perf > gone')
    })
  })

  test('an unknown environment variable of ours is told before anything runs', async () => {
    const { output, exitCode } = await project.vitest(['--project', 'perf'], { BENCH_AGENT_RUNER: 'x' })
    expect(output).toContain('BENCH_AGENT_RUNER')
    expect(exitCode).toBe(1)
  })
})
