import { describe, expect, test } from 'vitest'
import { coordinationMs } from '../../src/domain/coordination.ts'
import type { ModelCall } from '../../src/domain/span.ts'
import type { Span } from '../../src/domain/trace.ts'

const span = (kind: Span['kind'], name: string, startedAtMs: number, endedAtMs?: number, within?: number): Span => ({
  kind,
  name,
  startedAtMs,
  endedAtMs,
  within,
})
const call = (startedAtMs: number, endedAtMs: number, within?: number, api = 'chat'): ModelCall => ({
  provider: 'openai',
  api,
  url: '',
  streamed: false,
  startedAtMs,
  endedAtMs,
  within,
  reasoningStreamed: false,
})

describe('coordination', () => {
  test('is the time in which no agent is at work, those at once counted once', () => {
    const spans = [span('agent', 'a', 10, 40), span('agent', 'b', 30, 60), span('agent', 'a', 70, 95)]
    expect(coordinationMs(spans, [call(12, 20, 0)], 100)).toBe(10 + 10 + 5)
  })

  test('of an agent that has others inside is all but its own model calls, tools and the others', () => {
    const spans = [
      span('agent', 'chief', 0, 100),
      span('tool', 'ask', 20, 60, 0),
      span('agent', 'expert', 25, 55, 1),
      span('tool', 'save', 70, 80, 0),
    ]
    const calls = [call(0, 15, 0), call(30, 40, 2), call(85, 100, 0)]
    expect(coordinationMs(spans, calls, 100)).toBe(10 + 15 + 5)
  })

  test('is what a graph does around its agents, for it is none itself', () => {
    const spans = [span('agent', 'graph', 0, 100), span('agent', 'a', 10, 40, 0), span('agent', 'b', 50, 90, 0)]
    expect(coordinationMs(spans, [], 100)).toBe(30)
    expect(coordinationMs(spans.slice(0, 2), [], 100)).toBeUndefined()
  })

  test('is not the model calls and tools that the run makes by itself, and a hand-over is', () => {
    const spans = [
      span('agent', 'a', 0, 30),
      { ...span('tool', 'over', 30, 40), handoffTo: 'b' },
      span('tool', 'read', 40, 45),
      span('agent', 'b', 50, 80),
    ]
    expect(coordinationMs(spans, [call(85, 95)], 100)).toBe(10 + 5 + 5 + 5)
    expect(coordinationMs(spans, [call(0, 100, undefined, 'realtime')], 100)).toBe(35)
  })

  test('ends with the run: what is open then ends there, and what goes on is cut off', () => {
    expect(coordinationMs([span('agent', 'a', 0, 20), span('agent', 'b', 30)], [], 50)).toBe(10)
    expect(coordinationMs([span('agent', 'a', 0, 20), span('agent', 'b', 30, 90)], [], 50)).toBe(10)
    expect(coordinationMs([span('agent', 'a', 0, 20), span('agent', 'b', 60, 90)], [], 50)).toBe(30)
  })

  test.each<[string, Span[]]>([
    ['no agent', [span('phase', 'a', 0, 10)]],
    ['one agent', [span('agent', 'a', 0, 10)]],
    ['one agent at work twice', [span('agent', 'a', 0, 10), span('agent', 'a', 20, 30)]],
  ])('is unknown of a run of %s', (_, spans) => {
    expect(coordinationMs(spans, [call(40, 50)], 100)).toBeUndefined()
  })
})
