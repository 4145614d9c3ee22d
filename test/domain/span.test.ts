import { describe, expect, test } from 'vitest'
import { interTokenLatencyMs, type ModelCall, modelTtftMs } from '../../src/domain/span.ts'

const streamed: ModelCall = {
  provider: 'openai',
  api: 'chat',
  url: 'http://127.0.0.1/v1/chat/completions',
  streamed: true,
  startedAtMs: 100,
  firstContentAtMs: 350,
  lastContentAtMs: 1350,
  endedAtMs: 1400,
  usage: { inputTokens: 50, outputTokens: 21 },
  toolCalls: 0,
  reasoningStreamed: false,
}

describe('modelTtftMs', () => {
  test('is the first content chunk minus the start of the call, not of the run', () => {
    expect(modelTtftMs(streamed)).toBe(250)
  })

  test('is unknown when nothing was streamed', () => {
    expect(modelTtftMs({ ...streamed, firstContentAtMs: undefined })).toBeUndefined()
  })
})

describe('interTokenLatencyMs', () => {
  test('is the time from the first to the last content chunk over the tokens after the first', () => {
    expect(interTokenLatencyMs(streamed)).toBe(1000 / 20)
  })

  test('reasoning that was hidden came before the first chunk and is not counted', () => {
    const call = { ...streamed, usage: { outputTokens: 121, reasoningTokens: 100 } }
    expect(interTokenLatencyMs(call)).toBe(1000 / 20)
  })

  test('reasoning that was streamed is counted', () => {
    const call = { ...streamed, usage: { outputTokens: 121, reasoningTokens: 100 }, reasoningStreamed: true }
    expect(interTokenLatencyMs(call)).toBe(1000 / 120)
  })

  test.for<[string, Partial<ModelCall>]>([
    ['without output tokens', { usage: { inputTokens: 50 } }],
    ['without usage', { usage: undefined }],
    ['of one token', { usage: { outputTokens: 1 } }],
    ['of one token besides hidden reasoning', { usage: { outputTokens: 101, reasoningTokens: 100 } }],
    ['of hidden reasoning alone', { usage: { outputTokens: 100, reasoningTokens: 100 } }],
    ['when nothing was streamed', { firstContentAtMs: undefined, lastContentAtMs: undefined }],
  ])('is unknown %s', ([, more]) => {
    expect(interTokenLatencyMs({ ...streamed, ...more })).toBeUndefined()
  })

  test('all tokens in one chunk took no time between them', () => {
    expect(interTokenLatencyMs({ ...streamed, lastContentAtMs: 350 })).toBe(0)
  })
})
