import { describe, expect, test } from 'vitest'
import { describeChange, mainFinding } from '../../src/report/change.ts'
import { finding } from './given.ts'

describe('the main finding', () => {
  test('is a worsening before anything else', () => {
    const findings = [
      finding('costUsd', 'better', 2, 1),
      finding('steps', 'worse', 2, 3),
      finding('ttftMs', 'same', 1, 1),
    ]
    expect(mainFinding(findings)?.metric).toBe('steps')
  })

  test('is one that everybody understands before its parts', () => {
    expect(mainFinding([finding('inputTokens', 'worse', 1, 9), finding('totalTokens', 'worse', 1, 2)])?.metric).toBe(
      'totalTokens',
    )
  })

  test('is the larger one, and the largest where the baseline lies at 0', () => {
    const findings = [finding('ttftMs', 'worse', 100, 130), finding('costUsd', 'worse', 1, 2)]
    expect(mainFinding(findings)?.metric).toBe('costUsd')
    expect(mainFinding([...findings, finding('workingMs', 'worse', 0, 1)])?.metric).toBe('workingMs')
  })

  test('is absent without findings', () => {
    expect(mainFinding([])).toBeUndefined()
  })
})

test('a change is told by its metric and its size', () => {
  expect(describeChange(finding('totalTokens', 'worse', 1_000, 1_400))).toBe('tokens +40.0%')
  expect(describeChange(finding('totalTokens', 'accepted', 1_000, 1_400))).toBe('tokens +40.0%, accepted')
  expect(describeChange(finding('toolCalls', 'worse', 0, 2))).toBe('tool calls from 0')
  expect(describeChange(finding('successRatio', 'worse', 1, 0.9))).toBe('success -10.0 points')
  expect(describeChange(finding('costUsd', 'same', 1, 1))).toBe('same')
  expect(describeChange(finding('costUsd', 'new', 1, 1))).toBe('new')
  expect(describeChange(finding('costUsd', 'notJudged', 1, 1))).toBe('not judged')
})
