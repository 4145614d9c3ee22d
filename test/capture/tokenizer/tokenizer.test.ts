import { gzipSync } from 'node:zlib'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ModelServer, startModelServer } from '../../../fixtures/model-server/server.ts'
import { observe } from '../../../src/capture/observe.ts'
import { unknownProtocol } from '../../../src/capture/provider/unknown.ts'
import { estimateUsage, loadTokenizer, type Tokenizer } from '../../../src/capture/tokenizer/tokenizer.ts'
import { startedWireCall, type WireCall } from '../../../src/capture/wire-call.ts'
import { only, watch } from '../watch.ts'
import { chatEvent, chatStream, sse } from '../wire-server.ts'

let tokenizer: Tokenizer
beforeAll(async () => {
  const loaded = await loadTokenizer()
  if (loaded === undefined) throw new Error('expected gpt-tokenizer to be installed')
  tokenizer = loaded
})

/** A call as the wire saw it, of which only what is counted is there. */
function called(body: unknown, stream: string | Buffer, headers: Record<string, string> = {}): WireCall {
  const wire = startedWireCall(unknownProtocol, 'POST', 'http://127.0.0.1/v1/chat/completions', 0)
  wire.requestChunks.push(Buffer.from(JSON.stringify(body)))
  wire.rawHeaders = { 'content-type': 'text/event-stream; charset=utf-8', ...headers }
  wire.chunks.push(Buffer.from(stream))
  return wire
}

async function outputTokens(...events: string[]): Promise<number | undefined> {
  return (await estimateUsage(called({}, events.join(''))))?.outputTokens
}

async function inputTokens(body: unknown): Promise<number | undefined> {
  return (await estimateUsage(called(body, chatStream.join(''))))?.inputTokens
}

describe('text', () => {
  // Oracle: tiktoken 1.0.22, `get_encoding('o200k_base').encode(text, [], []).length`; the first four are also printed in
  // https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken
  test.each([
    ['tiktoken is great!', 6],
    ['antidisestablishmentarianism', 6],
    ['2 + 2 = 4', 7],
    ['お誕生日おめでとう', 8],
    ['The quick brown fox jumps over the lazy dog.', 10],
    ['Grüße aus Köln, schöne Straße!', 9],
    ['{"city":"Paris","unit":"celsius"}', 10],
    ['  const x = [1, 2, 3]\n\treturn x\n', 16],
    ['👩‍👩‍👧‍👦🎉', 13],
    ['<|endoftext|>', 7],
    ['世界'.repeat(500), 500],
    ['', 0],
  ])('%j has as many tokens as tiktoken counts', (text, tokens) => {
    expect(tokenizer.countText(text)).toBe(tokens)
  })

  // Oracle: tiktoken 1.0.22, as above. Cut into runs of 100, each may count two more.
  test.each([
    ['a', 1000, 125],
    ['=', 1000, 16],
    [' ', 1000, 9],
  ])('a run of %j is counted to within two tokens a hundred', (character, times, tokens) => {
    const counted = tokenizer.countText(character.repeat(times))
    expect(counted).toBeGreaterThanOrEqual(tokens)
    expect(counted).toBeLessThanOrEqual(tokens + (2 * times) / 100)
  })

  test('a very long run takes time by its length, not by its square', () => {
    const timeOf = (times: number) => {
      const startedMs = performance.now()
      tokenizer.countText('世'.repeat(times))
      return performance.now() - startedMs
    }
    timeOf(1000)
    // Uncut, these are seconds.
    expect(timeOf(40_000)).toBeLessThan(500)
  })
})

describe('a prompt', () => {
  const jargon = [
    {
      role: 'system',
      content: 'You are a helpful, pattern-following assistant that translates corporate jargon into plain English.',
    },
    { role: 'system', name: 'example_user', content: 'New synergies will help drive top-line growth.' },
    { role: 'system', name: 'example_assistant', content: 'Things working well together will increase revenue.' },
    {
      role: 'system',
      name: 'example_user',
      content: "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage.",
    },
    {
      role: 'system',
      name: 'example_assistant',
      content: "Let's talk later when we're less busy about how to do better.",
    },
    {
      role: 'user',
      content: "This late pivot means we don't have time to boil the ocean for the client deliverable.",
    },
  ]
  const weather = [
    { role: 'system', content: 'You are a helpful assistant that can answer to questions about the weather.' },
    { role: 'user', content: "What's the weather like in San Francisco?" },
  ]
  const definition = {
    name: 'get_current_weather',
    description: 'Get the current weather in a given location',
    parameters: {
      type: 'object',
      properties: {
        location: { type: 'string', description: 'The city and state, e.g. San Francisco, CA' },
        unit: {
          type: 'string',
          description: 'The unit of temperature to return',
          enum: ['celsius', 'fahrenheit'],
        },
      },
      required: ['location'],
    },
  }

  // Oracle: what OpenAI's API counted for gpt-4o, printed in sections 6 and 7 of
  // https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken
  test('has as many tokens as OpenAI counted', async () => {
    expect(await inputTokens({ messages: jargon })).toBe(124)
    expect(await inputTokens({ messages: weather, tools: [{ type: 'function', function: definition }] })).toBe(101)
  })

  test('has the same in the words of the other APIs', async () => {
    const { parameters: input_schema, ...named } = definition
    const [system, user] = weather
    const parts = [{ type: 'text', text: user?.content }]
    expect(await inputTokens({ input: weather, tools: [{ type: 'function', ...definition }] })).toBe(101)
    expect(
      await inputTokens({
        instructions: system?.content,
        input: user?.content,
        tools: [{ type: 'function', ...definition }],
      }),
    ).toBe(101)
    expect(
      await inputTokens({
        system: system?.content,
        messages: [{ role: 'user', content: parts }],
        tools: [{ ...named, input_schema }],
      }),
    ).toBe(101)
    expect(
      await inputTokens({
        systemInstruction: { parts: [{ text: system?.content }] },
        contents: [{ role: 'user', parts: [{ text: user?.content }] }],
        tools: [{ functionDeclarations: [definition] }],
      }),
    ).toBe(101)
  })

  test('counts every tool call in it', async () => {
    const call = { id: 'x', type: 'function', function: { name: 'add', arguments: '{"a":5,"b":3}' } }
    const asked = async (calls: unknown[]) =>
      (await inputTokens({ messages: [{ role: 'assistant', content: null, tool_calls: calls }] })) ?? 0
    // `add` is 1 token, its arguments are 9, and a call has 3 around them.
    expect((await asked([call])) - (await asked([]))).toBe(13)
    expect((await asked([call, call])) - (await asked([]))).toBe(26)
  })

  test.each([
    ['a picture', { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] }],
    ['a file', { contents: [{ role: 'user', parts: [{ inlineData: { data: 'x' } }] }] }],
    ['nothing to read', { model: 'gpt-5' }],
  ])('with %s has an unknown number', async (_, body) => {
    const usage = await estimateUsage(called(body, chatStream.join('')))
    expect(usage?.inputTokens).toBeUndefined()
    expect(usage?.outputTokens).toBeGreaterThan(0)
    expect(usage?.estimatedTokens).toBe(usage?.outputTokens)
  })

  test.each([
    ['of another shape', { parameters: { type: 'object', properties: { a: null }, required: true } }],
    ['of which it has none', {}],
    ['that is a boolean', { parameters: true }],
  ])('bears a schema %s', async (_, odd) => {
    const tools = [{ type: 'function', function: { name: 'odd', ...odd } }]
    expect(await inputTokens({ messages: weather, tools })).toBeGreaterThan(38)
  })
})

describe('streamed output', () => {
  // As tiktoken counts the whole text: see above.
  test('is counted whole, wherever it was cut', async () => {
    const text = 'antidisestablishmentarianism'
    expect(await outputTokens(...[...text].map((content) => chatEvent({ content })), sse('[DONE]'))).toBe(6)
  })

  test('is text, refusals, reasoning and tool calls, each on its own', async () => {
    const call = (index: number, fields: object) => chatEvent({ tool_calls: [{ index, ...fields }] })
    expect(await outputTokens(chatEvent({ refusal: 'tiktoken is great!' }))).toBe(6)
    expect(await outputTokens(chatEvent({ reasoning_content: '2 + 2 = 4' }), chatEvent({ content: '2 + 2 = 4' }))).toBe(
      14,
    )
    // Twice: `add` is 1 token, its arguments are 9, and a call has 3 around them.
    expect(
      await outputTokens(
        call(0, { id: 'a', function: { name: 'add', arguments: '' } }),
        call(0, { function: { arguments: '{"a":5' } }),
        call(1, { id: 'b', function: { name: 'add', arguments: '{"a":5,"b":3}' } }),
        call(0, { function: { arguments: ',"b":3}' } }),
      ),
    ).toBe(26)
  })

  test.each<[string, string[]]>([
    [
      'Responses',
      [
        sse({ type: 'response.output_item.added', output_index: 1, item: { type: 'function_call', name: 'add' } }),
        sse({ type: 'response.function_call_arguments.delta', output_index: 1, delta: '{"a":5' }),
        sse({ type: 'response.function_call_arguments.delta', output_index: 1, delta: ',"b":3}' }),
        sse({ type: 'response.function_call_arguments.done', output_index: 1, arguments: '{"a":5,"b":3}' }),
        sse({ type: 'response.output_text.delta', output_index: 0, delta: '2 + 2 = 4' }),
        sse({ type: 'response.completed', response: { output: [{ text: '2 + 2 = 4' }] } }),
      ],
    ],
    [
      'Anthropic',
      [
        sse({ type: 'message_start', message: { content: [] } }),
        sse({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: '2 + 2' } }),
        sse({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: ' = 4' } }),
        sse({ type: 'content_block_start', index: 1, content_block: { type: 'tool_use', name: 'add' } }),
        sse({
          type: 'content_block_delta',
          index: 1,
          delta: { type: 'input_json_delta', partial_json: '{"a":5,"b":3}' },
        }),
      ],
    ],
    [
      'Google',
      [
        sse({ candidates: [{ content: { parts: [{ text: '2 + 2' }] } }] }),
        sse({
          candidates: [
            { content: { parts: [{ text: ' = 4' }, { functionCall: { name: 'add', args: { a: 5, b: 3 } } }] } },
          ],
        }),
      ],
    ],
  ])('of %s is counted alike', async (_, events) => {
    expect(await outputTokens(...events)).toBe(7 + 13)
  })

  test('of others is counted where it is text', async () => {
    expect(await outputTokens(sse({ token: { text: '2 + 2' } }), sse({ token: { text: ' = 4' } }))).toBe(7)
    const lines = called({}, '{"message":{"content":"2 + 2"}}\n{"message":{"content":" = 4"}}\n')
    lines.rawHeaders = { 'content-type': 'application/x-ndjson' }
    expect((await estimateUsage(lines))?.outputTokens).toBe(7)
  })

  test('is counted of a compressed stream, and up to where it was cut', async () => {
    const whole = chatStream.join('')
    const zipped = called({}, gzipSync(whole), { 'content-encoding': 'gzip' })
    const zippedTokens = (await estimateUsage(zipped))?.outputTokens
    expect(zippedTokens).toBe(await outputTokens(whole))
    expect(zippedTokens).toBe(tokenizer.countText('Grüße, 世界'))
    expect(await outputTokens(...chatStream.slice(0, 2), 'data: {"choi')).toBe(tokenizer.countText('Grüße'))
  })
})

describe('an estimate', () => {
  const messages = [{ role: 'user', content: 'Hello!' }]

  test('says how much of it was counted, and leaves what the provider told', async () => {
    const wire = called({ messages }, chatEvent({ content: 'tiktoken is great!' }))
    expect(await estimateUsage(wire)).toEqual({ inputTokens: 9, outputTokens: 6, estimatedTokens: 15 })
    expect(await estimateUsage(wire, { inputTokens: 50, cachedTokens: 5 })).toEqual({
      inputTokens: 50,
      cachedTokens: 5,
      outputTokens: 6,
      estimatedTokens: 6,
    })
    const told = { inputTokens: 50, outputTokens: 7 }
    expect(await estimateUsage(wire, told)).toEqual(told)
  })

  test('is absent without the tokenizer', async () => {
    const wire = called({ messages }, chatStream.join(''))
    expect(await estimateUsage(wire, {}, async () => undefined)).toBeUndefined()
  })

  test.each<[string, string, Record<string, string>]>([
    ['whole answer', '{"choices":[{"message":{"content":"x"}}]}', { 'content-type': 'application/json' }],
    ['stream that nobody can read', sse('pling'), {}],
    ['stream without events', '', {}],
    ['binary stream', 'x', { 'content-type': 'application/vnd.amazon.eventstream' }],
  ])('is absent for a %s', async (_, body, headers) => {
    expect(await estimateUsage(called({ messages }, body, headers))).toBeUndefined()
  })
})

describe('of a call that was seen on the wire', () => {
  let server: ModelServer
  let stop: () => void
  beforeAll(async () => {
    server = await startModelServer()
    stop = observe()
  })
  afterAll(async () => {
    stop()
    await server.close()
  })

  test('the text that the agent got is counted', async () => {
    const client = new OpenAI({ apiKey: 'none', baseURL: server.baseUrl })
    const messages = [{ role: 'user' as const, content: 'What is 5 + 3?' }]
    const { result, wires, calls } = await watch(async () => {
      let text = ''
      for await (const chunk of await client.chat.completions.create({ model: 'gpt-5', messages, stream: true })) {
        text += chunk.choices[0]?.delta.content ?? ''
      }
      return text
    })
    expect(only(calls).usage).toBeUndefined()
    const inputTokens = tokenizer.countPrompt({
      messages: messages.map((message) => ({ ...message, calls: [] })),
      functions: [],
    })
    const outputTokens = tokenizer.countText(result)
    expect(await estimateUsage(only(wires))).toEqual({
      inputTokens,
      outputTokens,
      estimatedTokens: inputTokens + outputTokens,
    })
    expect(outputTokens).toBeGreaterThan(0)
  })
})
