import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ModelServer, startModelServer } from '../../../fixtures/model-server/server.ts'
import { type FixtureTool, tools } from '../../../fixtures/model-server/tools.ts'
import { observeFrameworks } from '../../../src/capture/framework/all.ts'
import { captureFaults } from '../../../src/capture/guard.ts'
import { observe } from '../../../src/capture/observe.ts'
import { wallClock } from '../../../src/domain/clock.ts'
import { hear, pathOf } from './hear.ts'

/** A tool of the model server's that may wait. */
export type AgentTool = Omit<FixtureTool, 'call'> & { call: (input: unknown) => Promise<unknown> }

/** What is asked of an agent named `math`, made with some framework. */
export interface Question {
  prompt: string
  tools: readonly AgentTool[]
  baseURL: string
  stream: boolean
}

export type Ask = (question: Question) => Promise<string>

/** A prompt of one step with one tool and one without. */
export const sum = { prompt: 'What is 5 + 3?', answer: '8' }
/** A prompt of which the first step uses three tools at once. */
const three = {
  prompt: 'Convert 100 °C to °F and what weekday is 45 days after 2026-01-15 and what is (2 + 3) * 4?',
  answer: '(2 + 3) * 4 = 20',
}

/** The fixture tools, each of which does `before` first. */
export function toolsThat(before: (name: string) => unknown = () => undefined): AgentTool[] {
  return tools.map((tool) => ({
    ...tool,
    call: async (input) => {
      await before(tool.name)
      return tool.call(input)
    },
  }))
}

/**
 * The tests that each framework passes.
 *
 * @param paths of the spans of {@link sum}
 */
export function keepsTheContract(ask: Ask, paths: readonly string[]): void {
  let server: ModelServer
  let stopObserving: () => void
  const contacts = new Set<string>()
  const onSocket = (message: unknown) => {
    if (typeof message !== 'object' || message === null || !('socket' in message)) return
    if (!(message.socket instanceof Socket)) return
    message.socket.once('lookup', (_error, _address, _family, host) => contacts.add(host))
    message.socket.once('connectionAttempt', (ip, port) => contacts.add(`http://${ip}:${port}`))
  }

  beforeAll(async () => {
    subscribe('net.client.socket', onSocket)
    server = await startModelServer()
    stopObserving = observe()
  })
  afterAll(async () => {
    stopObserving()
    await server.close()
    unsubscribe('net.client.socket', onSocket)
    expect(captureFaults()).toEqual({ count: 0 })
    for (const contact of contacts) expect(contact).toMatch(/^http:\/\/127\.0\.0\.1:/)
  })

  async function heard(given: { prompt: string; tools: readonly AgentTool[]; stream: boolean }) {
    const stop = observeFrameworks(import.meta.dirname)
    try {
      return await hear(() => ask({ ...given, baseURL: server.baseUrl }))
    } finally {
      stop()
    }
  }

  describe.each([{ stream: false }, { stream: true }])('stream: $stream', ({ stream }) => {
    test('every part of a run is a span inside the one it belongs to', async () => {
      const { result, spans, calls } = await heard({ prompt: sum.prompt, tools: toolsThat(), stream })
      expect(result).toContain(sum.answer)
      expect(spans.map((span) => [span.kind, pathOf(span)].join(' '))).toEqual(paths)
      expect(spans.every((span) => span.endedAtMs !== undefined && span.failure === undefined)).toBe(true)
      expect(calls.map(({ within }) => within?.kind)).toEqual(['step', 'step'])
      expect(new Set(calls.map(({ within }) => within)).size).toBe(2)
    })

    test('the span of a tool lasts as long as the tool', async () => {
      const worked: { fromMs: number; toMs: number }[] = []
      const slow = toolsThat(async () => {
        const fromMs = wallClock.nowMs()
        await fetch(`${server.baseUrl}/chat/completions`, nestedCall('any', 'ttft=30'))
        worked.push({ fromMs, toMs: wallClock.nowMs() })
      })
      const { spans } = await heard({ prompt: sum.prompt, tools: slow, stream })
      const [tool] = spans.filter(({ kind }) => kind === 'tool')
      const [work] = worked
      expect(work && work.toMs - work.fromMs).toBeGreaterThanOrEqual(29)
      expect(tool?.startedAtMs).toBeLessThanOrEqual(work?.fromMs ?? 0)
      expect(tool?.endedAtMs).toBeGreaterThanOrEqual(work?.toMs ?? Number.POSITIVE_INFINITY)
      expect(spans.every((span) => (span.endedAtMs ?? 0) >= span.startedAtMs)).toBe(true)
    })

    test('the model calls of tools that work at once are each in its own', async () => {
      const asking = toolsThat((name) => fetch(`${server.baseUrl}/chat/completions`, nestedCall(name, 'ttft=5')))
      const { result, calls } = await heard({ prompt: three.prompt, tools: asking, stream })
      expect(result).toContain(three.answer)
      const nested = calls.filter(({ model }) => model?.startsWith('of '))
      expect(new Set(nested.map(({ model }) => model))).toEqual(new Set(['of convert', 'of date', 'of calculator']))
      for (const { model, within } of nested) expect([within?.kind, `of ${within?.name}`]).toEqual(['tool', model])
      for (const call of calls) if (!nested.includes(call)) expect(call.within?.kind).toBe('step')
    })

    test('what 20 runs at once tell is not mixed up, and a tool that throws has failed', async () => {
      const runs = await Promise.all(
        Array.from({ length: 20 }, async (_, run) => {
          const failing = toolsThat(() => {
            throw new Error(`no calculator in run ${run}`)
          })
          return heard({ prompt: sum.prompt, tools: failing, stream })
        }),
      )
      for (const [run, { spans, calls }] of runs.entries()) {
        const failures = spans.filter(({ kind }) => kind === 'tool').map(({ failure }) => failure)
        expect(failures.length).toBeGreaterThan(0)
        for (const failure of failures) expect(failure).toMatch(new RegExp(`no calculator in run ${run}$`))
        expect(spans.filter(({ kind }) => kind === 'step').every(({ failure }) => failure === undefined)).toBe(true)
        expect(calls.length).toBeGreaterThan(1)
        for (const { within } of calls) expect(spans).toContain(within)
      }
    })

    test('nothing is heard any more when the last observer has gone', async () => {
      const [first, second] = [observeFrameworks('/'), observeFrameworks('/')]
      first()
      first()
      second()
      const { result, spans, calls } = await hear(() =>
        ask({ prompt: sum.prompt, tools: toolsThat(), stream, baseURL: server.baseUrl }),
      )
      expect(result).toContain(sum.answer)
      expect(spans).toEqual([])
      expect(calls.map(({ within }) => within)).toEqual([undefined, undefined])
    })
  })
}

function nestedCall(tool: string, knobs: string): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-model-server': knobs },
    body: JSON.stringify({ model: `of ${tool}`, messages: [{ role: 'user', content: 'Hello' }] }),
  }
}
