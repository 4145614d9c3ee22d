import { describe, expect, test } from 'vitest'
import type { Finding } from '../../src/domain/finding.ts'
import { likelyCause } from '../../src/report/cause.ts'
import { finding, recordWith } from './given.ts'
import { recordOf } from './sessions.ts'

const causeOf = (...findings: Finding[]) => likelyCause(recordWith('refund', { findings }))
const sameSteps = finding('steps', 'same', 2, 2)
const slower = finding('workingMs', 'worse', 800, 1_200)

describe('the likely cause', () => {
  test('of more tokens is more steps, when there are more', () => {
    expect(likelyCause(recordOf('regression'))).toBe('More steps: 2 → 3.')
    const findings = [finding('steps', 'worse', 2, 3), finding('toolCalls', 'worse', 1, 2)]
    expect(causeOf(...findings)).toBe('More model calls in a run (steps 2 → 3, tool calls 1 → 2).')
  })

  test('of more tokens in as many steps is more input, or longer answers', () => {
    const input = finding('inputTokens', 'worse', 1_000, 1_400)
    const output = finding('outputTokens', 'worse', 100, 150)
    expect(causeOf(sameSteps, input)).toBe(
      'More input for as many model calls: the prompt, the tools or the history grew (input tokens 1,000 → 1,400).',
    )
    expect(causeOf(sameSteps, output)).toBe('Longer answers for as many model calls (output tokens 100 → 150).')
    expect(causeOf(sameSteps, finding('toolCalls', 'worse', 1, 2))).toMatch(/^More tool calls for as many model calls/)
  })

  test('of more time for the same work lies outside of the agent', () => {
    expect(causeOf(sameSteps, slower)).toMatch(/^Steps and tokens are as before: the same work takes longer/)
  })

  test('of more cost for the same tokens is the price', () => {
    expect(causeOf(sameSteps, finding('costUsd', 'worse', 0.01, 0.02))).toContain('its price')
  })

  test('is unknown when the work of the agent is', () => {
    expect(causeOf(slower)).toBeUndefined()
    expect(causeOf(slower, finding('steps', 'notJudged', 2, 2))).toBeUndefined()
  })

  test('is absent when nothing got worse, or only success did', () => {
    expect(likelyCause(recordOf('passing'))).toBeUndefined()
    expect(causeOf(sameSteps, finding('successRatio', 'worse', 1, 0.5))).toBeUndefined()
  })
})
