import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { CpuProfile } from '../../src/domain/profile/cpu-profile.ts'
import type { SlowRunProfile } from '../../src/domain/profile/profile.ts'
import { type ExecutionRecord, Results } from '../../src/domain/record.ts'
import { openProject, type Project } from './run-project.ts'
import { projectVersions } from './vitest-versions.ts'

/** What Vitest came to in `project`, with the records in its results. */
async function ran(project: Project, file: string, environment: Record<string, string> = {}) {
  const run = await project.vitest(['--project', 'perf', '--reporter=verbose', file], environment)
  const read = (name: string) => readFileSync(join(project.folder, name), 'utf8')
  const { records } = Results.parse(JSON.parse(read('.bench-agent/results.json')))
  const recordOf = (name: string): ExecutionRecord => {
    const record = records.find(({ identity }) => identity.name === name)
    if (record === undefined) throw new Error(`expected a record of ${name} in:\n${run.output}`)
    return record
  }
  return { ...run, recordOf, read }
}

function slowestOf({ profiles }: ExecutionRecord): SlowRunProfile & { time: NonNullable<SlowRunProfile['time']> } {
  const [slowest] = profiles ?? []
  if (slowest?.time === undefined) throw new Error(`expected a profile, got ${JSON.stringify(slowest)}`)
  return { ...slowest, time: slowest.time }
}

/** Share of the time of all profiles together that the function at `place` took by itself. */
function shareOf({ profiles = [] }: ExecutionRecord, place: string): number {
  const times = profiles.flatMap(({ time }) => time ?? [])
  const own = times.flatMap(({ functions }) => functions).filter((one) => one.place === place)
  return own.reduce((sum, { selfMs }) => sum + selfMs, 0) / times.reduce((sum, time) => sum + time.durationMs, 0)
}

/** Line of `file` in the project that holds `text`, from 1. */
const lineOf = (source: string, text: string) => (source.split(text)[0] ?? '').split('\n').length

describe.each(projectVersions())('profiles beside Vitest %s', (version) => {
  describe('of an agent whose time is known', () => {
    let project: Project
    let run: Awaited<ReturnType<typeof ran>>
    beforeAll(async () => {
      project = openProject('profile', version)
      run = await ran(project, 'busy')
    })

    test('tell the shares of its functions and the lines of their TypeScript', () => {
      expect(run.exitCode, run.output).toBe(0)
      const record = run.recordOf('ranks')
      const places = {
        rank: `ranking.ts:${lineOf(run.read('ranking.ts'), 'function rank(')}`,
        parse: `ranking.ts:${lineOf(run.read('ranking.ts'), 'parse(rounds')}`,
        write: `busy.perf.ts:${lineOf(run.read('busy.perf.ts'), 'const write')}`,
      }
      // Others that are at work take their time from whichever function they meet.
      expect(Math.abs(shareOf(record, places.rank) - 0.7)).toBeLessThan(0.1)
      expect(Math.abs(shareOf(record, places.parse) - 0.2)).toBeLessThan(0.1)
      expect(Math.abs(shareOf(record, places.write) - 0.1)).toBeLessThan(0.1)
      const told = slowestOf(record).time.functions.slice(0, 3)
      expect(Object.fromEntries(told.map(({ name, place }) => [name, place]))).toEqual(places)
    })

    test('are of the slow runs alone, and in none of its figures', () => {
      const { profiles = [], summary, plan } = run.recordOf('ranks')
      expect(summary.runs).toBe(6)
      expect(profiles.map(({ caseIndex }) => plan.cases[caseIndex]?.name)).toEqual(['hard', 'hard', 'hard'])
      for (const { latencyMs, profiledMs = 0 } of profiles) {
        expect(latencyMs).toBeGreaterThan(40)
        expect(profiledMs).toBeGreaterThan(latencyMs / 3)
      }
    })

    test('are files that tell the lines of the source, attached to the test', () => {
      const { file = '' } = slowestOf(run.recordOf('ranks'))
      expect(file).toMatch(/^\.bench-agent\/profiles\/ranks-[0-9a-f]{8}\/slow-run-1\.cpuprofile$/)
      const { nodes, samples = [] } = JSON.parse(run.read(file)) as CpuProfile
      expect(samples.length).toBeGreaterThan(300)
      const rank = nodes.find(({ callFrame }) => callFrame.functionName === 'rank')?.callFrame
      expect(rank?.url).toMatch(/\/ranking\.ts$/)
      expect((rank?.lineNumber ?? 0) + 1).toBe(lineOf(run.read('ranking.ts'), 'function rank('))
      const attachments = readdirSync(project.folder, { recursive: true, encoding: 'utf8' })
      expect(
        attachments.filter((path) => /attachments.*CPU-profile-of-slow-run-\d.*\.cpuprofile$/.test(path)),
      ).toHaveLength(3)
    })

    test('are told in the terminal and in Markdown', () => {
      expect(run.output).toMatch(/Slow run of ranks, hard: [\d.]+ ms; made again under a profiler: [\d.]+ ms/)
      expect(run.output).toMatch(/ {2}[5678]\d\.\d% {2}rank +ranking\.ts:6\n/)
      expect(run.output).toContain('…and 2 more slow runs, with all functions, in RESULTS.md.')
      expect(run.output).toContain('CPU profile of slow run 1')
      expect(run.read('.bench-agent/RESULTS.md')).toMatch(
        /\| rank \| .* \| \[ranking\.ts:6\]\(\.\.\/ranking\.ts#L6\) \|/,
      )
    })

    test('take the place of those of the last session', async () => {
      const again = await ran(project, 'busy')
      const { file = '' } = slowestOf(again.recordOf('ranks'))
      expect(readdirSync(join(project.folder, file, '..')).sort()).toEqual([
        'slow-run-1.cpuprofile',
        'slow-run-2.cpuprofile',
        'slow-run-3.cpuprofile',
      ])
      expect(readdirSync(join(project.folder, '.bench-agent', 'profiles'))).toHaveLength(1)
    })
  })

  test('say that a run mostly waits, and that functions are those of several runs', async () => {
    const run = await ran(openProject('profile', version), 'waiting')
    expect(run.exitCode, run.output).toBe(0)
    const { time } = slowestOf(run.recordOf('waits'))
    expect(time.idleMs / time.durationMs).toBeGreaterThan(0.8)
    expect(run.output).toMatch(/Most of it waits: (8|9)\d\.\d% of its time\./)
    expect(slowestOf(run.recordOf('waits beside others')).atOnce).toBe(3)
    expect(run.output).toContain('with 2 other runs at once')
    expect(run.recordOf('is fast').profiles).toBeUndefined()
  })

  test('are told without their files where those cannot be written', async () => {
    const project = openProject('profile', version)
    mkdirSync(join(project.folder, '.bench-agent'))
    // Nobody, not even root, makes a folder where a file is.
    writeFileSync(join(project.folder, '.bench-agent', 'profiles'), '')
    const run = await ran(project, 'busy')
    expect(run.exitCode, run.output).toBe(0)
    expect(run.output).toContain('Its file was not kept: Expected to write')
    expect(slowestOf(run.recordOf('ranks')).time.functions[0]?.name).toBe('rank')
  })

  test('are none where they would end the coverage', async () => {
    const project = openProject('profile', version)
    const run = await ran(project, 'busy', { NODE_V8_COVERAGE: join(project.folder, 'coverage') })
    expect(run.exitCode, run.output).toBe(0)
    expect(run.output).toContain('Not profiled: NODE_V8_COVERAGE is set')
    expect(run.recordOf('ranks').profiles?.[0]?.time).toBeUndefined()
  })
})
