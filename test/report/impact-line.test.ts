import { describe, expect, test } from 'vitest'
import type { Impact, Reason } from '../../src/domain/impact.ts'
import { describeCases, describeReasons } from '../../src/report/impact-line.ts'
import { times } from '../domain/given.ts'
import { recordWith } from './given.ts'

const impact = (metric: Impact['metric'], cases: number, ...worse: [string, number, number][]): Impact => ({
  metric,
  cases,
  worse: worse.map(([name, before, after]) => ({ name, before, after })),
  reasons: [],
})

describe('the cases that got worse', () => {
  test('are told by name and factor, the first three of them', () => {
    const three = impact('workingMs', 10, ['refund-7', 100, 210], ['angry', 100, 160], ['empty', 100, 130])
    expect(describeCases(three)).toBe('slower in 3 of 10 cases: refund-7 × 2.1, angry × 1.60, empty × 1.30')
    const five = impact('costUsd', 10, ...times(5, (position): [string, number, number] => [`c${position}`, 1, 2]))
    expect(describeCases(five)).toBe('dearer in 5 of 10 cases: c0 × 2, c1 × 2, c2 × 2, 2 more')
  })

  test('are told together where all got worse alike', () => {
    expect(describeCases(impact('workingMs', 2, ['a', 100, 150], ['b', 100, 160]))).toBe(
      'slower in both cases, up to × 1.60',
    )
    const all = times(4, (position): [string, number, number] => [`c${position}`, 100, 200 + position])
    expect(describeCases(impact('totalTokens', 4, ...all))).toBe('dearer in all 4 cases, up to × 2.0')
  })

  test('are told one by one where they differ, though all got worse', () => {
    expect(describeCases(impact('workingMs', 2, ['a', 100, 300], ['b', 100, 130]))).toBe(
      'slower in both cases: a × 3, b × 1.30',
    )
  })

  test('are told by values where there is no factor', () => {
    expect(describeCases(impact('successRatio', 4, ['angry', 1, 0]))).toBe('worse in 1 of 4 cases: angry 100% → 0%')
    expect(describeCases(impact('toolCalls', 4, ['angry', 0, 2]))).toBe('dearer in 1 of 4 cases: angry 0 → 2')
  })

  test('are nothing to tell where there is one, or none got worse by itself', () => {
    expect(describeCases(impact('workingMs', 1, ['only', 100, 200]))).toBeUndefined()
    expect(describeCases(impact('workingMs', 10))).toBeUndefined()
  })
})

describe('what changed with a worsening', () => {
  const told = (...reasons: Reason[]) => {
    const record = recordWith('refund', {})
    const impacts = [{ ...impact('workingMs', 1), reasons }]
    return describeReasons({ ...record, verdict: { ...record.verdict, impacts } })
  }

  test.for([
    ['steps', 4, 6, 'More steps: 4 → 6.'],
    ['prompt', 880, 1230, 'Longer prompts: 880 → 1,230 input tokens a step.'],
    ['answer', 120, 200, 'Longer answers: 120 → 200 output tokens a step.'],
    ['reasoning', 0, 240, 'Longer reasoning: 0 → 240 tokens a step.'],
    [
      'call',
      420,
      760,
      'Each model call takes 1.8 times as long (420 ms → 760 ms), while steps and answers are as before.',
    ],
    ['tools', 120, 250, 'More time in tools: 120 ms → 250 ms a run.'],
    ['code', 40, 300, 'More time outside of model calls and tools: 40 ms → 300 ms a run.'],
    ['retries', 0, 1.2, 'More repeated calls: 0 → 1.2 a run.'],
    ['cache', 0.8, 0, 'The prompt cache is hit less: 80.0% → 0% of the input.'],
  ] as const)('is told in words (%s)', ([kind, before, after, words]) => {
    expect(told({ kind, before, after })).toBe(words)
  })

  test('is told in one sentence, each once', () => {
    const steps: Reason = { kind: 'steps', before: 4, after: 6 }
    expect(told(steps, { kind: 'call', before: 400, after: 800 }, steps)).toBe(
      'More steps: 4 → 6; each model call takes 2.0 times as long (400 ms → 800 ms).',
    )
    expect(told()).toBeUndefined()
    expect(describeReasons(recordWith('refund', {}))).toBeUndefined()
  })
})
