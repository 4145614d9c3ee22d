import { describe, expect, test } from 'vitest'
import type { ModelCall } from '../../src/domain/span.ts'
import { tokenShares } from '../../src/domain/token-part.ts'
import type { Span } from '../../src/domain/trace.ts'

const call = (inputTokens: number, within?: number, rest: Partial<ModelCall> = {}): ModelCall => ({
  provider: 'openai',
  api: 'chat',
  url: '',
  streamed: false,
  startedAtMs: 0,
  endedAtMs: 10,
  status: 200,
  usage: { inputTokens, outputTokens: 1, cachedTokens: 0 },
  toolCalls: 0,
  resentTokens: 0,
  reasoningStreamed: false,
  within,
  ...rest,
})
const span = (kind: Span['kind'], name: string, within?: number): Span => ({ kind, name, startedAtMs: 0, within })

const told = (calls: readonly ModelCall[], spans: readonly Span[] = []) =>
  tokenShares(calls, spans).map(({ kind, name, modelCalls, use }) => [`${kind} ${name}`, modelCalls, use.inputTokens])

describe('the shares of the parts of a run', () => {
  test('are of the innermost agent and step, and of all phases around', () => {
    const spans = [
      span('phase', 'all'),
      span('agent', 'chief', 0),
      span('step', 'step 1', 1),
      span('tool', 'ask', 2),
      span('agent', 'expert', 3),
      span('step', 'think', 4),
      span('phase', 'look up', 5),
    ]
    expect(told([call(1, 2), call(10, 6), call(100, 1), call(1000)], spans)).toEqual([
      ['step chief: step 1', 1, 1],
      ['phase all', 3, 111],
      ['agent chief', 2, 101],
      ['step expert: think', 1, 10],
      ['phase look up', 1, 10],
      ['agent expert', 1, 10],
    ])
  })

  test('of several agents the steps are told apart', () => {
    const spans = [span('agent', 'a'), span('step', 'step 1', 0), span('agent', 'b'), span('step', 'step 1', 2)]
    expect(told([call(1, 1), call(10, 3)], spans).map(([name]) => name)).toEqual([
      'step a: step 1',
      'agent a',
      'step b: step 1',
      'agent b',
    ])
  })

  test('have what was reported in them by hand, in the place of calls that did not tell', () => {
    const spans = [span('agent', 'a'), span('phase', 'p', 0)]
    const untold = call(0, 1, { usage: undefined })
    const reported = [{ within: 1, modelCalls: 2, use: { inputTokens: 7, outputTokens: 1, costUsd: 0.5 } }]
    const shares = tokenShares([untold], spans, reported, new Set([untold]))
    expect(shares.map(({ kind, name, modelCalls }) => [kind, name, modelCalls])).toEqual([
      ['phase', 'p', 2],
      ['agent', 'a', 2],
    ])
    expect(shares[0]?.use).toMatchObject({ inputTokens: 7, costUsd: 0.5 })
    expect(shares[0]?.use.resentTokens).toBeUndefined()
  })

  test('a phase that lies in one of its own name has a call once', () => {
    expect(told([call(7, 1)], [span('phase', 'a'), span('phase', 'a', 0)])).toEqual([
      ['step step 1', 1, 7],
      ['phase a', 1, 7],
    ])
  })

  test('are by number where no framework tells of steps; a failed call is a part of the step that it led to', () => {
    const failure = { class: 'rateLimit', message: '' } as const
    const refused = call(0, undefined, { status: 429, usage: undefined, failure })
    expect(told([call(1), refused, call(10, undefined, { retryOf: 1 }), call(100)])).toEqual([
      ['step step 1', 1, 1],
      ['step step 2', 2, 10],
      ['step step 3', 1, 100],
    ])
  })

  test('beyond the twentieth step are told together', () => {
    const shares = told(Array.from({ length: 25 }, () => call(1)))
    expect(shares).toHaveLength(21)
    expect(shares.at(-1)).toEqual(['step later steps', 5, 5])
  })

  test('are none without a call', () => {
    expect(tokenShares([], [span('phase', 'a')])).toEqual([])
  })
})
