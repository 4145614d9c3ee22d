import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ModelServer, startModelServer } from '../../fixtures/model-server/server.ts'
import { Results } from '../../src/domain/record.ts'
import { type StressName, stressNames } from '../../src/domain/study/stress.ts'
import { openProject } from './run-project.ts'
import { projectVersions } from './vitest-versions.ts'

let server: ModelServer

beforeAll(async () => {
  server = await startModelServer({ timing: { ttftMs: 5 } })
})
afterAll(() => server.close())

describe.each(projectVersions())('stressAgent beside Vitest %s', (version) => {
  /** What Vitest came to, with the studies in its results. */
  async function ran(...given: string[]) {
    const project = openProject('stress', version)
    const model = { OPENAI_BASE_URL: server.baseUrl, OPENAI_API_KEY: 'any' }
    const run = await project.vitest(['--project', 'perf', '--reporter=verbose', ...given], model)
    const read = (name: string) => readFileSync(join(project.folder, '.bench-agent', name), 'utf8')
    const { studies = [], records } = Results.parse(JSON.parse(read('results.json')))
    const stressOf = (suite: string) => {
      const study = studies.find(({ identity }) => identity.suite[0] === suite)
      if (study?.result.kind !== 'stress') throw new Error(`expected the stress of ${suite} in:\n${run.output}`)
      return { ...study, ...study.result.stress }
    }
    return { ...run, studies, records, stressOf, markdown: read('RESULTS.md') }
  }

  describe('an agent that gives up, beside one that retries', () => {
    let run: Awaited<ReturnType<typeof ran>>
    beforeAll(async () => {
      run = await ran('gives-up', 'retries')
    })

    test('fails where it gives up, and nowhere else', () => {
      expect(run.exitCode, run.output).toBe(1)
      const failing: string[] = ['rateLimiting', 'failureRecovery', 'resilience']
      for (const name of [...stressNames, 'resilience'])
        expect(run.output).toMatch(new RegExp(`${failing.includes(name) ? '×' : '✓'} .*gives up > ${name}`))
      for (const name of [...stressNames, 'resilience'])
        expect(run.output).toMatch(new RegExp(`✓ .* retries > ${name}`))
      expect(run.output).toMatch(/Tests +3 failed \| 15 passed/)
    })

    test('is told why, what to do, and at which line', () => {
      expect(run.output).toMatch(
        /"rateLimiting" failed 1 check:\n\s+✖ \d+\.\d% of the runs were good, under 90\.0%\.\n\s+→ Retry with a growing/,
      )
      expect(run.output).toMatch(/\d+ × error: the model answered 429/)
      expect(run.output).toMatch(
        /✖ After it, runs were not as usual again until the end; 300 ms are allowed\.\n\s+→ Look for what a failed call keeps/,
      )
      expect(run.output).toMatch(
        /"resilience" failed 1 check:\n\s+✖ The resilience score of 8 kinds of stress is 0\.\d\d, under its threshold of 0\.95\.\n\s+→ The weakest point is failureRecovery\./,
      )
      expect(run.output.match(/gives-up\.perf\.ts:6:1\n/g)).toHaveLength(3)
    })

    test('has the lower score in the results', () => {
      const weak = run.stressOf('gives up')
      const strong = run.stressOf('retries')
      expect(weak.resilienceScore).toBeLessThan(strong.resilienceScore)
      expect(strong.resilienceScore).toBeGreaterThan(0.95)
      expect([weak.status, strong.status]).toEqual(['fail', 'pass'])
      const scoreOf = (name: StressName) => weak.outcomes.find(({ scenario }) => scenario === name)?.score
      expect(scoreOf('failureRecovery')).toBe(0)
      expect(scoreOf('rateLimiting')).toBeLessThan(0.9)
      expect(weak.advice.map((text) => text.split(':')[0])).toEqual(['failureRecovery', 'rateLimiting'])
    })

    test('has an outcome of each kind, whose records are there too, beside the usual load', () => {
      for (const suite of ['gives up', 'retries']) {
        const { outcomes, usual, runs, durationMs } = run.stressOf(suite)
        expect(outcomes.map(({ scenario }) => scenario)).toEqual(stressNames)
        const own = run.records.filter(({ identity }) => identity.suite[0] === suite)
        expect(own.map(({ identity }) => identity.name)).toEqual(['usual load', ...stressNames])
        expect(own.slice(1).map(({ execution }) => execution)).toEqual(outcomes.map(({ execution }) => execution))
        expect(outcomes.reduce((sum, one) => sum + one.runs, 0)).toBe(runs)
        expect(usual).toMatchObject({ concurrency: 1, modelCalls: 1, runs: own[0]?.summary.runs })
        // From its first run on, which is 13 times 400 ms before its end.
        expect(durationMs).toBeGreaterThan(13 * 400)
      }
    })

    test('retries cost model calls', () => {
      const callsOf = (suite: string) =>
        run.stressOf(suite).outcomes.find(({ scenario }) => scenario === 'rateLimiting')?.amplificationRatio
      expect(callsOf('retries')).toBeGreaterThan(1)
      expect(callsOf('gives up')).toBe(1)
    })

    test('is a table in the terminal and in RESULTS.md', () => {
      expect(run.output).toMatch(
        /✖ gives up > resilience under stress: resilience 0\.\d\d of 1\n\s+stress\s+score\s+runs\s+good/,
      )
      expect(run.output).toMatch(/✔ retries > resilience under stress: resilience (0\.9\d|1\.00) of 1/)
      expect(run.markdown).toContain('### ❌ gives up &gt; resilience under stress')
    })
  })

  test('one kind alone measures the usual load first, and has no score', async () => {
    const { exitCode, output, studies, records } = await ran('retries', '-t', 'spike')
    expect(exitCode, output).toBe(0)
    expect(output).toMatch(/Tests +1 passed \| 8 skipped/)
    expect(records.map(({ identity }) => identity.name)).toEqual(['usual load', 'spike'])
    expect(studies).toEqual([])
  })

  test('a score without any kind is skipped', async () => {
    const { vitest } = openProject('stress', version)
    const { exitCode, output } = await vitest([
      '--project',
      'perf',
      '--reporter=verbose',
      'retries',
      '-t',
      'resilience',
    ])
    expect(exitCode, output).toBe(0)
    expect(output).toContain('no kind of stress was measured')
    expect(output).toMatch(/Tests +9 skipped/)
  })

  describe('suites that cannot be stressed', () => {
    let run: Awaited<ReturnType<typeof ran>>
    beforeAll(async () => {
      run = await ran('others')
    })

    test('.skip skips all of its tests', () => {
      for (const name of [...stressNames, 'resilience'])
        expect(run.output).toMatch(new RegExp(`↓ .*left out > ${name}`))
    })

    test('mistakes in the options fail one test, at the line', () => {
      expect(run.output.match(/× .*misspelt > /g)).toHaveLength(1)
      expect(run.output).toContain('2 mistakes in the options of "misspelt" (BENCH_AGENT_OPTIONS)')
      expect(run.output).toContain('Expected runs to be absent, for each kind of stress has its own, got a value.')
      expect(run.output).toContain('others.perf.ts:17:1')
    })

    test('what no fault could meet is undecided, and not part of the score', () => {
      expect(run.output).toMatch(/✓ .*asks no model > rateLimiting/)
      expect(run.output).toContain('No model call was seen that could have met a fault.')
      expect(run.stressOf('asks no model').outcomes.map(({ scenario }) => scenario)).toEqual(['spike'])
    })

    test('an agent that is never good is told so, with what it threw', () => {
      expect(run.output).toMatch(
        /"is never good" failed 1 check:\n\s+✖ Not one run was good at the usual load[\s\S]*\d+ × error: no key/,
      )
      expect(run.output).toMatch(/↓ .*is never good > resilience/)
      expect(run.output).toMatch(/Tests +2 failed \| 3 passed \| 10 skipped/)
      expect(run.exitCode).toBe(1)
    })
  })
})
