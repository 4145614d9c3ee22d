import { channel } from 'node:diagnostics_channel'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { attribute, type CallSink, callsOutsideRuns } from '../../src/capture/attribution.ts'
import { captureFaults } from '../../src/capture/guard.ts'
import { observe } from '../../src/capture/observe.ts'
import { outsideRuns } from './outside.ts'
import { only, watch } from './watch.ts'
import { chatUsage, startWireServer, usage, type WireServer } from './wire-server.ts'

let server: WireServer

beforeAll(async () => {
  server = await startWireServer((response, request) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ model: request.headers['x-run'], choices: [], usage: chatUsage }))
  })
})
afterAll(() => server.close())

async function ask(run = 'gpt-5'): Promise<unknown> {
  const response = await fetch(`${server.origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'x-run': run },
    body: '{}',
  })
  return response.json()
}

describe('observe', () => {
  test('sees calls from the first observer to the last', async () => {
    const seen = async () => (await watch(ask)).calls.length
    expect(await seen()).toBe(0)
    const stopFirst = observe()
    const stopSecond = observe()
    expect(await seen()).toBe(1)
    stopFirst()
    stopFirst()
    expect(await seen()).toBe(1)
    stopSecond()
    expect(await seen()).toBe(0)
    const stopThird = observe()
    expect(await seen()).toBe(1)
    stopThird()
    for (const name of ['undici:request:create', 'http.client.request.created', 'http2.client.stream.created']) {
      expect(channel(name).hasSubscribers).toBe(false)
    }
  })
})

describe('while observing', () => {
  let stop: () => void
  beforeEach(() => {
    stop = observe()
  })
  afterEach(() => stop())

  test('a call outside any run is counted, and followed by nobody', async () => {
    const before = callsOutsideRuns()
    await ask()
    await fetch(`${server.origin}/v1/orders`, { method: 'POST', body: '{}' })
    expect(callsOutsideRuns() - before).toBe(1)
  })

  test('a call belongs to the innermost scope', async () => {
    const before = callsOutsideRuns()
    const judge: CallSink = { calls: [] }
    const { calls } = await watch(async () => {
      await attribute(judge, () => ask('judge'))
      await outsideRuns(() => ask('nobody'))
      await ask('run')
    })
    expect(calls.map((call) => call.model)).toEqual(['run'])
    expect(judge.calls).toHaveLength(1)
    expect(callsOutsideRuns() - before).toBe(1)
  })

  test('20 runs at once get their own calls', async () => {
    const runs = await Promise.all(
      Array.from({ length: 20 }, (_, run) =>
        watch(async () => {
          await Promise.all([ask(`run-${run}`), ask(`run-${run}`)])
          await new Promise(setImmediate)
          await ask(`run-${run}`)
        }),
      ),
    )
    for (const [run, { calls }] of runs.entries()) {
      expect(calls.map((call) => call.model)).toEqual(Array.from({ length: 3 }, () => `run-${run}`))
      expect(calls.map((call) => call.usage)).toEqual([usage, usage, usage])
    }
  })

  test('a sink is told of the start and of the end of its call', async () => {
    class Run implements CallSink {
      calls: CallSink['calls'] = []
      told: string[] = []

      onCallStarted(call: CallSink['calls'][number]): void {
        this.told.push(`started with ${this.calls.length} call, ended: ${call.endedAtMs !== undefined}`)
      }

      onCallEnded(call: CallSink['calls'][number]): void {
        this.told.push(`ended: ${call.endedAtMs !== undefined}, status ${call.status}`)
      }
    }
    const run = new Run()
    await attribute(run, () => ask())
    expect(run.told).toEqual(['started with 1 call, ended: false', 'ended: true, status 200'])
  })

  test('what a sink throws is counted, and reaches nobody', async () => {
    const before = captureFaults().count
    const sink: CallSink = {
      calls: [],
      onCallStarted() {
        throw new Error('at the start')
      },
      onCallEnded() {
        throw new Error('at the end')
      },
    }
    expect(await attribute(sink, () => ask())).toMatchObject({ usage: chatUsage })
    expect(captureFaults()).toEqual({ count: before + 2, latest: new Error('at the end') })
    expect(only(sink.calls).endedAtMs).toBeDefined()
  })

  test('what others publish on the channels is borne', async () => {
    const before = captureFaults().count
    for (const name of ['create', 'bodyChunkSent', 'headers', 'bodyChunkReceived', 'trailers', 'error']) {
      for (const message of [
        undefined,
        null,
        7,
        {},
        { request: 7 },
        { request: {} },
        { request: { method: 'POST' } },
      ]) {
        channel(`undici:request:${name}`).publish(message)
      }
    }
    for (const message of [
      undefined,
      7,
      { request: {}, stream: {} },
      { request: { method: 'POST', path: '/v1/responses' }, response: {}, stream: { sentHeaders: {} } },
      { request: { method: 'GET', path: '/v1/realtime' }, stream: { sentHeaders: { ':method': 'POST' } } },
    ]) {
      channel('http.client.request.created').publish(message)
      channel('http.client.response.finish').publish(message)
      channel('http.client.request.error').publish(message)
      channel('http2.client.stream.created').publish(message)
    }
    expect(captureFaults().count).toBe(before)
    expect((await watch(() => ask())).calls).toHaveLength(1)
  })

  test('fake timers stop neither the clock nor the reading', async () => {
    // Without setImmediate: undici itself waits for it.
    vi.useFakeTimers({ now: 0, toFake: ['performance', 'Date', 'setTimeout', 'setInterval'] })
    try {
      const { calls } = await watch(() => ask())
      const call = only(calls)
      expect(call.usage).toEqual(usage)
      expect(call.endedAtMs).toBeGreaterThan(call.startedAtMs)
    } finally {
      vi.useRealTimers()
    }
  })
})
