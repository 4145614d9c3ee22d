import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { BenchAgentError } from '../../src/domain/errors.ts'
import { ExecutionRecord } from '../../src/domain/record.ts'
import { measure } from '../../src/run/measure.ts'
import { jsonl } from '../../src/run/source/case-file.ts'
import { runNode } from '../measure/child.ts'

const Printed = z.object({ record: ExecutionRecord, answered: z.number().optional() })

/** The record that the script prints in a process without a test runner. */
async function scripted(scenario: string): Promise<z.infer<typeof Printed>> {
  const { code, stdout, stderr } = await runNode('../run/measuring-script.ts', scenario)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return Printed.parse(JSON.parse(stdout))
}

describe('in a process of its own', () => {
  test('an agent is measured as in a test', async () => {
    const { record, answered = 0 } = await scripted('model')
    expect(record).toMatchObject({
      identity: { project: '', file: '', suite: [], name: 'shop', id: 'shop' },
      mode: 'live',
      models: ['gpt-5-mini'],
      coldStart: { outcome: 'ok' },
      keepsBaseline: false,
      verdict: { status: 'pass', findings: [] },
      summary: { runs: 6, outcomes: { ok: 6 }, scores: { brief: { n: 6, mean: 1 } } },
    })
    expect(record.summary.cases.map(({ name, category }) => [name, category])).toEqual([
      ['What is 5 + 3?', undefined],
      ['Refund invoice 17', 'refund'],
    ])
    // One more is that of the warm-up.
    const steps = record.samples?.values.steps ?? []
    expect(steps).toHaveLength(6)
    expect(steps.reduce<number>((sum, value) => sum + (value ?? 0), 0)).toBe(answered - (steps[0] ?? 0))
    expect(record.summary.metrics.ttftMs).toMatchObject({ n: 6, missing: 0 })
    expect(record.spentUsd).toBeGreaterThan(0)
  })

  test('what no catch can see costs its own run only', async () => {
    const { record } = await scripted('strays')
    expect(record.summary.outcomes).toMatchObject({ ok: 2, error: 8, timeout: 2 })
    const causes = record.problems.map(({ index, message }) => [index, message] as const)
    expect(causes.map(([, message]) => message).sort()).toEqual(
      [
        'The agent called process.exit(9)',
        'The agent called process.exit(9)',
        'latency passed its limit of 300 ms',
        'rejected unseen',
        'thrown in a timer',
      ]
        .flatMap((message) => [message, message])
        .sort(),
    )
  })
})

describe('the record', () => {
  test('is valid, has the samples, and a name and an id of its own', async () => {
    const first = await measure({ runs: 3, warmup: 0 }, () => 'done')
    const second = await measure({ name: 'named', id: 'kept', runs: 1, warmup: 0 }, () => 'done')
    expect(ExecutionRecord.parse(JSON.parse(JSON.stringify(first)))).toBeDefined()
    expect(first.identity).toMatchObject({ name: 'agent', id: 'agent' })
    expect(second.identity).toMatchObject({ name: 'named', id: 'kept' })
    expect(first.execution).not.toBe(second.execution)
    expect(first.samples?.outcome).toEqual(['ok', 'ok', 'ok'])
  })

  test('tells of a broken threshold, and nothing is thrown', async () => {
    const record = await measure({ runs: 2, warmup: 0, thresholds: { successRatio: 1 } }, () => {
      throw new Error('broken')
    })
    expect(record.verdict.status).toBe('fail')
    expect(record.verdict.checks.map(({ code }) => code)).toContain('success')
    expect(record.problems[0]).toMatchObject({ outcome: 'error', message: 'broken' })
  })
})

describe('it throws', () => {
  test('every mistake in the options', async () => {
    const options = { runs: 0, warmups: 2 }
    const error = await measure(options, () => 1).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(BenchAgentError)
    expect(error).toMatchObject({
      code: 'BENCH_AGENT_OPTIONS',
      message: expect.stringMatching(
        /^2 mistakes in the options of "agent".*runs to be at least 1.*Did you mean `warmup`\?/s,
      ),
    })
  })

  test('when a hook fails', async () => {
    const setup = () => Promise.reject(new Error('no database'))
    await expect(measure({ runs: 1, warmup: 0, setup }, () => 1)).rejects.toMatchObject({
      code: 'BENCH_AGENT_HOOK',
      message: expect.stringContaining('`setup`'),
    })
  })

  test('when there is no case', async () => {
    await expect(measure({ cases: [{ input: 1 }], where: () => false }, () => 1)).rejects.toThrow(
      'Expected cases to be at least one case, got none.',
    )
  })

  test('when two cases have the same name', async () => {
    const cases = [
      { input: 1, name: 'twice' },
      { input: 2, name: 'twice' },
    ]
    await expect(measure({ cases }, () => 1)).rejects.toThrow('Expected cases[1].name to be unique, got "twice"')
  })
})

test('case files are relative to the working directory', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'bench-agent-'))
  const path = join(directory, 'cases.jsonl')
  writeFileSync(path, '{"input":"a"}\n{"input":"b"}\n')
  const record = await measure(
    { cases: jsonl(relative(process.cwd(), path)), runs: 1, warmup: 0 },
    ({ input }) => input,
  )
  expect(record.plan.cases.map(({ name }) => name)).toEqual(['a', 'b'])
  rmSync(directory, { recursive: true })
})
