import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ServerResponse } from 'node:http'
import zlib from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { classifyError } from '../../../src/capture/classify-error.ts'
import { captureFaults } from '../../../src/capture/guard.ts'
import { observe } from '../../../src/capture/observe.ts'
import { isComplete, readCall } from '../../../src/capture/read/read-call.ts'
import { wallClock } from '../../../src/domain/clock.ts'
import { only, thrownBy, watch } from '../watch.ts'
import { chatEvent, chatStream, chatUsage, gate, sse, startWireServer, usage, type WireServer } from '../wire-server.ts'

const path = '/v1/chat/completions'
const question = { model: 'gpt-5', messages: [{ role: 'user', content: 'Grüße, 世界' }] }
const completion = {
  model: 'gpt-5-2025-08-07',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
  usage: chatUsage,
}

let stop: () => void
let server: WireServer | undefined

beforeAll(() => {
  stop = observe()
})
afterEach(async () => {
  await server?.close()
  server = undefined
})
afterAll(() => {
  stop()
  expect(captureFaults()).toEqual({ count: 0 })
})

/** Starts a server that answers every request so, and returns a client of it. */
async function serve(answer: (response: ServerResponse) => unknown) {
  const started = await startWireServer(answer)
  server = started
  return (options: RequestInit & { path?: string; body?: string } = {}) =>
    fetch(`${started.origin}${options.path ?? path}`, { method: 'POST', body: JSON.stringify(question), ...options })
}

function startStream(response: ServerResponse, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', ...headers })
  response.flushHeaders()
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

describe('a plain response', () => {
  test('is read with its usage, its model and its instants', async () => {
    const ask = await serve((response) => json(response, 200, completion))
    const { calls, wires, latencyMs } = await watch(async () => (await ask({ path: `${path}?api-version=1` })).json())
    const call = only(calls)
    expect(call).toEqual({
      provider: 'openai',
      api: 'chat',
      url: `${server?.origin}${path}`,
      model: 'gpt-5-2025-08-07',
      streamed: false,
      startedAtMs: expect.any(Number),
      sentAtMs: expect.any(Number),
      newConnection: true,
      headersAtMs: expect.any(Number),
      endedAtMs: expect.any(Number),
      status: 200,
      usage,
      toolCalls: 0,
      reasoningStreamed: false,
    })
    const instants = [0, call.startedAtMs, call.sentAtMs ?? -1, call.headersAtMs ?? -1, call.endedAtMs ?? -1, latencyMs]
    expect(instants).toEqual(instants.toSorted((a, b) => a - b))
    expect(JSON.parse(Buffer.concat(only(wires).requestChunks).toString())).toEqual(question)
  })

  test('is read when it comes in many chunks, and so is a long request', async () => {
    const long = 'x'.repeat(500_000)
    const ask = await serve((response) => json(response, 200, { ...completion, padding: long }))
    const body = JSON.stringify({ ...question, padding: long })
    const { calls, wires } = await watch(async () => (await ask({ body })).text())
    expect(only(calls).usage).toEqual(usage)
    expect(only(wires).chunks.length).toBeGreaterThan(1)
    expect(Buffer.concat(only(wires).requestChunks).toString()).toBe(body)
  })

  test('has the headers of the response, not those of the hints before it', async () => {
    const ask = await serve((response) => {
      response.writeEarlyHints({ link: '</style.css>; rel=preload' })
      json(response, 200, completion)
    })
    const { calls } = await watch(async () => (await ask()).json())
    expect(only(calls)).toMatchObject({ status: 200, usage })
  })

  test('is one call when the same connection serves many', async () => {
    const ask = await serve((response) => json(response, 200, completion))
    const { calls } = await watch(async () => {
      for (let time = 0; time < 3; time++) await (await ask()).json()
    })
    expect(calls.map((call) => call.usage)).toEqual([usage, usage, usage])
  })
})

describe('a streamed response', () => {
  test.each(['identity', 'gzip', 'br', 'deflate', 'zstd'])('has its content when it came (%s)', async (encoding) => {
    const next = [gate(), gate(), gate()] as const
    const ask = await serve(async (response) => {
      startStream(response, { 'content-encoding': encoding })
      const send = sender(response, encoding)
      await next[0].opened
      await send(chatEvent({ reasoning_content: 'Well' }))
      await next[1].opened
      await send(chatEvent({ content: 'Grüße' }))
      await next[2].opened
      await send(`${chatEvent({ content: '!' })}${chatStream.slice(3).join('')}`)
      await send()
    })
    const sentAtMs: number[] = []
    const originMs = wallClock.nowMs()
    const { calls } = await watch(async () => {
      const { body } = await ask()
      if (body === null) throw new Error('expected a body')
      const reader = body.getReader()
      for (const { open } of next) {
        sentAtMs.push(wallClock.nowMs() - originMs)
        open()
        await reader.read()
      }
      while (!(await reader.read()).done);
      sentAtMs.push(wallClock.nowMs() - originMs)
    })
    const { firstContentAtMs, firstTextAtMs, lastContentAtMs, ...call } = only(calls)
    expect(call).toMatchObject({ streamed: true, usage, reasoningStreamed: true })
    const [first = 0, second = 0, third = 0, end = 0] = sentAtMs
    expectBetween(first, firstContentAtMs, second)
    expectBetween(second, firstTextAtMs, third)
    expectBetween(third, lastContentAtMs, end)
  })

  test('may be cut anywhere on its way', async () => {
    const bytes = Buffer.from(chatStream.join(''))
    const ask = await serve(async (response) => {
      startStream(response)
      for (let at = 0; at < bytes.length; at += 7) {
        await new Promise((resolve) => response.write(bytes.subarray(at, at + 7), resolve))
      }
      response.end()
    })
    const { calls } = await watch(async () => (await ask()).text())
    expect(only(calls)).toMatchObject({ usage, streamed: true })
    expect(only(calls).failure).toBeUndefined()
  })
})

describe('a call that the provider refuses', () => {
  test.each([
    [401, 'provider'],
    [404, 'provider'],
    [429, 'rateLimit'],
    [500, 'provider'],
    [503, 'provider'],
  ])('%i is a failure of class %s', async (status, errorClass) => {
    const ask = await serve((response) => json(response, status, { error: { message: 'no, thanks' } }))
    const { calls, result } = await watch(() => ask())
    const call = only(calls)
    expect(call.failure).toEqual({ class: errorClass, message: 'no, thanks' })
    expect(call).toMatchObject({ status, model: 'gpt-5', toolCalls: 0, streamed: false })
    expect(call.usage).toBeUndefined()
    expect(classifyError(new Error(`HTTP ${result.status}`), calls)).toBe(errorClass)
    expect(classifyError(new Error('the model said: no, thanks'), calls)).toBe(errorClass)
    expect(classifyError(new Error('cannot read x of undefined'), calls)).toBe('agent')
  })

  test('says its status when the body says nothing', async () => {
    const ask = await serve((response) => response.writeHead(502).end('<h1>Bad Gateway</h1>'))
    const { calls } = await watch(() => ask())
    expect(only(calls).failure).toEqual({ class: 'provider', message: 'HTTP 502' })
  })
})

describe('a connection that fails', () => {
  test('refused', async () => {
    const closed = await startWireServer(() => undefined)
    await closed.close()
    const { calls, result } = await watch(() => thrownBy(() => fetch(`${closed.origin}${path}`, { method: 'POST' })))
    expect(only(calls).failure).toEqual({ class: 'connection', message: expect.stringContaining('ECONNREFUSED') })
    expect(only(calls)).toMatchObject({ endedAtMs: expect.any(Number), streamed: false })
    expect(only(calls).status).toBeUndefined()
    expect(classifyError(result, calls)).toBe('connection')
    expect(classifyError(result, [])).toBe('connection')
  })

  test('unknown host', async () => {
    const { calls, result } = await watch(() =>
      thrownBy(() => fetch(`http://nowhere.invalid${path}`, { method: 'POST', body: JSON.stringify(question) })),
    )
    expect(only(calls).failure).toMatchObject({ class: 'connection' })
    expect(classifyError(result, calls)).toBe('connection')
  })

  test.each([
    ['closed', (response: ServerResponse) => response.socket?.destroy()],
    ['reset', (response: ServerResponse) => response.socket?.resetAndDestroy()],
  ])('%s before the response', async (_, end) => {
    const ask = await serve(end)
    const { calls, result } = await watch(() => thrownBy(() => ask()))
    expect(only(calls).failure).toMatchObject({ class: 'connection' })
    expect(only(calls).endedAtMs).toBeDefined()
    expect(classifyError(result, calls)).toBe('connection')
  })

  test.each([
    ['closed', (response: ServerResponse) => response.socket?.destroy()],
    ['reset', (response: ServerResponse) => response.socket?.resetAndDestroy()],
  ])('%s in the middle of a stream', async (_, end) => {
    const received = gate()
    const ask = await serve(async (response) => {
      startStream(response)
      response.write(chatEvent({ content: 'Grüße' }))
      await received.opened
      end(response)
    })
    const { calls, result } = await watch(async () => {
      const reader = (await ask()).body?.getReader()
      await reader?.read()
      received.open()
      return thrownBy(async () => {
        while (!(await reader?.read())?.done);
      })
    })
    expect(only(calls)).toMatchObject({ status: 200, streamed: true, failure: { class: 'connection' } })
    expect(only(calls).firstTextAtMs).toBeDefined()
    expect(only(calls).endedAtMs).toBeDefined()
    expect(only(calls).usage).toBeUndefined()
    expect(classifyError(result, calls)).toBe('connection')
  })

  test('a stream that ends in order, but before its last event, was cut', async () => {
    const ask = await serve((response) => {
      startStream(response)
      response.end(chatStream.slice(0, 3).join(''))
    })
    const { calls } = await watch(async () => (await ask()).text())
    expect(only(calls).failure).toEqual({ class: 'connection', message: 'The stream ended before its last event' })
  })

  test('a stream that says why the model stopped was not cut, though it has no [DONE]', async () => {
    const ask = await serve((response) => {
      startStream(response)
      response.end(chatStream.slice(0, -1).join(''))
    })
    const { calls } = await watch(async () => (await ask()).text())
    expect(only(calls).failure).toBeUndefined()
    expect(only(calls).usage).toEqual(usage)
  })
})

describe('a call that the agent gives up', () => {
  test.each([
    ['without a reason', undefined],
    ['for a reason of its own', new Error('enough')],
    ['for a reason that is no error', 'enough'],
  ])('is ended and has not failed, %s, before the response', async (_, reason) => {
    const controller = new AbortController()
    const ask = await serve(() => controller.abort(reason))
    const { calls, result } = await watch(() => thrownBy(() => ask({ signal: controller.signal })))
    expect(only(calls).failure).toBeUndefined()
    expect(only(calls).endedAtMs).toBeDefined()
    expect(classifyError(result, calls)).toBe('agent')
  })

  test.each([
    ['abort', (_: Response, controller: AbortController) => controller.abort()],
    ['cancel', (response: Response) => response.body?.cancel()],
  ])('is ended and has not failed after %s in the middle of a stream', async (_, giveUp) => {
    const controller = new AbortController()
    const ask = await serve((response) => {
      startStream(response)
      response.write(chatStream[1])
    })
    const { calls } = await watch(async () => giveUp(await ask({ signal: controller.signal }), controller))
    expect(only(calls)).toMatchObject({ status: 200, streamed: true, endedAtMs: expect.any(Number) })
    expect(only(calls).failure).toBeUndefined()
    expect(only(calls).usage).toBeUndefined()
  })

  test('is ended and has not failed after break', async () => {
    const ask = await serve((response) => {
      startStream(response)
      response.write(chatStream[1])
    })
    const { calls } = await watch(async () => {
      for await (const _ of (await ask()).body ?? []) break
    })
    expect(only(calls)).toMatchObject({ endedAtMs: expect.any(Number), firstTextAtMs: expect.any(Number) })
    expect(only(calls).failure).toBeUndefined()
  })

  test('has failed by a timeout when a time limit gave it up', async () => {
    const ask = await serve(() => undefined)
    const { calls, result } = await watch(() => thrownBy(() => ask({ signal: AbortSignal.timeout(20) })))
    expect(only(calls).failure).toMatchObject({ class: 'timeout' })
    expect(classifyError(result, calls)).toBe('timeout')
    expect(classifyError(result, [])).toBe('timeout')
  })
})

describe('a stream that is left open', () => {
  test('is read as far as it came, and has no end', async () => {
    const ask = await serve((response) => {
      startStream(response)
      response.write(chatStream.slice(0, 2).join(''))
    })
    const { calls, wires } = await watch(async () => (await ask()).body?.getReader().read())
    expect(only(calls)).toMatchObject({ streamed: true, firstTextAtMs: expect.any(Number) })
    expect(only(calls).endedAtMs).toBeUndefined()
    expect(only(calls).failure).toBeUndefined()
    expect(isComplete(only(wires))).toBe(false)
  })

  test.each(['identity', 'gzip', 'br', 'zstd'])('is complete once its last event came (%s)', async (encoding) => {
    const finish = gate()
    const ask = await serve(async (response) => {
      startStream(response, { 'content-encoding': encoding })
      const send = sender(response, encoding)
      await send(chatStream.slice(0, -1).join(''))
      await finish.opened
      await send(chatStream.at(-1))
    })
    const { calls, wires } = await watch(async () => {
      const reader = (await ask()).body?.getReader()
      await reader?.read()
      finish.open()
      await reader?.read()
    })
    expect(isComplete(only(wires))).toBe(true)
    expect(only(calls).endedAtMs).toBeUndefined()
    expect(only(calls).usage).toEqual(usage)
    expect(only(calls).failure).toBeUndefined()
  })

  test('is complete once its last event came, however many chunks that took', async () => {
    const event = Buffer.from(
      sse(
        { type: 'response.completed', response: { model: 'gpt-5', padding: 'x'.repeat(3_000), output: [] } },
        'response.completed',
      ),
    )
    const ask = await serve(async (response) => {
      startStream(response)
      for (let at = 0; at < event.length - 2; at += 100) {
        await new Promise((resolve) =>
          response.write(event.subarray(at, Math.min(at + 100, event.length - 2)), resolve),
        )
      }
    })
    const { wires } = await watch(async () => {
      const reader = (await ask({ path: '/v1/responses' })).body?.getReader()
      for (let bytes = 0; bytes < event.length - 2; ) bytes += (await reader?.read())?.value?.length ?? 0
    })
    const wire = only(wires)
    expect(isComplete(wire)).toBe(true)
    const cut = { ...wire, chunks: wire.chunks.slice(0, -1) }
    expect(isComplete(cut)).toBe(false)
    expect((await readCall({ ...cut, endedAtMs: wire.startedAtMs + 1 }, 0)).failure?.class).toBe('connection')
  })
})

test('requests of an undici that publishes its chunks are left as they are', async () => {
  const tapped: boolean[] = []
  const look = (message: unknown) => {
    if (typeof message !== 'object' || message === null || !('request' in message)) return
    if (typeof message.request === 'object' && message.request !== null)
      tapped.push(Object.hasOwn(message.request, 'onData'))
  }
  const ask = await serve((response) => json(response, 200, completion))
  await watch(async () => (await ask()).json())
  subscribe('undici:request:headers', look)
  await watch(async () => (await ask()).json())
  unsubscribe('undici:request:headers', look)
  const [major = 0, minor = 0] = process.versions.undici?.split('.').map(Number) ?? []
  expect(tapped).toEqual([major < 7 || (major === 7 && minor < 11)])
})

describe('what is no model call', () => {
  const order = JSON.stringify({ item: 'lamp', message: 'a present' })

  test.each(['/orders', '/surveys/7/responses', '/v1/responses/17/cancel', '/chat', '/'])(
    'POST %s is not followed',
    async (other) => {
      const ask = await serve((response) => json(response, 200, {}))
      const { calls } = await watch(async () => (await ask({ path: other, body: order })).text())
      expect(calls).toEqual([])
    },
  )

  test('but a POST that asks a model is a call wherever it goes', async () => {
    const ask = await serve((response) => json(response, 200, {}))
    const { calls } = await watch(async () => (await ask({ path: '/surveys/7/responses' })).text())
    expect(only(calls)).toMatchObject({ provider: 'unknown', api: 'unknown', model: 'gpt-5', status: 200 })
    expect(only(calls).usage).toBeUndefined()
  })

  test('a GET of stored completions is not followed', async () => {
    await serve((response) => json(response, 200, { data: [] }))
    const { calls } = await watch(async () => (await fetch(`${server?.origin}${path}`)).text())
    expect(calls).toEqual([])
  })
})

/** Sends text so that it is on the wire when the promise resolves; without text, ends the response. */
function sender(response: ServerResponse, encoding: string): (text?: string) => Promise<void> {
  const compressor =
    encoding === 'gzip'
      ? zlib.createGzip()
      : encoding === 'br'
        ? zlib.createBrotliCompress()
        : encoding === 'deflate'
          ? zlib.createDeflate()
          : encoding === 'zstd'
            ? zlib.createZstdCompress()
            : undefined
  compressor?.pipe(response)
  return async (text) => {
    const target = compressor ?? response
    if (text === undefined) {
      target.end()
      return
    }
    await new Promise((resolve) => target.write(text, resolve))
    if (compressor !== undefined) await new Promise<void>((resolve) => compressor.flush(resolve))
  }
}

function expectBetween(from: number, value: number | undefined, to: number): void {
  expect(value).toBeGreaterThanOrEqual(from)
  expect(value).toBeLessThanOrEqual(to)
}
