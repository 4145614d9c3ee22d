import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { Results } from '../../src/domain/record.ts'
import { openProject, type Project, type ProjectRun } from './run-project.ts'
import { projectVersions } from './vitest-versions.ts'

describe.each(projectVersions())('rows of benchAgent.for beside Vitest %s', (version) => {
  let project: Project
  beforeAll(() => {
    project = openProject('configurations', version)
  })

  const results = () =>
    Results.parse(JSON.parse(readFileSync(join(project.folder, '.bench-agent', 'results.json'), 'utf8')))
  const perf = (...given: string[]) => project.vitest(['--project', 'perf', ...given])
  const seenIn = ({ output }: ProjectRun) => (/seen: (.*)/.exec(output)?.[1] ?? '').split(' ')

  describe('that share their time', () => {
    let run: ProjectRun
    beforeAll(async () => {
      run = await perf('models')
    })

    test('take turns forth and back, with no hook of theirs between', () => {
      const seen = seenIn(run)
      const measured = seen.filter((word) => ['slow', 'wordy', 'late'].includes(word))
      const round = ['slow', 'wordy', 'late']
      const back = round.toReversed()
      // 30 runs of each, in turns of two.
      const rounds = Array.from({ length: 15 }, (_, position) => (position % 2 === 0 ? round : back))
      expect(measured).toEqual(rounds.flat().flatMap((name) => [name, name]))
      const hooks = seen.slice(0, seen.lastIndexOf('late')).filter((word) => word === 'before' || word === 'after')
      expect(hooks).toEqual(['before', 'before', 'before'])
    })

    test('are judged each by itself, at its line', () => {
      expect(run.exitCode).toBe(1)
      expect(run.output).toContain('1 failed | 3 passed')
      expect(run.output).toContain('tokens mean is 410 tokens, over its threshold of 300 tokens')
      expect(run.output).toMatch(/1 of 4 scenarios failed ·/)
      expect(run.output).not.toMatch(/\d stud/)
    })

    test('end in one table with the best of them, and whether its lead is real', () => {
      expect(run.output).toMatch(
        /\nweekday on \$model side by side, in turns\n\s+configuration\s+runs\s+ok\s+p50\s+p95\s+tokens\n\s+slow\s+30.*110\n\s+wordy\s+30.*410\n\s+late\s+30.*160\n/,
      )
      expect(run.output).toMatch(/Fewest tokens: slow, -31\.\d% against late; the lead is real \(p <0\.001\)\./)
      expect(run.output).toMatch(/Fastest: wordy, -\d+\.\d% against late; the lead is real/)
      expect(readFileSync(join(project.folder, '.bench-agent', 'RESULTS.md'), 'utf8')).toContain(
        '### weekday on $model side by side, in turns',
      )
    })

    test('are in the results, with their baselines and their table', () => {
      const { records, studies } = results()
      expect(records.map(({ identity }) => identity.id).toSorted()).toEqual([
        'on its own',
        'weekday on late',
        'weekday on slow',
        'weekday on wordy',
      ])
      const [study] = studies ?? []
      expect(studies).toHaveLength(1)
      expect(study).toMatchObject({ status: 'pass', runs: 90, result: { kind: 'configurations' } })
      expect(Object.keys(committed('models'))).toEqual(
        ['on its own', 'weekday on late', 'weekday on slow'].map((name) => `perf > ${name}`),
      )
    })

    test('leave what comes after them alone', () => {
      const seen = seenIn(run)
      expect(seen.slice(-4)).toEqual(['before', 'own', 'own', 'after'])
    })
  })

  function committed(file: string): Record<string, unknown> {
    const { scenarios } = JSON.parse(readFileSync(join(project.folder, '__bench__', `${file}.perf.ts.json`), 'utf8'))
    return scenarios
  }

  test('one of them alone has no table', async () => {
    const { output, exitCode } = await perf('models', '-t', 'late')
    expect(exitCode).toBe(0)
    expect(output).not.toContain('side by side')
    expect(new Set(seenIn({ output, exitCode }))).toEqual(new Set(['before', 'late', 'after']))
  })

  test('that cannot share their time, and those of each, are measured one after another', async () => {
    const run = await perf('alone')
    expect(run.exitCode).toBe(0)
    expect(run.output).not.toContain('side by side')
    const seen = seenIn(run)
    const turns = seen.filter((name, position) => name !== seen[position - 1])
    expect(turns).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g'])
  })

  test('as many as there are take turns, and one that fails leaves the others alone', async () => {
    const { exitCode, output } = await perf('many')
    expect(exitCode).toBe(1)
    expect(output).toContain('1 failed | 11 passed')
    expect(output).toMatch(/Fewest tokens: 1, -8\.3% against 2/)
    const [study] = results().studies ?? []
    expect(study?.result.kind === 'configurations' ? study.result.sweep.levels : []).toHaveLength(12)
    const turns = results()
      .records.filter(({ summary }) => summary.runs === 4)
      .map(({ startedAt }) => Date.parse(startedAt))
    expect(turns).toHaveLength(12)
    expect(Math.max(...turns) - Math.min(...turns)).toBeLessThan(1_000)
  })

  test('of which one blocks the process are told apart', async () => {
    const { exitCode, output } = await perf('blocking')
    expect(exitCode).toBe(1)
    expect(output).toMatch(/goal of '?hasty'?.*\n.*It blocked its thread for .* in run 2 of 4/)
    expect(output).toMatch(/Its process died in "goal of '?hasty'?", with which it took turns\./)
  })

  test('share what the session may spend, and one alone has all of it', async () => {
    const { output } = await project.vitest(['--project', 'capped'])
    expect(output).toContain('$0.4 of $0.4 spent')
    expect(output).toContain('the session spent $0.4 of its cap of $0.4')
    expect(results().records.map(({ summary }) => summary.runs)).toEqual([20, 20])
    await project.vitest(['--project', 'capped', '-t', 'one'])
    expect(results().records.map(({ summary }) => summary.runs)).toEqual([40])
  })

  describe('with edges', () => {
    let run: ProjectRun
    beforeAll(async () => {
      run = await perf('edges')
    })
    const tableOf = (title: string) => run.output.slice(run.output.indexOf(`\n${title} side by side`)).split('\n\n')[0]

    test('that are fast and wrong do not lead', () => {
      expect(tableOf('answer is %s')).toContain('Most reliable: right, +100.0 points against wrong; the lead is real')
      expect(tableOf('answer is %s')).not.toContain('Fastest')
    })

    test('all get the cases of a source that can be read only once', () => {
      const sharing = results().records.filter(({ identity }) => identity.id.startsWith('shares'))
      expect(sharing.map(({ plan }) => plan.cases.length)).toEqual([3, 3])
    })

    test('tell of bad options at the row that has them', () => {
      expect(run.output).toMatch(/options of "load '?10'?"/)
      expect(run.output).toContain('1 failed | 9 passed')
      expect(run.output).toContain('Expected load to be')
    })

    test('say nothing of who leads where a row has a single turn', () => {
      expect(tableOf('lanes of %s')).toContain('one of them had a single turn')
      expect(tableOf('lanes of %s')).not.toContain('in turns')
    })

    test('have the time of all of them', () => {
      expect(run.output).not.toContain('timed out')
    })
  })
})
