import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { openProject } from './run-project.ts'
import { projectVersions } from './vitest-versions.ts'

describe.each(projectVersions())('a session of Vitest %s', (version) => {
  test('runs performance tests after every other project', async () => {
    const project = openProject('modifiers', version)
    const { output } = await project.vitest(['--project', 'unit', '--project', 'perf', 'suite', 'only'])
    expect(output.indexOf('suite.test.ts')).toBeLessThan(output.indexOf('only.perf.ts'))
    expect(output.indexOf('suite.test.ts')).toBeGreaterThan(-1)
  })

  test('in watch mode does not call models again because a file changed', async () => {
    const project = openProject('modifiers', version)
    const watching = project.watch(['--project', 'unit', '--project', 'perf', 'suite', 'only'])
    await watching.until('Waiting for file changes')
    appendFileSync(join(project.folder, 'only.perf.ts'), '\n// changed\n')
    await setTimeout(1_500)
    appendFileSync(join(project.folder, 'suite.test.ts'), '\n// changed\n')
    await watching.until('RERUN  suite.test.ts')
    await watching.until(/suite\.test\.ts \(2 tests\)[\s\S]*suite\.test\.ts \(2 tests\)/)
    watching.stop()
    expect(watching.output().match(/only\.perf\.ts \(2 tests/g)).toHaveLength(1)
  })

  test('of several shards is judged and kept when their blobs are merged', async () => {
    const project = openProject('modifiers', version)
    for (const shard of ['1/2', '2/2'])
      await project.vitest(['--project', 'perf', `--shard=${shard}`, '--reporter=blob'])
    const merged = await project.vitest(['--merge-reports'])
    expect(merged.output).toContain('the only one')
    expect(merged.output).toContain('each 2 two')
    const results = JSON.parse(readFileSync(join(project.folder, '.bench-agent', 'results.json'), 'utf8'))
    expect(results.records.length).toBeGreaterThan(10)
    expect(existsSync(join(project.folder, '__bench__', 'only.perf.ts.json'))).toBe(true)
  })

  test('that only lists or filters tests calls no entry obsolete', async () => {
    const project = openProject('modifiers', version)
    await project.vitest(['--project', 'perf', 'modifiers'])
    const { output } = await project.vitest(['--project', 'perf', 'modifiers', '-t', 'plain'])
    expect(output).not.toMatch(/obsolete/i)
    expect(output).toContain('plain')
  })
})
