import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { PastExecution } from '../../src/domain/baseline.ts'
import { Results } from '../../src/domain/record.ts'
import { openProject, type Project } from './run-project.ts'
import { projectVersions } from './vitest-versions.ts'

const five = { BENCH_AGENT_BASELINE_EXECUTIONS: '5' }

function resultsOf({ folder }: Project): Results {
  return Results.parse(JSON.parse(readFileSync(join(folder, '.bench-agent', 'results.json'), 'utf8')))
}

/** What the history keeps of the only scenario of `<name>.perf.ts`, newest first. */
function historyOf({ folder }: Project, name: string): PastExecution[] {
  const histories = join(folder, '.bench-agent', 'history')
  const path = existsSync(histories)
    ? readdirSync(histories)
        .map((machine) => join(histories, machine, `${name}.perf.ts.json`))
        .find(existsSync)
    : undefined
  if (path === undefined) return []
  const { scenarios }: { scenarios: Record<string, PastExecution[]> } = JSON.parse(readFileSync(path, 'utf8'))
  return Object.values(scenarios)[0] ?? []
}

describe.each(projectVersions())('beside Vitest %s', (version) => {
  test('a young baseline is filled by several executions of one session, once', async () => {
    const project = openProject('young', version)
    // Long enough for the machine to be calibrated, too.
    const filling = await project.vitest(['--project', 'perf', 'refund'], { ...five, WAIT_MS: '200' })
    expect(filling.exitCode, filling.output).toBe(0)
    const told = [...filling.output.matchAll(/refund fills its baseline: execution (\d) of 5/g)]
    expect(told.map(([, execution]) => execution)).toEqual(['1', '2', '3', '4', '5'])
    expect(filling.output).toMatch(/Tests\s+1 passed/)
    expect(filling.output).toContain('1 scenario passed · 20 runs')
    expect(filling.output).toContain('refund (execution 5 of 5)')
    expect(filling.output).toContain('First baseline of refund.')

    const past = historyOf(project, 'refund')
    expect(past).toHaveLength(5)
    expect(new Set(past.map(({ session }) => session)).size).toBe(1)
    expect(new Set(past.map(({ execution }) => execution)).size).toBe(5)
    const committed = JSON.parse(readFileSync(join(project.folder, '__bench__', 'refund.perf.ts.json'), 'utf8'))
    expect(Object.values(committed.scenarios)).toMatchObject([{ metrics: { inputTokens: { n: 20 } } }])

    const { records, environment } = resultsOf(project)
    expect(records.map((record) => record.filling?.execution)).toEqual([1, 2, 3, 4, 5])
    // Those before it as well as those after it.
    expect(environment.calibration).toMatchObject({ workload: 1, meanUs: expect.any(Number) })
    for (const record of records) expect(record.environment.calibration).toEqual(environment.calibration)
    for (const { calibration } of past) expect(calibration).toEqual(environment.calibration)

    const next = await project.vitest(['--project', 'perf', 'refund'], { ...five, WAIT_MS: '200' })
    expect(next.output).not.toContain('fills its baseline')
    const [record, ...others] = resultsOf(project).records
    expect(others).toEqual([])
    expect(record?.filling).toBeUndefined()
    // Five executions of one session know as much of drift as one.
    const finding = record?.verdict.findings.find(({ metric }) => metric === 'workingMs')
    expect(finding).toMatchObject({ executions: 1, baseline: { n: 20 } })
    expect(historyOf(project, 'refund')).toHaveLength(6)
  })

  test('a short session is not calibrated', async () => {
    const project = openProject('young', version)
    await project.vitest(['--project', 'perf', 'refund'])
    const { records, environment } = resultsOf(project)
    expect(environment.calibration).toBeUndefined()
    expect(records.map((record) => record.environment.calibration)).toEqual([undefined])
  })

  test('the first execution that fails is the last one, and none of its test is kept', async () => {
    const project = openProject('young', version)
    const { exitCode, output } = await project.vitest(['--project', 'perf', 'breaking'], five)
    expect(exitCode).toBe(1)
    expect(output).toContain('breaking fills its baseline: execution 3 of 5')
    expect(output).not.toContain('execution 4 of 5')
    expect(output).toContain('"breaking, execution 3 of 5," failed 1 check')
    expect(output).toContain('1 scenario failed · 6 runs')
    expect(historyOf(project, 'breaking')).toEqual([])
    expect(existsSync(join(project.folder, '__bench__'))).toBe(false)
  })

  test('the project may say how far, and a cap on spending ends it', async () => {
    const project = openProject('young', version)
    const filled = await project.vitest(['--project', 'filled', 'refund'])
    expect(filled.output).toContain('refund fills its baseline: execution 2 of 2')
    expect(historyOf(project, 'refund')).toHaveLength(2)
    const capped = await project.vitest(['--project', 'capped', 'refund'], five)
    expect(capped.exitCode, capped.output).toBe(0)
    expect(capped.output).toMatch(
      /refund leaves its baseline at execution 2 of 5: of another one it may cost \$0\.08\d*, and \$0\.03\d* of the cap is left/,
    )
    expect(resultsOf(project).records).toHaveLength(2)
  })

  test('in CI nothing is filled and that is said, and a test that only measures is measured once', async () => {
    const project = openProject('young', version)
    const ci = await project.vitest(['--project', 'perf', 'refund'], { ...five, CI: 'true' })
    expect(ci.output).toContain('BENCH_AGENT_BASELINE_EXECUTIONS fills no baseline')
    expect(resultsOf(project).records).toHaveLength(1)
    const inside = await project.vitest(['--project', 'perf', 'inside'], five)
    expect(inside.output).not.toContain('fills its baseline')
    expect(historyOf(project, 'inside')).toHaveLength(1)
  })
})
