import { gzipSync } from 'node:zlib'
import { createOpenAI } from '@ai-sdk/openai'
import { streamText } from 'ai'
import OpenAI from 'openai'
import { Agent, request } from 'undici'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ModelServer, startModelServer } from '../../../fixtures/model-server/server.ts'
import { captureFaults } from '../../../src/capture/guard.ts'
import { ensureStreamUsage } from '../../../src/capture/intercept/stream-usage.ts'
import { observe } from '../../../src/capture/observe.ts'
import { only, watch } from '../watch.ts'
import { chatStream, startWireServer, usage, type WireServer } from '../wire-server.ts'

const model = 'gpt-5'
const messages = [{ role: 'user' as const, content: 'What is 5 + 3? Grüße, 世界' }]

let server: ModelServer
// Made before anything is ensured: clients keep the fetch that they find when they are made.
let client: OpenAI
let stop: () => void

beforeAll(async () => {
  server = await startModelServer()
  client = new OpenAI({ apiKey: 'none', baseURL: server.baseUrl })
  stop = observe()
})
afterEach(() => server.reset())
afterAll(async () => {
  stop()
  await server.close()
  expect(captureFaults()).toEqual({ count: 0 })
})

async function all<Item>(stream: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of stream) items.push(item)
  return items
}

// Which differ from call to call.
function anonymous(chunks: readonly object[]): object[] {
  return chunks.map((chunk) => ({ ...chunk, id: undefined, created: undefined }))
}

function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${server.baseUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

const agents: Record<string, () => Promise<unknown>> = {
  'openai, create': async () =>
    anonymous(await all(await client.chat.completions.create({ model, messages, stream: true }))),
  'openai, create, asked not to': async () => {
    const stream_options = { include_usage: false }
    return anonymous(await all(await client.chat.completions.create({ model, messages, stream: true, stream_options })))
  },
  'openai, stream': async () => {
    const stream = client.chat.completions.stream({ model, messages })
    const chunks = anonymous(await all(stream))
    const { choices, usage } = await stream.finalChatCompletion()
    return { chunks, choices, usage, total: await stream.totalUsage().catch((error: unknown) => String(error)) }
  },
  fetch: async () => {
    const text = await (await post('/chat/completions', { model, messages, stream: true })).text()
    return text.replace(/"(?:id|created)":[^,]+,/g, '')
  },
}

describe.each(Object.entries(agents))('%s', (_, ask) => {
  test('sees what it would have seen, and we see the usage', async () => {
    const plain = await watch(ask)
    expect(only(plain.calls).usage).toBeUndefined()
    const undo = ensureStreamUsage()
    const { result, calls } = await watch(ask)
    undo()
    expect(result).toEqual(plain.result)
    expect(only(calls)).toMatchObject({ status: 200, streamed: true, failure: undefined })
    expect(only(calls).usage).toMatchObject({ ...server.log[1]?.usage })
    expect(server.log[1]?.usage?.inputTokens).toBeGreaterThan(0)
    const after = await watch(ask)
    expect(only(after.calls).usage).toBeUndefined()
    expect(after.result).toEqual(plain.result)
  })
})

describe('while it is ensured', () => {
  let undo: () => void
  beforeEach(() => {
    undo = ensureStreamUsage()
  })
  afterEach(() => undo())

  test('an agent that asks by itself sees the usage', async () => {
    const stream_options = { include_usage: true }
    const chunks = await all(await client.chat.completions.create({ model, messages, stream: true, stream_options }))
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: expect.any(Number) } })
    expect(chunks[0]).toHaveProperty('usage', null)
  })

  test('so does the AI SDK, which always asks', async () => {
    const openai = createOpenAI({ apiKey: 'none', baseURL: server.baseUrl })
    const { calls, result } = await watch(async () => {
      const answer = streamText({ model: openai.chat(model), messages })
      await answer.consumeStream()
      return answer.usage
    })
    expect(result.inputTokens).toBe(only(calls).usage?.inputTokens)
    expect(result.inputTokens).toBeGreaterThan(0)
  })

  test('20 streams at once tell their own usage', async () => {
    const runs = await Promise.all(
      Array.from({ length: 20 }, (_, run) =>
        watch(async () => {
          const content = `What is 5 + 3? (run-${run}) ${'and more '.repeat(run)}`
          return all(
            await client.chat.completions.create({ model, messages: [{ role: 'user', content }], stream: true }),
          )
        }),
      ),
    )
    for (const [run, { calls, result }] of runs.entries()) {
      expect(only(calls).usage).toEqual(server.log.find((call) => call.run === `run-${run}`)?.usage)
      expect(only(calls).usage?.inputTokens).toBeGreaterThan(0)
      expect(result.every((chunk) => chunk.choices.length === 1 && !('usage' in chunk))).toBe(true)
    }
  })

  test('a stream that the agent breaks out of ends', async () => {
    const { calls } = await watch(async () => {
      for await (const _ of await client.chat.completions.create({ model, messages, stream: true })) break
    })
    expect(only(calls)).toMatchObject({ status: 200, endedAtMs: expect.any(Number), failure: undefined })
  })

  test('an abort before the request went out is one', async () => {
    const abort = new AbortController()
    const asking = client.chat.completions.create({ model, messages, stream: true }, { signal: abort.signal })
    abort.abort()
    await expect(asking).rejects.toThrow('Request was aborted')
    const early = fetch(`${server.baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages, stream: true }),
      signal: AbortSignal.abort(),
    })
    await expect(early).rejects.toThrow('aborted')
  })

  test('a server that cannot be reached is told as ever', async () => {
    const nowhere = new OpenAI({ apiKey: 'none', baseURL: 'http://127.0.0.1:9/v1', maxRetries: 0 })
    await expect(nowhere.chat.completions.create({ model, messages, stream: true })).rejects.toThrow('Connection error')
  })

  test('calls that are no stream, and other APIs, are as they were', async () => {
    const whole = await client.chat.completions.create({ model, messages })
    expect(whole.usage?.prompt_tokens).toBeGreaterThan(0)
    const events = await all(await client.responses.create({ model, input: 'What is 5 + 3?', stream: true }))
    expect(events.at(-1)).toMatchObject({ type: 'response.completed' })
    expect((await post('/chat/completions', 'no JSON')).status).toBe(400)
    const notFound = await post('/nothing', { model, messages, stream: true })
    expect(notFound.status).toBe(404)
  })

  test('the undici package goes through it too, and its own dispatchers do not', async () => {
    const options = {
      method: 'POST' as const,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages, stream: true }),
    }
    const own = await watch(async () => {
      const { body } = await request(`${server.baseUrl}/chat/completions`, { ...options, dispatcher: new Agent() })
      return body.text()
    })
    expect(only(own.calls).usage).toBeUndefined()
    const { calls, result } = await watch(async () =>
      (await request(`${server.baseUrl}/chat/completions`, options)).body.text(),
    )
    expect(only(calls).usage).toEqual(server.log[1]?.usage)
    expect(result).not.toContain('usage')
  })
})

describe('on the wire', () => {
  let wire: WireServer
  let undo: () => void
  const seen: { headers: Record<string, unknown>; length: number }[] = []
  let answer: { headers: Record<string, string>; parts: Buffer[] }

  beforeAll(async () => {
    wire = await startWireServer(async (response, { headers }) => {
      seen.push({ headers, length: Number(headers['content-length']) })
      response.writeHead(200, { 'content-type': 'text/event-stream', ...answer.headers })
      for (const part of answer.parts) {
        response.write(part)
        await new Promise(setImmediate)
      }
      response.end()
    })
  })
  afterAll(() => wire.close())
  beforeEach(() => {
    seen.length = 0
    undo = ensureStreamUsage()
  })
  afterEach(() => undo())

  function ask(body: string | ReadableStream, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${wire.origin}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      ...(typeof body === 'string' ? {} : { duplex: 'half' }),
    })
  }

  const stream = Buffer.from(chatStream.join(''))
  const withoutUsage = chatStream.filter((event) => !event.includes('"usage"')).join('')

  test('the request says how long it is and wants no compression; what was in it stays as it was', async () => {
    answer = { headers: {}, parts: [stream] }
    const body = `{"model":"gpt-5","messages":[{"role":"user","content":"世界"}],"stream":true,"seed":12345678901234567890}`
    await (await ask(body)).text()
    const [request] = seen
    const question = '"stream_options":{"include_usage":true},'
    expect(request?.headers['accept-encoding']).toBe('identity')
    expect(request?.length).toBe(Buffer.byteLength(body) + question.length)
    expect(wire.bodies.at(-1)).toEqual({ ...JSON.parse(body), stream_options: { include_usage: true } })
  })

  test.each([1, 2, 3, 7, 50, 1000])('a stream cut into parts of %i bytes is whole, but for the usage', async (size) => {
    const parts = Array.from({ length: Math.ceil(stream.length / size) }, (_, part) =>
      stream.subarray(part * size, (part + 1) * size),
    )
    answer = { headers: {}, parts }
    const { result, calls } = await watch(async () => (await ask('{"messages":[],"stream":true}')).text())
    expect(result).toBe(withoutUsage)
    expect(only(calls).usage).toEqual(usage)
  })

  test('a length that the server told is not passed on', async () => {
    answer = { headers: { 'content-length': String(stream.length) }, parts: [stream] }
    const response = await ask('{"messages":[],"stream":true}')
    expect(response.headers.get('content-length')).toBeNull()
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(await response.text()).toBe(withoutUsage)
  })

  test('an answer that is compressed all the same comes whole, with the usage', async () => {
    answer = { headers: { 'content-encoding': 'gzip' }, parts: [gzipSync(stream)] }
    const { result, calls } = await watch(async () => (await ask('{"messages":[],"stream":true}')).text())
    expect(result).toBe(stream.toString())
    expect(only(calls).usage).toEqual(usage)
  })

  test.each<[string, string, Record<string, string>]>([
    ['a text', '"stream: true"', {}],
    ['JSON of another type', '{"messages":[],"stream":true}', { 'content-type': 'text/plain' }],
    ['no stream', '{"messages":[],"stream":false}', {}],
    ['no messages', '{"prompt":"x","stream":true}', {}],
    ['a list', '[{"messages":[],"stream":true}]', {}],
  ])('%s is sent as it was', async (_, body, headers) => {
    answer = { headers: {}, parts: [stream] }
    const before = wire.bodies.length
    await (await ask(body, headers)).text().catch(() => undefined)
    expect(seen[0]?.length).toBe(Buffer.byteLength(body))
    expect(seen[0]?.headers['accept-encoding']).not.toBe('identity')
    expect(wire.bodies.slice(before)).not.toContainEqual(expect.objectContaining({ stream_options: expect.anything() }))
  })

  test('a body of unknown length is sent as it was', async () => {
    answer = { headers: {}, parts: [stream] }
    const text = await (await ask(new Blob(['{"messages":[],"stream":true}']).stream())).text()
    expect(wire.bodies.at(-1)).toEqual({ messages: [], stream: true })
    expect(text).toBe(stream.toString())
  })
})

test('two who ensure it end it with the last of them', async () => {
  const undoFirst = ensureStreamUsage()
  const undoSecond = ensureStreamUsage()
  const ask = async () =>
    only((await watch(async () => all(await client.chat.completions.create({ model, messages, stream: true })))).calls)
  undoFirst()
  undoFirst()
  expect((await ask()).usage).toBeDefined()
  undoSecond()
  expect((await ask()).usage).toBeUndefined()
})
