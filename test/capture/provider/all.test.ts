import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { recognise } from '../../../src/capture/provider/all.ts'
import { emptyAnswer, type Protocol } from '../../../src/capture/provider/provider.ts'
import { unknownProtocol } from '../../../src/capture/provider/unknown.ts'

const paths = {
  'openai chat': '/v1/chat/completions',
  'openai completions': '/v1/completions',
  'openai responses': '/v1/responses',
  'openai embeddings': '/v1/embeddings',
  'anthropic messages': '/v1/messages',
  'mistral chat': '/v1/publishers/mistralai/models/m:rawPredict',
  'google generateContent': '/v1beta/models/m:streamGenerateContent',
  'google embeddings': '/v1beta/models/m-embedding:predict',
  'bedrock converse': '/model/m/converse',
  'bedrock invoke': '/model/m/invoke-with-response-stream',
  'bedrock embeddings': '/model/embed/invoke',
  'ollama chat': '/api/chat',
  'ollama generate': '/api/generate',
  'ollama embeddings': '/api/embeddings',
  'cohere chat': '/v2/chat',
  'cohere embeddings': '/v2/embed',
}

test.each(Object.entries(paths))('%s is spoken at %s', (name, path) => {
  const protocol = recognise(path)
  expect(`${protocol?.provider} ${protocol?.api}`).toBe(name)
})

test.each(['/', '', '/v1/models', '/v1/embeddings/17', '/chat', ':', '/model//converse'])('%j is of nobody', (path) => {
  expect(recognise(path)).toBeUndefined()
})

test('any path can be asked for', () => {
  fc.assert(
    fc.property(fc.webPath(), (path) => {
      recognise(path)?.modelIn?.(`https://x${path}`)
    }),
  )
})

// What readers look for, so that values of the wrong kind stand where they look.
const names = [
  ...['type', 'model', 'modelVersion', 'choices', 'delta', 'message', 'content', 'text', 'tool_calls', 'function_call'],
  ...[
    'usage',
    'prompt_tokens',
    'completion_tokens',
    'total_tokens',
    'prompt_tokens_details',
    'cached_tokens',
    'x_groq',
  ],
  ...['error', 'code', 'status', 'object', 'response', 'output', 'item', 'output_index', 'index', 'input_tokens'],
  ...[
    'output_tokens',
    'cache_read_input_tokens',
    'content_block',
    'candidates',
    'parts',
    'functionCall',
    'finishReason',
  ],
  ...['usageMetadata', 'promptTokenCount', 'details', 'retryDelay', 'promptFeedback', 'predictions', 'embeddings'],
  ...[
    'bytes',
    'start',
    'toolUse',
    'inputTokens',
    'stopReason',
    'done',
    'eval_count',
    'toString',
    'constructor',
    'length',
  ],
]
const words = ['message_start', 'message_delta', 'content_block_start', 'content_block_delta', 'error', 'message', 'x']
const { value: anything } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom<unknown>(null, true, -1, 0, 7, 1e308, '', '[DONE]', 'eyJ0eXBlIjoxfQ==', ...words),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 6 }),
  ),
}))
const eventNames = fc.constantFrom(undefined, 'contentBlockDelta', 'contentBlockStart', 'metadata', 'chunk', 'x')
const protocols: [string, Protocol | undefined][] = Object.entries(paths).map(([name, path]) => [name, recognise(path)])

describe.each<[string, Protocol | undefined]>([...protocols, ['unknown', unknownProtocol]])('%s', (_, protocol) => {
  if (protocol === undefined) throw new Error('expected a protocol')

  test('bears any value, and reads only counts from it', () => {
    fc.assert(
      fc.property(anything, anything, eventNames, (first, second, name) => {
        const answer = emptyAnswer()
        for (const value of [first, second]) {
          protocol.readBody(value, answer)
          protocol.readEvent({ name, data: JSON.stringify(value), atMs: 0 }, answer)
        }
        for (const tokens of Object.values(answer.usage ?? {})) expect(tokens ?? 0).toBeGreaterThanOrEqual(0)
        expect(['string', 'undefined']).toContain(typeof answer.model)
      }),
      { numRuns: 300 },
    )
  })

  test('bears any JSON and any text', () => {
    fc.assert(
      fc.property(fc.json(), fc.string(), (json, text) => {
        const answer = emptyAnswer()
        protocol.readBody(JSON.parse(json), answer)
        protocol.readEvent({ data: json, atMs: 0 }, answer)
        protocol.readEvent({ data: text, atMs: 0 }, answer)
      }),
    )
  })
})
