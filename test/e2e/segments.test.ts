import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { type ExecutionRecord, Results } from '../../src/domain/record.ts'
import { openProject, type Project, type ProjectRun } from './run-project.ts'
import { supportedVersions } from './vitest-versions.ts'

// Long enough for four processes to be ready on two cores.
const readyMs = 5_000
const parts = [1, 2, 3, 4]

function resultsOf({ folder }: Project): Results {
  return Results.parse(JSON.parse(readFileSync(join(folder, '.bench-agent', 'results.json'), 'utf8')))
}

function recordOf(project: Project, name: string): ExecutionRecord {
  const [record, ...others] = resultsOf(project).records.filter(({ identity }) => identity.name === name)
  if (record === undefined || others.length > 0) throw new Error(`expected one record of ${name}, got ${others.length}`)
  return record
}

/** Lets four processes make `file` together, from one instant on. */
function makeParts(project: Project, file: string): Promise<ProjectRun[]> {
  const startAt = `${Date.now() + readyMs}`
  const given = ['--project', 'perf', '--reporter=verbose', '--reporter=blob', file]
  return Promise.all(
    parts.map((part) =>
      project.vitest([...given, `--outputFile.blob=blobs/${part}.json`], {
        BENCH_AGENT_SEGMENT: `${part}/4`,
        BENCH_AGENT_START_AT: startAt,
      }),
    ),
  )
}

// Vitest merges blobs in its own way in each version.
describe.each(supportedVersions)('a load shared by four processes beside Vitest %s', (version) => {
  const merge = (project: Project) => project.vitest(['--project', 'perf', '--merge-reports=blobs'])

  describe('and put together', () => {
    let project: Project
    let alone: ExecutionRecord
    let made: ProjectRun[]
    let run: ProjectRun
    beforeAll(async () => {
      project = openProject('segments', version)
      const one = await project.vitest(['--project', 'perf', 'shared'])
      expect(one.exitCode, one.output).toBe(0)
      alone = recordOf(project, 'kept by the whole')
      made = await makeParts(project, 'shared')
      run = await merge(project)
    })

    test('has as many runs, which used as much, as that of one process', () => {
      const { summary, plan, resources } = recordOf(project, 'kept by the whole')
      expect(summary.runs).toBe(200)
      expect([summary.runs, summary.outcomes]).toEqual([alone.summary.runs, alone.summary.outcomes])
      for (const name of ['inputTokens', 'outputTokens'] as const)
        expect(summary.metrics[name]).toEqual(alone.summary.metrics[name])
      expect(summary.metrics.latencyMs?.n).toBe(alone.summary.metrics.latencyMs?.n)
      expect(summary.cases.map(({ outcomes }) => outcomes)).toEqual(alone.summary.cases.map(({ outcomes }) => outcomes))
      expect(plan).toEqual(alone.plan)
      expect(resources.droppedRuns).toBe(0)
    })

    test('has the rate of all of them, from one instant on', () => {
      const { summary, series } = recordOf(project, 'kept by the whole')
      const rate = summary.scenario.runsPerSecond ?? Number.NaN
      const expected = alone.summary.scenario.runsPerSecond ?? Number.NaN
      expect(Math.abs(rate / expected - 1)).toBeLessThan(0.05)
      expect(series?.started.slice(0, 2)).toEqual([expect.toSatisfy(near80), expect.toSatisfy(near80)])
    })

    test('keeps its thresholds, which no part is held against', () => {
      for (const { exitCode, output } of made) expect(exitCode, output).toBe(0)
      expect(run.exitCode, run.output).toBe(0)
      expect(recordOf(project, 'kept by the whole').verdict.status).toBe('pass')
    })

    test('is what the first process makes alone where it cannot be shared, as studies are', () => {
      for (const [at, { output }] of made.entries())
        for (const name of ['waits', 'is asked once'])
          expect(output).toMatch(new RegExp(`${at === 0 ? '✓' : '↓'} .*${name}`))
      expect(made[1]?.output).toContain('the first of the sessions that share the loads makes this one')
      expect(recordOf(project, 'waits').summary.runs).toBe(3)
      expect(resultsOf(project).studies).toHaveLength(1)
    })

    test('is not clear without one of them, which is named', async () => {
      rmSync(join(project.folder, 'blobs', '3.json'))
      const { exitCode, output } = await merge(project)
      expect(output).toContain('Of 4 parts of the load 3 is missing')
      expect(recordOf(project, 'kept by the whole').verdict.status).toBe('fail')
      expect(exitCode).toBe(1)
    })
  })

  test('is red when all of them break a threshold that each keeps', async () => {
    const project = openProject('segments', version)
    for (const { exitCode, output } of await makeParts(project, 'broken')) expect(exitCode, output).toBe(0)
    const { exitCode, output } = await merge(project)
    expect(exitCode).toBe(1)
    expect(output).toContain('dropped is 12, over its threshold of 8')
  })
})

function near80(count: number): boolean {
  return Math.abs(count - 80) <= 4
}
