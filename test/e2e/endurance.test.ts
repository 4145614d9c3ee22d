import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Results } from '../../src/domain/record.ts'
import type { StudyRecord } from '../../src/domain/study/study.ts'
import { openProject } from './run-project.ts'
import { projectVersions } from './vitest-versions.ts'

describe.each(projectVersions())('beside Vitest %s', (version) => {
  /** What a run of `file` came to, with the studies in its results. */
  async function ran(file: string) {
    const project = openProject('endurance', version)
    const run = await project.vitest(['--project', 'perf', file])
    const read = (name: string) => readFileSync(join(project.folder, '.bench-agent', name), 'utf8')
    const { studies = [], records } = Results.parse(JSON.parse(read('results.json')))
    return { ...run, studies, records, markdown: read('RESULTS.md') }
  }
  const breakingPointOf = ({ result }: Pick<StudyRecord, 'result'>) => {
    if (result.kind !== 'breakingPoint') throw new Error(`expected a breaking point, got ${result.kind}`)
    return result.breakingPoint
  }
  const soakOf = ({ result }: Pick<StudyRecord, 'result'>) => {
    if (result.kind !== 'soak') throw new Error(`expected a soak, got ${result.kind}`)
    return result.soak
  }

  test('breakingPoint finds the limit of an agent with four slots', async () => {
    const { exitCode, output, studies, records, markdown } = await ran('limit')
    expect(exitCode, output).toBe(0)
    expect(output).toContain('✔ four slots for the highest load with response time p95 at most 150 ms')
    expect(output).toMatch(/four slots: 1 at once +59 runs/)
    const [study] = studies
    if (study === undefined) throw new Error('expected a study, got none')
    const { answer, probes, objectives } = breakingPointOf(study)
    if (answer.answer !== 'found') throw new Error(`expected it to be found, got: ${JSON.stringify(answer)}`)
    // Four runs in 20 ms, which take somewhat longer by the timers and the machine: as they did when all slots were taken.
    const saturated = Math.max(...probes.map(({ throughputPerSecond = 0 }) => throughputPerSecond))
    expect(saturated).toBeLessThan(220)
    expect(Math.abs(answer.sustainedPerSecond / saturated - 1)).toBeLessThan(0.25)
    expect(output).toMatch(/Sustains \d+\/s \(95%: \d+\/s to \d+\/s\)\. At \d+\/s /)
    expect(objectives).toEqual([{ metric: 'responseTimeMs', statistic: 'p95', bound: 150 }])
    expect(probes.reduce((sum, { runs }) => sum + runs, 0)).toBe(study.runs)
    expect(study).toMatchObject({ status: 'pass', checks: [{ status: 'pass', bound: 60 }] })
    // Its probes are no scenarios of their own.
    expect(records).toEqual([])
    expect(markdown).toContain('### ✅ four slots for the highest load')
  })

  test('breakingPoint fails at its line under its threshold, and where load is not what breaks it', async () => {
    const { exitCode, output, studies } = await ran('too-little')
    expect(exitCode).toBe(1)
    expect(output).toMatch(
      /"too little" failed 1 check:\n\s+✖ The highest load that it sustains is [\d,]+\/s, under its threshold of 5,000\/s:/,
    )
    expect(output).toContain('too-little.perf.ts:6:1')
    expect(output).toMatch(/✖ The objective \(latency p95 at most 5 ms\) is missed without any load/)
    expect(output).toContain('too-little.perf.ts:8:1')
    expect(output).toMatch(/It sustains at least [\d,]+\/s; the highest number of runs in flight was reached/)
    expect(output).toMatch(/Tests +2 failed \| 1 passed/)
    expect(studies.map(({ identity, status }) => [identity.name, status])).toEqual([
      ['too little', 'fail'],
      ['too slow alone', 'fail'],
      ['not reached', 'inconclusive'],
    ])
    expect(studies.map((study) => breakingPointOf(study).answer)).toMatchObject([
      { answer: 'found' },
      { answer: 'refused', reason: 'missedUnloaded', objective: 0 },
      { answer: 'notReached', cap: 'concurrency' },
    ])
  })

  test('soak fails at its line when the agent leaks', async () => {
    const { exitCode, output, studies, records, markdown } = await ran('leaking')
    expect(exitCode).toBe(1)
    expect(output).toMatch(
      /"keeps histories" failed 1 check:\n\s+✖ Memory grows by .* KiB a run \(95%: .*\) in the second half of 20 cycles, beyond 128 B/,
    )
    expect(output).toContain('leaking.perf.ts:5:1')
    expect(output).toMatch(/✖ keeps histories over 20 cycles of 100 runs\n\s+memory\s+after each cycle/)
    const [study] = studies
    if (study === undefined) throw new Error('expected a study, got none')
    const soak = soakOf(study)
    expect(soak.verdict).toBe('leak')
    expect(Math.abs((soak.secondHalf?.slope ?? 0) / 2_000 - 1)).toBeLessThan(0.25)
    expect(soak.cycles).toHaveLength(20)
    expect(study).toMatchObject({ status: 'fail', runs: 2_000, checks: [{ code: 'leak', status: 'fail' }] })
    // Its runs are judged as those of any scenario.
    expect(records).toMatchObject([{ summary: { runs: 2_000 } }])
    expect(markdown).toContain('### ❌ keeps histories over 20 cycles of 100 runs')
  })

  test('soak passes when a cache with a bound is full', async () => {
    const { exitCode, output, studies } = await ran('steady')
    expect(exitCode, output).toBe(0)
    expect(studies).toMatchObject([{ status: 'pass', result: { soak: { verdict: 'steady', boundBytes: 200 } } }])
    expect(output).toMatch(/Growth: .* in the second: no leak\./)
  })

  test('mistakes in their options are told at their lines, before anything runs', async () => {
    const { exitCode, output } = await openProject('endurance', version).vitest(['--project', 'perf', 'mistakes'])
    expect(exitCode).toBe(1)
    expect(output).toContain('Expected objectives to be a bound on a metric, got none.')
    expect(output).toContain('mistakes.perf.ts:3:1')
    expect(output).toContain('Expected runs to be absent, for the search chooses the load, got a value.')
    expect(output).toContain('mistakes.perf.ts:5:1')
    expect(output).toContain('Expected cycles to be at least 2, got 1.')
    expect(output).toContain('mistakes.perf.ts:7:1')
    expect(output).toMatch(/Tests +3 failed \(3\)/)
  })
})
