import { describe, expect, test } from 'vitest'
import type { ModelCall } from '../../src/domain/span.ts'
import type { Span } from '../../src/domain/trace.ts'
import { valuesOf } from '../../src/measure/call-values.ts'

const call = (startedAtMs: number, endedAtMs: number | undefined, rest: Partial<ModelCall> = {}): ModelCall => ({
  provider: 'openai',
  api: 'chat',
  url: '',
  streamed: false,
  startedAtMs,
  endedAtMs,
  status: 200,
  toolCalls: 0,
  reasoningStreamed: false,
  usage: { inputTokens: 10, outputTokens: 1 },
  ...rest,
})
const tool = (startedAtMs: number, endedAtMs: number): Span => ({ kind: 'tool', name: 't', startedAtMs, endedAtMs })
const seen = (calls: ModelCall[], spans: Span[] = []) =>
  valuesOf({ calls, spans, spansAreAll: true, reported: [], latencyMs: 100 })

describe('the time in model calls', () => {
  test('counts what overlaps once, and nothing after the end of the run', () => {
    expect(seen([call(0, 30), call(20, 50), call(90, undefined)]).modelMs).toBe(60)
  })

  test('is unknown where no call was seen', () => {
    expect(seen([]).modelMs).toBeUndefined()
  })
})

describe('the time of back-off', () => {
  const refused = { status: 429, failure: { class: 'rateLimit', message: '' }, usage: undefined } as const

  test('is that from a failed call to its repetition', () => {
    const values = seen([call(0, 10, refused), call(40, 50, { retryOf: 0 })])
    expect(values).toMatchObject({ waitingMs: 30, retries: 1, modelCalls: 2, steps: 1, inputTokens: 10 })
  })

  test('counts waits of parallel calls once, and none while another call is on', () => {
    const calls = [
      call(0, 10, refused),
      call(0, 20, refused),
      call(40, 50, { retryOf: 0 }),
      call(60, 70, { retryOf: 1 }),
    ]
    expect(seen(calls)).toMatchObject({ waitingMs: 30, retries: 2 })
  })

  test('is not what lies between a failed call and one that does not repeat it', () => {
    expect(seen([call(0, 10, refused), call(40, 50)]).waitingMs).toBe(0)
  })
})

describe('the time in tools', () => {
  test('counts tools that overlap once', () => {
    expect(seen([call(0, 5, { toolCalls: 2 })], [tool(10, 30), tool(20, 40)]).toolMs).toBe(30)
  })

  test('is unknown where tools were asked for and no framework told of them, and nothing where none was', () => {
    expect(seen([call(0, 5, { toolCalls: 2 })]).toolMs).toBeUndefined()
    expect(seen([call(0, 5)]).toolMs).toBe(0)
  })
})

test('tokens that a tokenizer counted are told apart', () => {
  const estimated = { usage: { inputTokens: 5, outputTokens: 7, estimatedTokens: 12 } }
  expect(seen([call(0, 1), call(2, 3, estimated)])).toMatchObject({ inputTokens: 15, estimatedTokens: 12 })
  expect(seen([call(0, 1)]).estimatedTokens).toBeUndefined()
})

describe('calls that nobody can read', () => {
  const realtime = call(0, 10, { api: 'realtime', status: 101, usage: undefined, toolCalls: undefined })

  test('leave tokens and tool calls unknown', () => {
    expect(seen([realtime])).toMatchObject({ modelCalls: 1, inputTokens: undefined, toolCalls: undefined })
    expect(seen([realtime]).toolMs).toBeUndefined()
  })

  test('are told by a report by hand, and not counted twice', () => {
    const reported = [{ inputTokens: 5, outputTokens: 6, toolCalls: 1, costUsd: 0.1 }]
    const values = valuesOf({ calls: [realtime], spans: [], spansAreAll: true, reported, latencyMs: 100 })
    expect(values).toMatchObject({ modelCalls: 1, steps: 1, inputTokens: 5, outputTokens: 6, toolCalls: 1 })
  })
})

test('a request that was given up leaves tokens unknown, for the provider may have counted them', () => {
  const givenUp = call(0, 10, { status: undefined, usage: undefined, givenUp: true })
  expect(seen([givenUp, call(20, 30)])).toMatchObject({ modelCalls: 2, steps: 1, inputTokens: undefined })
  const refused = call(0, 10, {
    status: undefined,
    usage: undefined,
    unreached: true,
    failure: { class: 'connection', message: '' },
  })
  expect(seen([refused, call(20, 30)])).toMatchObject({ steps: 1, inputTokens: 10 })
})

test('a redirect is no step and has no tokens', () => {
  const redirect = call(0, 10, { status: 307, usage: undefined })
  expect(seen([redirect, call(20, 30)])).toMatchObject({ modelCalls: 2, steps: 1, inputTokens: 10 })
})

test('embeddings are model calls and no steps', () => {
  expect(seen([call(0, 1, { embeds: true }), call(2, 3)])).toMatchObject({
    modelCalls: 2,
    steps: 1,
    inputTokens: 20,
  })
})

test('requests that were all refused have no tokens, which is known', () => {
  const refused = call(0, 10, { status: 401, usage: undefined, failure: { class: 'provider', message: '' } })
  expect(seen([refused])).toMatchObject({ modelCalls: 1, steps: 0, inputTokens: 0, outputTokens: 0, toolCalls: 0 })
})

test('a report by hand stands in for tokens that were estimated', () => {
  const estimated = call(0, 10, { usage: { inputTokens: 7, outputTokens: 6, estimatedTokens: 13 } })
  const reported = [{ inputTokens: 8, outputTokens: 5 }]
  const values = valuesOf({ calls: [estimated], spans: [], spansAreAll: true, reported, latencyMs: 100 })
  expect(values).toMatchObject({ modelCalls: 1, steps: 1, inputTokens: 8, outputTokens: 5, estimatedTokens: undefined })
})

test('an open realtime connection hides no back-off', () => {
  const refused = { status: 429, failure: { class: 'rateLimit', message: '' }, usage: undefined } as const
  const open = call(0, undefined, { api: 'realtime', status: 101, usage: undefined })
  expect(seen([open, call(0, 10, refused), call(40, 50, { retryOf: 1 })])).toMatchObject({ waitingMs: 30, modelMs: 20 })
})

test('the time in tools is unknown where not all of them were kept', () => {
  expect(
    valuesOf({ calls: [], spans: [tool(0, 5)], spansAreAll: false, reported: [], latencyMs: 9 }).toolMs,
  ).toBeUndefined()
})
