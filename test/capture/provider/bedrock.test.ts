import { describe, expect, test } from 'vitest'
import { bedrock, bedrockConverse, bedrockInvoke } from '../../../src/capture/provider/bedrock.ts'
import { emptyAnswer, type Protocol } from '../../../src/capture/provider/provider.ts'
import { readBody } from './read.ts'

const model = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const path = `/model/${encodeURIComponent(model)}`
const reported = {
  inputTokens: 368,
  outputTokens: 19,
  totalTokens: 10_923,
  cacheReadInputTokens: 10_500,
  cacheWriteInputTokens: 36,
}
const usage = { inputTokens: 10_904, outputTokens: 19, cachedTokens: 10_500, cacheWriteTokens: 36 }

function readEvents(protocol: Protocol, ...events: readonly (readonly [name: string, data: object])[]) {
  const answer = emptyAnswer()
  const kinds = events.map(([name, data], index) => {
    return protocol.readEvent({ name, data: JSON.stringify(data), atMs: index }, answer)
  })
  return { answer, kinds }
}

const chunk = (part: object) =>
  ['chunk', { bytes: Buffer.from(JSON.stringify(part)).toString('base64'), p: 'abcdef' }] as const

describe('bedrock.recognise', () => {
  test.each([
    [`${path}/converse`, 'converse'],
    [`${path}/converse-stream`, 'converse'],
    [`${path}/invoke`, 'invoke'],
    [`${path}/invoke-with-response-stream`, 'invoke'],
    ['/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fx/converse', 'converse'],
    ['/model/amazon.titan-embed-text-v2%3A0/invoke', 'embeddings'],
  ])('%s is %s', (known, api) => {
    expect(bedrock.recognise(known)).toMatchObject({ provider: 'bedrock', api })
  })

  test.each([
    `${path}/count-tokens`,
    '/async-invoke',
    '/guardrail/g/version/1/apply',
    '/model/x',
    '/models/x/converse',
  ])('%s is nothing to follow', (other) => {
    expect(bedrock.recognise(other)).toBeUndefined()
  })

  test('knows the model that the path names, however it is written', () => {
    expect(bedrockConverse.modelIn?.(`https://x${path}/converse`)).toBe(model)
    expect(bedrockConverse.modelIn?.('https://x/model/%E0%A4%A/converse')).toBe('%E0%A4%A')
    expect(bedrockConverse.modelIn?.('https://x/')).toBeUndefined()
  })
})

describe('a whole answer', () => {
  const output = {
    message: {
      role: 'assistant',
      content: [{ text: 'Let me see.' }, { toolUse: { toolUseId: 't', name: 'f', input: {} } }],
    },
  }

  test('of Converse tells usage, tool calls and why the model stopped', () => {
    const body = { output, stopReason: 'tool_use', usage: reported, metrics: { latencyMs: 420 } }
    expect(readBody(bedrockConverse, body)).toEqual({
      usage,
      toolCalls: new Map([['1', { name: 'f', input: {} }]]),
      stopReason: 'tool_use',
      finished: false,
    })
  })

  test('of InvokeModel is read as its maker writes it', () => {
    const anthropic = { type: 'message', model: 'claude', content: [], usage: { input_tokens: 7, output_tokens: 2 } }
    expect(readBody(bedrockInvoke, anthropic)).toMatchObject({
      model: 'claude',
      usage: { inputTokens: 7, outputTokens: 2 },
    })
    const nova = {
      output,
      stopReason: 'end_turn',
      usage: { inputTokens: 7, outputTokens: 2, cacheReadInputTokenCount: 3 },
    }
    expect(readBody(bedrockInvoke, nova).usage).toEqual({ inputTokens: 10, outputTokens: 2, cachedTokens: 3 })
    const openai = { choices: [{ message: {} }], usage: { prompt_tokens: 7, completion_tokens: 2 } }
    expect(readBody(bedrockInvoke, openai).usage).toEqual({ inputTokens: 7, outputTokens: 2 })
    expect(readBody(bedrockInvoke, { generation: 'Hello', prompt_token_count: 7 }).usage).toBeUndefined()
  })

  test.each(['message', 'Message'])('that is an error tells its %s', (name) => {
    for (const protocol of [bedrockConverse, bedrockInvoke]) {
      expect(readBody(protocol, { [name]: 'no access' }).failure).toEqual({ class: 'provider', message: 'no access' })
    }
  })

  test('of embeddings has input tokens only', () => {
    const protocol = bedrock.recognise('/model/amazon.titan-embed-text-v2%3A0/invoke')
    if (protocol === undefined) throw new Error('expected a protocol')
    expect(readBody(protocol, { embedding: [0.1], inputTextTokenCount: 6 }).usage).toEqual({
      inputTokens: 6,
      outputTokens: 0,
    })
  })
})

describe('a stream of Converse', () => {
  test('has content where the model produced something', () => {
    const { answer, kinds } = readEvents(
      bedrockConverse,
      ['messageStart', { role: 'assistant' }],
      ['contentBlockDelta', { contentBlockIndex: 0, delta: { reasoningContent: { text: 'hm' } } }],
      ['contentBlockDelta', { contentBlockIndex: 0, delta: { reasoningContent: { signature: 'x' } } }],
      ['contentBlockStop', { contentBlockIndex: 0 }],
      ['contentBlockDelta', { contentBlockIndex: 1, delta: { text: 'Hello' } }],
      ['contentBlockStart', { contentBlockIndex: 2, start: { toolUse: { toolUseId: 't', name: 'f' } } }],
      ['contentBlockDelta', { contentBlockIndex: 2, delta: { toolUse: { input: '{"a"' } } }],
      ['contentBlockDelta', { contentBlockIndex: 2, delta: { toolUse: { input: ':1}' } } }],
      ['messageStop', { stopReason: 'tool_use' }],
      ['metadata', { usage: reported, metrics: { latencyMs: 420 } }],
    )
    const nothing = undefined
    expect(kinds).toEqual([
      ...[nothing, 'reasoning', nothing, nothing],
      ...['text', 'toolCall', 'toolCall', 'toolCall', nothing, nothing],
    ])
    const toolCalls = new Map([['2', { name: 'f', input: '{"a":1}' }]])
    expect(answer).toEqual({ usage, toolCalls, stopReason: 'tool_use', finished: true })
  })

  test('is finished by its metadata only', () => {
    expect(readEvents(bedrockConverse, ['messageStop', { stopReason: 'end_turn' }]).answer.finished).toBe(false)
  })

  test.each([
    ['throttlingException', 'rateLimit'],
    ['modelStreamErrorException', 'provider'],
  ])('fails by %s as %s', (name, errorClass) => {
    const { answer } = readEvents(bedrockConverse, [name, { message: 'no' }])
    expect(answer).toMatchObject({ failure: { class: errorClass, message: 'no' }, finished: true })
  })
})

describe('a stream of InvokeModel', () => {
  const metrics = { inputTokenCount: 7, outputTokenCount: 2, invocationLatency: 400, firstByteLatency: 100 }

  test('has the events of Anthropic', () => {
    const { answer, kinds } = readEvents(
      bedrockInvoke,
      chunk({ type: 'message_start', message: { model: 'claude', usage: { input_tokens: 7, output_tokens: 1 } } }),
      chunk({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Grüße' } }),
      chunk({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } }),
      chunk({ type: 'message_stop', 'amazon-bedrock-invocationMetrics': metrics }),
    )
    expect(kinds).toEqual([undefined, 'text', undefined, undefined])
    expect(answer).toMatchObject({ model: 'claude', usage: { inputTokens: 7, outputTokens: 2 }, finished: true })
  })

  test("has those of Amazon's own models", () => {
    const { answer, kinds } = readEvents(
      bedrockInvoke,
      chunk({ messageStart: { role: 'assistant' } }),
      chunk({ contentBlockDelta: { delta: { text: 'Hello' }, contentBlockIndex: 0 } }),
      chunk({ messageStop: { stopReason: 'end_turn' } }),
      chunk({ metadata: { usage: { inputTokens: 7, outputTokens: 2 } }, 'amazon-bedrock-invocationMetrics': metrics }),
    )
    expect(kinds).toEqual([undefined, 'text', undefined, undefined])
    expect(answer).toMatchObject({ usage: { inputTokens: 7, outputTokens: 2 }, finished: true, stopReason: 'end_turn' })
  })

  test('has the tokens that Bedrock counted when its maker tells none', () => {
    const { answer, kinds } = readEvents(
      bedrockInvoke,
      chunk({ generation: 'Hello', stop_reason: null }),
      chunk({ generation: '', stop_reason: 'stop', 'amazon-bedrock-invocationMetrics': metrics }),
    )
    expect(kinds[0]).toBe('text')
    expect(answer).toMatchObject({ usage: { inputTokens: 7, outputTokens: 2 }, finished: true })
  })

  test('fails by an exception', () => {
    expect(readEvents(bedrockInvoke, ['throttlingException', { message: 'no' }]).answer.failure).toEqual({
      class: 'rateLimit',
      message: 'no',
    })
  })
})
