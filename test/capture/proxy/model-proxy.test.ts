import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ModelServer, startModelServer } from '../../../fixtures/model-server/server.ts'
import { type CallSink, callsOutsideRuns } from '../../../src/capture/attribution.ts'
import { injectFaults } from '../../../src/capture/intercept/faults.ts'
import { observe } from '../../../src/capture/observe.ts'
import { type Admission, type ModelProxy, openModelProxy } from '../../../src/capture/proxy/model-proxy.ts'
import { readCall } from '../../../src/capture/read/read-call.ts'
import { wallClock } from '../../../src/domain/clock.ts'
import type { ModelCall } from '../../../src/domain/span.ts'
import { only, thrownBy } from '../watch.ts'

const question = { model: 'gpt-5-mini', messages: [{ role: 'user' as const, content: 'What is 5 + 3?' }] }

let server: ModelServer
let proxy: ModelProxy
let stop: () => void
beforeAll(async () => {
  server = await startModelServer()
  stop = observe()
})
afterAll(async () => {
  stop()
  await server.close()
})
beforeEach(async () => {
  server.reset()
  proxy = await openModelProxy()
})
afterEach(() => proxy.close())

function admit(
  sink: CallSink | undefined,
  environment = { OPENAI_BASE_URL: server.baseUrl, ANTHROPIC_BASE_URL: server.url },
): Admission {
  return proxy.admit({ environment, sinkOf: () => sink })
}

function clientOf({ environment }: Admission): OpenAI {
  return new OpenAI({ apiKey: 'secret', baseURL: environment.OPENAI_BASE_URL ?? '', maxRetries: 0 })
}

function callsOf({ calls }: CallSink): Promise<ModelCall[]> {
  return Promise.all(calls.map((wire) => readCall(wire, 0)))
}

describe('a call through the proxy', () => {
  test('is one of its run, with the tokens that the server counted, and where it went in truth', async () => {
    const sink: CallSink = { calls: [] }
    const answer = await clientOf(admit(sink)).chat.completions.create(question)
    expect(answer.choices[0]?.message.content).toContain('8')
    const call = only(await callsOf(sink))
    expect(call).toMatchObject({
      provider: 'openai',
      api: 'chat',
      url: `${server.baseUrl}/chat/completions`,
      status: 200,
    })
    expect(call.usage).toMatchObject({ inputTokens: only(server.log).usage?.inputTokens })
    expect(call.usage?.inputTokens).toBeGreaterThan(0)
  })

  test('streams as it comes', async () => {
    server.reset({ ttftMs: 30, tokenGapMs: 20 })
    const sink: CallSink = { calls: [] }
    const arrivedAtMs: number[] = []
    for await (const _ of await clientOf(admit(sink)).chat.completions.create({ ...question, stream: true }))
      arrivedAtMs.push(wallClock.nowMs())
    expect((arrivedAtMs.at(-1) ?? 0) - (arrivedAtMs[0] ?? 0)).toBeGreaterThan(10)
    const call = only(await callsOf(sink))
    expect(call.streamed).toBe(true)
    expect((call.firstContentAtMs ?? 0) - call.startedAtMs).toBeGreaterThan(25)
  })

  test('speaks for Anthropic too', async () => {
    const sink: CallSink = { calls: [] }
    const baseURL = admit(sink).environment.ANTHROPIC_BASE_URL ?? ''
    await new Anthropic({ apiKey: 'secret', baseURL }).messages.create({ ...question, max_tokens: 50 })
    expect(only(await callsOf(sink)).url).toBe(`${server.url}/v1/messages`)
  })

  test('passes the key on', async () => {
    const guarded = await startModelServer({ apiKey: 'secret' })
    const admission = admit({ calls: [] }, { OPENAI_BASE_URL: guarded.baseUrl, ANTHROPIC_BASE_URL: '' })
    expect((await clientOf(admission).chat.completions.create(question)).choices).toHaveLength(1)
    await guarded.close()
  })

  test('is nobody’s, and counted, when it is of no run', async () => {
    const before = callsOutsideRuns()
    await clientOf(admit(undefined)).chat.completions.create(question)
    // That of the client, which is in this process here, and that of the proxy.
    expect(callsOutsideRuns() - before).toBe(2)
  })

  test('goes to this machine without the proxy of the network', async () => {
    const sink: CallSink = { calls: [] }
    const environment = {
      OPENAI_BASE_URL: server.baseUrl,
      HTTP_PROXY: 'http://127.0.0.1:9',
      http_proxy: 'http://127.0.0.1:9',
    }
    await clientOf(proxy.admit({ environment, sinkOf: () => sink })).chat.completions.create(question)
    expect(only(await callsOf(sink)).status).toBe(200)
  })

  test('fails as it failed', async () => {
    const sink: CallSink = { calls: [] }
    const admission = admit(sink, { OPENAI_BASE_URL: 'http://127.0.0.1:9', ANTHROPIC_BASE_URL: '' })
    const error = await thrownBy(() => clientOf(admission).chat.completions.create(question))
    expect(error).toBeInstanceOf(OpenAI.APIConnectionError)
    expect(only(await callsOf(sink))).toMatchObject({ failure: { class: 'connection' }, unreached: true })
  })

  test('is given up when its client gives up', async () => {
    server.reset({ ttftMs: 5_000 })
    const sink: CallSink = { calls: [] }
    const ended = new Promise<void>((resolve) => {
      sink.onCallEnded = () => resolve()
    })
    const signal = AbortSignal.timeout(30)
    await thrownBy(() => clientOf(admit(sink)).chat.completions.create(question, { signal }))
    await ended
    expect(only(await callsOf(sink))).toMatchObject({ givenUp: true })
  })

  test('meets faults', async () => {
    const sink: CallSink = { calls: [] }
    const faults = await injectFaults([{ kind: 'rateLimit', rate: 1 }], 1)
    const error = await thrownBy(() => clientOf(admit(sink)).chat.completions.create(question))
    await faults.stop()
    expect(error).toBeInstanceOf(OpenAI.RateLimitError)
    expect(server.log).toHaveLength(0)
    expect(only(await callsOf(sink))).toMatchObject({ status: 429, injected: 'rateLimit' })
  })

  test('meets faults on a connection that is kept, without a warning', async () => {
    const warnings: Error[] = []
    const warn = (warning: Error) => warnings.push(warning)
    process.on('warning', warn)
    const sink: CallSink = { calls: [] }
    const client = clientOf(admit(sink))
    await client.chat.completions.create(question)
    const faults = await injectFaults([{ kind: 'rateLimit', rate: 1 }], 1)
    for (let call = 0; call < 12; call++) await thrownBy(() => client.chat.completions.create(question))
    await faults.stop()
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', warn)
    expect(warnings).toEqual([])
    expect(server.log).toHaveLength(1)
  })

  test('is refused by a path that nobody was given', async () => {
    const admission = admit({ calls: [] })
    admission.leave()
    const error = await thrownBy(() => clientOf(admission).chat.completions.create(question))
    expect(String(error)).toContain('Nobody is known by this path')
    expect(server.log).toHaveLength(0)
  })
})
