import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { Results } from '../../src/domain/record.ts'
import type { Sweep } from '../../src/domain/study/sweep.ts'
import { openProject, type Project, type ProjectRun } from './run-project.ts'
import { projectVersions } from './vitest-versions.ts'

describe.each(projectVersions())('sweep beside Vitest %s', (version) => {
  let project: Project
  beforeAll(() => {
    project = openProject('sweep', version)
  })

  const results = () =>
    Results.parse(JSON.parse(readFileSync(join(project.folder, '.bench-agent', 'results.json'), 'utf8')))
  const sweepNamed = (name: string): Sweep => {
    const result = results().studies?.find(({ identity }) => identity.name === name)?.result
    if (result?.kind !== 'sweep') throw new Error(`expected a sweep named ${name}`)
    return result.sweep
  }

  describe('over concurrency', () => {
    let run: ProjectRun
    beforeAll(async () => {
      run = await project.vitest(['--project', 'perf', 'scaling'])
    })

    test('fails at its line when the efficiency is under its threshold, and only then', () => {
      expect(run.exitCode).toBe(1)
      expect(run.output).toContain('1 failed | 1 passed')
      expect(run.output).toMatch(
        /"queue" failed 1 check:\n\s+✖ The efficiency of 5 is \d+\.\d% \(95%: .* under its threshold of 70\.0%\./,
      )
      expect(run.output).toContain('Most of it is neither model nor tool: look for a queue, a lock')
      expect(run.output).toContain('scaling.perf.ts:7:1')
    })

    test('shows its table, and what follows from it', () => {
      expect(run.output).toMatch(/✖ queue over concurrency, in turns\n\s+concurrency\s+runs\s+ok\s+throughput/)
      expect(run.output).toMatch(/\n\s+5\s+50\s+100%\s+\d/)
      expect(run.output).toMatch(
        /5 at once do \d(\.\d)? times as much as one: \d+\.\d% of what they could do is overhead\./,
      )
      expect(run.output).toMatch(/✔ beside over concurrency, in turns/)
    })

    test('is in the results with its levels, whose records are there too', () => {
      const { levels, leads, law } = sweepNamed('queue')
      expect(levels.map(({ concurrency, runs }) => [concurrency, runs])).toEqual([
        [1, 10],
        [5, 50],
      ])
      const { ratio = 1, loss } = levels[1]?.efficiency ?? {}
      expect(ratio).toBeGreaterThan(0.1)
      expect(ratio).toBeLessThan(0.4)
      expect(loss?.other).toBeGreaterThan(0.5)
      expect([leads, law]).toEqual([[], undefined])
      const { records, studies } = results()
      const executions = records.map(({ execution }) => execution)
      for (const { execution } of levels) expect(executions).toContain(execution)
      expect(studies?.map(({ identity, status }) => [identity.name, status])).toEqual([
        ['queue', 'fail'],
        ['beside', 'pass'],
      ])
      expect(studies?.[0]?.checks).toMatchObject([{ status: 'fail', code: 'threshold', bound: 0.7, value: ratio }])
    })

    test('is in RESULTS.md', () => {
      const text = readFileSync(join(project.folder, '.bench-agent', 'RESULTS.md'), 'utf8')
      expect(text).toContain('### ❌ queue over concurrency, in turns')
      expect(text).toMatch(/\| concurrency \| runs \| ok \| throughput \|/)
    })
  })

  describe('over something else', () => {
    let run: ProjectRun
    beforeAll(async () => {
      run = await project.vitest(['--project', 'perf', 'models'])
    })

    test('says which value is the best, and that its lead is real', () => {
      expect(run.exitCode).toBe(0)
      expect(run.output).toContain('which model over model, in turns')
      expect(run.output).toMatch(/Fastest: small, -\d+\.\d% against large; the lead is real \(p <0\.001\)\./)
      expect(run.output).toMatch(/Fewest tokens: small, -87\.9% against large; the lead is real/)
      expect(sweepNamed('which model').levels.map(({ name, totalTokens }) => [name, totalTokens])).toEqual([
        ['small', 11],
        ['large', 91],
      ])
    })

    test('runs every case of a number of cases', () => {
      expect(sweepNamed('how many cases').levels.map(({ name, runs }) => [name, runs])).toEqual([
        ['1', 10],
        ['40', 40],
      ])
    })
  })

  test('tells mistakes in its options, and in those of its levels, at the line', async () => {
    const { output, exitCode } = await project.vitest(['--project', 'perf', 'mistakes'])
    expect(exitCode).toBe(1)
    expect(output).toContain('3 mistakes in the options of "misspelt" (BENCH_AGENT_OPTIONS)')
    expect(output).toContain('Expected baseline to be absent in a sweep, got a value.')
    expect(output).toContain('Expected configure to be a function that says what each concurency changes, got nothing.')
    expect(output).toContain('Expected thresholds.efficiencyRatio to be a sweep over concurrency with a level of 1')
    expect(output).toContain('mistakes.perf.ts:3:1')
    expect(output).toContain('One mistake in the options of "misspelt level · model a"')
    expect(output).toContain('Did you mean `warmup`?')
    expect(output).toContain('mistakes.perf.ts:10:1')
    expect(output).toContain('Expected over.caseCount to be at most 2, for there are no more cases, got 3.')
    expect(output).toContain('Expected thresholds.latencyMs.p95 to be judged on at least 59 runs, got 30 (1 × 30).')
    expect(output).toContain('4 failed')
  })

  test('.skip, .todo and .only do what they do for a test', async () => {
    const { output, exitCode } = await project.vitest(['--project', 'perf', '--reporter=verbose', 'modifiers'])
    expect(output).toMatch(/✓ .*the only one/)
    for (const name of ['left out', 'skipped']) expect(output).toMatch(new RegExp(`↓ .*${name}`))
    expect(output).toContain('to do')
    // `repeats` is of its turns here: one for each level.
    expect(results().studies?.map(({ identity, runs }) => [identity.name, runs])).toEqual([['the only one', 5 + 10]])
    expect(exitCode).toBe(0)
  })
})
