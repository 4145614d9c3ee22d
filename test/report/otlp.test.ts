import { describe, expect, test } from 'vitest'
import type { ExecutionRecord } from '../../src/domain/record.ts'
import type { ModelCall } from '../../src/domain/span.ts'
import type { RunTrace } from '../../src/domain/trace.ts'
import { type OtlpSpan, otlpTraces } from '../../src/report/otlp.ts'
import { recordsOf } from './sessions.ts'

const call = (changes: Partial<ModelCall>): ModelCall => ({
  provider: 'openai',
  api: 'chat',
  url: 'https://api.openai.com/v1/chat/completions',
  model: 'gpt-5',
  streamed: false,
  startedAtMs: 0,
  endedAtMs: 10,
  status: 200,
  toolCalls: 0,
  reasoningStreamed: false,
  ...changes,
})

const trace: RunTrace = {
  index: 1,
  startedAtMs: 500.25,
  endedAtMs: 600.25,
  spans: [
    { kind: 'phase', name: 'answer', startedAtMs: 1, endedAtMs: 90, cpuMs: 4 },
    { kind: 'tool', name: 'look_up', startedAtMs: 40, endedAtMs: 50, within: 0, failure: 'no such order' },
  ],
  calls: [
    call({ status: 429, failure: { class: 'rateLimit', message: 'slow down' }, retryAfterMs: 10, within: 0 }),
    call({
      startedAtMs: 20,
      endedAtMs: undefined,
      firstContentAtMs: 1_020,
      streamed: true,
      retryOf: 0,
      usage: { inputTokens: 30, outputTokens: 7, cachedTokens: 12, cacheWriteTokens: 3, reasoningTokens: 2 },
    }),
    call({ provider: 'google', api: 'generateContent', url: 'http://127.0.0.1:8080/v1beta/models/g:generateContent' }),
  ],
}

function spansOf(changes: Partial<ExecutionRecord> = {}): Map<string, OtlpSpan> {
  const [record] = recordsOf('passing')
  if (record === undefined) throw new Error('expected a record')
  const made = { ...record, loadStartedAt: '2026-11-20T09:00:00.000Z', traces: [trace], ...changes }
  const [resource] = otlpTraces([made]).resourceSpans
  const spans = resource?.scopeSpans.flatMap((scope) => scope.spans) ?? []
  return new Map(spans.map((span, index) => [index === 0 ? 'run' : `${index} ${span.name}`, span]))
}

const attribute = (span: OtlpSpan | undefined, key: string): unknown =>
  Object.values(span?.attributes.find((one) => one.key === key)?.value ?? {})[0]

describe('the trace of a run', () => {
  test('is a tree with the run at its root', () => {
    const spans = spansOf()
    expect([...spans.keys()]).toEqual([
      'run',
      '1 answer',
      '2 execute_tool look_up',
      '3 back-off',
      '4 chat gpt-5',
      '5 chat gpt-5',
      '6 generate_content gpt-5',
    ])
    const idOf = (name: string) => spans.get(name)?.spanId
    expect(spans.get('run')?.parentSpanId).toBeUndefined()
    expect([...spans.values()].slice(1).map((span) => span.parentSpanId)).toEqual([
      idOf('run'),
      idOf('1 answer'),
      idOf('run'),
      idOf('1 answer'),
      idOf('run'),
      idOf('run'),
    ])
    expect(new Set([...spans.values()].map((span) => span.traceId)).size).toBe(1)
    expect(new Set([...spans.values()].map((span) => span.spanId)).size).toBe(spans.size)
  })

  test('has ids of the lengths that OTLP asks for, the same each time', () => {
    const [first, again] = [spansOf(), spansOf()]
    expect(first).toEqual(again)
    expect(first.get('run')?.traceId).toMatch(/^[0-9a-f]{32}$/)
    expect(first.get('run')?.spanId).toMatch(/^[0-9a-f]{16}$/)
  })

  // Oracle: date -u -d '2026-11-20T09:00:00Z' +%s is 1795165200; the run starts 500.25 ms later.
  test('has its instants in nanoseconds since 1970, to the digit', () => {
    const spans = spansOf()
    expect(spans.get('run')).toMatchObject({
      startTimeUnixNano: '1795165200500250000',
      endTimeUnixNano: '1795165200600250000',
    })
    expect(spans.get('1 answer')?.startTimeUnixNano).toBe('1795165200501250000')
    // Still open when the run ended: ends there.
    expect(spans.get('5 chat gpt-5')?.endTimeUnixNano).toBe('1795165200600250000')
  })

  test('names tokens, model and place of a call as the conventions do', () => {
    const span = spansOf().get('5 chat gpt-5')
    const names = [
      'gen_ai.operation.name',
      'gen_ai.provider.name',
      'gen_ai.response.model',
      'gen_ai.usage.input_tokens',
      'gen_ai.usage.output_tokens',
      'gen_ai.usage.cache_read.input_tokens',
      'gen_ai.usage.cache_write.input_tokens',
      'gen_ai.usage.reasoning.output_tokens',
      'gen_ai.response.time_to_first_chunk',
      'server.address',
      'server.port',
      'http.request.resend_count',
    ]
    const values = ['chat', 'openai', 'gpt-5', '30', '7', '12', '3', '2', 1, 'api.openai.com', '443', '1']
    expect(names.map((name) => attribute(span, name))).toEqual(values)
    expect(span?.attributes.find(({ key }) => key === 'gen_ai.response.time_to_first_chunk')?.value).toEqual({
      doubleValue: 1,
    })
    expect(attribute(spansOf().get('6 generate_content gpt-5'), 'server.port')).toBe('8080')
    expect(attribute(spansOf().get('6 generate_content gpt-5'), 'gen_ai.provider.name')).toBe('gcp.gemini')
  })

  test('has the wait before a repetition, and how long the provider asked for', () => {
    const span = spansOf().get('3 back-off')
    expect(span).toMatchObject({ startTimeUnixNano: '1795165200510250000', endTimeUnixNano: '1795165200520250000' })
    expect(attribute(span, 'bench_agent.retry_after_ms')).toBe(10)
  })

  test('says what failed', () => {
    const spans = spansOf()
    expect(spans.get('4 chat gpt-5')?.status).toEqual({ code: 2, message: 'slow down' })
    expect(attribute(spans.get('4 chat gpt-5'), 'error.type')).toBe('429')
    expect(attribute(spans.get('4 chat gpt-5'), 'gen_ai.response.model')).toBeUndefined()
    expect(spans.get('2 execute_tool look_up')?.status).toEqual({ code: 2, message: 'no such order' })
    expect(spans.get('run')?.status).toEqual({ code: 0 })
  })
})

test('records without traces have none', () => {
  expect(otlpTraces(recordsOf('passing').map((record) => ({ ...record, traces: undefined }))).resourceSpans).toEqual([])
})
