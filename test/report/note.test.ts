import { describe, expect, test } from 'vitest'
import { notesOf, subjectOf } from '../../src/report/note.ts'
import { failedCheck, finding, recordWith, thresholdCheck } from './given.ts'
import { recordOf, sessionOf } from './sessions.ts'

const notes = (...records: Parameters<typeof sessionOf>[0]) => notesOf(sessionOf(records).executions)
const late = (runs: number) => ({
  code: 'degraded' as const,
  message: `Late during ${runs} runs.`,
  remedy: 'Find quiet.',
})
const noHistory = 'no accepted execution on this kind of machine yet (here)'

describe('notes', () => {
  test('are folded over the scenarios that share them', () => {
    const records = ['a', 'b', 'c', 'd'].map((name) => recordWith(name, { warnings: [late(3)] }))
    const [note, ...others] = notes(...records)
    expect(others).toEqual([])
    expect(note).toMatchObject({
      kind: 'warning',
      message: 'Late during 3 runs.',
      scenarios: ['a', 'b', 'c', 'd'],
      same: true,
    })
    expect(note === undefined ? '' : subjectOf(note)).toBe('a and 3 more: ')
  })

  test('that differ in numbers only are told by the first', () => {
    const [note] = notes(recordWith('a', { warnings: [late(3)] }), recordWith('b', { warnings: [late(7)] }))
    expect(note?.same).toBe(false)
    expect(note === undefined ? '' : subjectOf(note)).toBe('a, b, such as: ')
  })

  test('begin with what could not be decided, and end with what was not compared', () => {
    const record = recordWith('a', {
      findings: [finding('workingMs', 'notJudged', 1, 1, { reason: noHistory }), finding('steps', 'same', 2, 2)],
      warnings: [late(1)],
      checks: [thresholdCheck('latencyMs', 'latency p95', { status: 'inconclusive', message: 'Too few.' })],
    })
    expect(notes(record).map(({ kind }) => kind)).toEqual(['undecided', 'warning', 'notJudged'])
  })

  test('tell patterns before good news, the first two of a scenario', () => {
    const pattern = (metric: 'workingMs' | 'steps' | 'costUsd') =>
      ({ kind: 'creep', metric, before: 1, after: 2, executions: 20 }) as const
    const record = recordOf('unconfirmed')
    const patterns = [pattern('workingMs'), pattern('steps'), pattern('costUsd')]
    const told = notes({ ...record, verdict: { ...record.verdict, patterns } })
    expect(told.map(({ kind }) => kind)).toEqual(['pattern', 'pattern', 'news'])
    expect(told[0]?.message).toMatch(/^working time crept from 1 ms to 2 ms/)
  })

  test('tell which metrics were not compared, and how that ends', () => {
    const findings = [
      finding('workingMs', 'notJudged', 1, 1, { reason: noHistory }),
      finding('ttftMs', 'notJudged', 1, 1, { reason: noHistory }),
      finding('steps', 'same', 2, 2),
    ]
    const here = recordWith('a', { findings })
    const inCi = { ...here, environment: { ...here.environment, ci: true } }
    expect(notes(here)[0]).toMatchObject({
      message: `working time, TTFT were not compared: ${noHistory}.`,
      remedy: 'Once a passing run is kept in `.bench-agent/history`, later ones are compared with it.',
    })
    expect(notes(inCi)[0]?.remedy).toContain('cache of the CI')
  })

  test('tell a changed model once, not for each metric', () => {
    expect(notes(recordOf('changed-model')).map(({ message }) => message)).toEqual([
      'nothing was compared: the model changed from "gpt-5-mini" to "gpt-5", so this counts as new.',
    ])
  })

  test('leave out doubt that is told as the reason of a failure', () => {
    const check = failedCheck('spend', 'spend', { status: 'inconclusive' })
    const record = recordWith('a', { status: 'inconclusive', checks: [check] })
    expect(notesOf([{ record, failed: true }])).toEqual([])
    expect(notesOf([{ record, failed: false }])).toHaveLength(1)
  })
})
