import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { httpAgent } from '../../src/agents/http.ts'
import { callsOutsideRuns } from '../../src/capture/attribution.ts'
import type { RunMeasurement } from '../../src/measure/measurement.ts'
import { type Elsewhere, elsewhere } from './measured.ts'

const service = join(import.meta.dirname, '../../fixtures/agents/elsewhere/service.py')
const question = 'What is 5 + 3?'

let there: Elsewhere
beforeAll(async () => {
  there = await elsewhere()
})
afterAll(() => there.close())
beforeEach(() => there.server.reset())

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

/** The origin of an endpoint in this process. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => answer(request, response))
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function freePort(): Promise<number> {
  const server = createTcpServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function spansOf(runs: readonly RunMeasurement[]): string[][] {
  return runs.map(({ spans }) => spans.map(({ name }) => name))
}

function problemOf(runs: readonly RunMeasurement[]): string {
  const [{ outcome, problem } = {}] = runs
  return `${outcome} ${problem?.class}: ${problem?.message}`
}

describe('an agent in a process of its own', () => {
  const agentAt = (port: number, env = {}) =>
    httpAgent<string>({
      url: `http://127.0.0.1:${port}/run`,
      body: ({ input }) => ({ question: input }),
      server: { command: 'python3', args: [service, String(port)], env },
    })

  test('has the tokens, calls and steps that the model server has', async () => {
    const runs = await there.runs(agentAt(await freePort()), [`${question}\n${question}`, question])
    expect(runs.map(({ output, outcome }) => [outcome, output])).toEqual([
      ['ok', { answer: '5 + 3 = 8. 5 + 3 = 8.' }],
      ['ok', { answer: '5 + 3 = 8.' }],
    ])
    expect(runs.map(({ values }) => values.steps)).toEqual([2, 1])
    const { log } = there.server
    const seen = runs.flatMap(({ calls }) => calls.map(({ usage }) => [usage?.inputTokens, usage?.outputTokens]))
    expect(seen).toEqual(log.map(({ usage }) => [usage?.inputTokens, usage?.outputTokens]))
    expect(seen).toHaveLength(3)
  })

  test('streams events, the first text of which is the first token', async () => {
    there.server.reset({ ttftMs: 30, tokenGapMs: 15 })
    const port = await freePort()
    const agent = httpAgent<string>({
      url: `http://127.0.0.1:${port}/stream`,
      body: ({ input }) => ({ question: input }),
      answer: 'events',
      server: { command: 'python3', args: [service, String(port)] },
    })
    const [, run] = await there.runs(agent, [question, question])
    expect(run?.output).toBe('5 + 3 = 8.')
    expect(run?.values.steps).toBe(1)
    const { startedMs = 0, firstTokenMs = 0, endedMs = 0 } = run ?? {}
    expect(firstTokenMs - startedMs).toBeGreaterThan(28)
    expect(endedMs - firstTokenMs).toBeGreaterThan(15)
  })

  test('keeps the calls of runs at once apart, where it passes the trace on', async () => {
    there.server.reset({ ttftMs: 30 })
    const inputs = [question, `${question}\n${question}`, `${question}\n${question}\n${question}`]
    const port = await freePort()
    const runs = await there.runs(agentAt(port), inputs, { atOnce: true })
    expect(runs.map(({ values }) => values.steps)).toEqual([1, 2, 3])
  })

  test('has calls that are nobody’s, and counted, of runs at once where it does not', async () => {
    there.server.reset({ ttftMs: 30 })
    const before = callsOutsideRuns()
    const runs = await there.runs(agentAt(await freePort(), { TRACED: 'no' }), [question, question], { atOnce: true })
    expect(runs.map(({ calls, outcome }) => [calls.length, outcome])).toEqual([
      [0, 'ok'],
      [0, 'ok'],
    ])
    expect(callsOutsideRuns() - before).toBe(2)
  })

  test('that does not start says why', async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    const failing = (command: string, script: string) =>
      httpAgent<string>({ url, server: { command, args: ['-c', script], readyTimeoutMs: 300 } })
    expect(problemOf(await there.runs(failing('sh', 'echo no model >&2; exit 4'), ['x']))).toBe(
      'error agent: sh ended with exit code 4. It wrote to stderr:\nno model',
    )
    expect(problemOf(await there.runs(failing('sh', 'echo loading >&2; sleep 9'), ['x']))).toBe(
      `error agent: Expected sh to listen at ${new URL(url).host} within 300 ms, got nobody there. It wrote to stderr:\nloading`,
    )
    expect(problemOf(await there.runs(failing('no-such-agent', ''), ['x']))).toContain('got "no-such-agent"')
  })

  test('is not started where somebody else listens', async () => {
    const url = await serve((_, response) => response.end('{}'))
    const agent = httpAgent<string>({ url, server: { command: 'sh', args: ['-c', 'sleep 9'] } })
    expect(problemOf(await there.runs(agent, ['x']))).toMatch(
      /Expected nobody to listen at 127\.0\.0\.1:\d+ before sh does/,
    )
  })
})

describe('a request', () => {
  test('is what the options say', async () => {
    const seen: unknown[] = []
    const url = await serve(({ method, url: path, headers }, response) => {
      seen.push([method, path, headers['content-type'], headers['x-run']])
      response.end('{"ok":true}')
    })
    const agent = httpAgent<string>({
      url: ({ input }) => `${url}/${input}`,
      method: 'put',
      headers: ({ index }) => ({ 'x-run': String(index) }),
      body: () => 'text',
    })
    const [run] = await there.runs(agent, ['path'])
    expect([run?.output, seen]).toEqual([{ ok: true }, [['PUT', '/path', undefined, '0']]])
    await there.runs(httpAgent<string>({ url, method: 'GET' }), ['x'])
    await there.runs(httpAgent<unknown>({ url }), [{ a: 1 }])
    expect(seen.slice(1)).toEqual([
      ['GET', '/', undefined, undefined],
      ['POST', '/', 'application/json', undefined],
    ])
  })

  test('is no call of a model, unless it is one', async () => {
    const url = await serve((_, response) =>
      response.end('{"choices":[{"message":{"content":"8"}}],"usage":{"prompt_tokens":3,"completion_tokens":2}}'),
    )
    const body = () => ({ model: 'm', messages: [{ role: 'user', content: 'x' }] })
    const before = callsOutsideRuns()
    const callsAt = async (path: string, modelCall?: boolean) => {
      const [run] = await there.runs(httpAgent<string>({ url: url + path, body, modelCall }), ['x'])
      return [run?.calls.length, run?.values.inputTokens]
    }
    expect(await callsAt('/agent')).toEqual([0, undefined])
    expect(await callsAt('/api/chat')).toEqual([0, undefined])
    expect(await callsAt('/v1/chat/completions')).toEqual([1, 3])
    expect(await callsAt('/v1/chat/completions', false)).toEqual([0, undefined])
    expect(await callsAt('/agent', true)).toEqual([1, 3])
    expect(callsOutsideRuns()).toBe(before)
  })

  test('finds the connection of the one before', async () => {
    const url = await serve((_, response) => response.end('{}'))
    const runs = await there.runs(httpAgent<string>({ url }), ['a', 'b', 'c'])
    expect(spansOf(runs)).toEqual([['cold connection', 'connect'], ['warm connection'], ['warm connection']])
    expect(there.kept().connections()).toEqual({ opened: 1, reused: 2, waited: 0, mostOpen: 1 })
  })

  test('waits for a connection where there are not enough', async () => {
    const url = await serve((_, response) => setTimeout(() => response.end('{}'), 20))
    const runs = await there.runs(httpAgent<string>({ url, connections: 1 }), ['a', 'b'], { atOnce: true })
    expect(spansOf(runs)).toEqual([
      ['cold connection', 'connect'],
      ['warm connection', 'wait for a connection'],
    ])
    expect(there.kept().connections()).toEqual({ opened: 1, reused: 1, waited: 1, mostOpen: 1 })
  })

  test('has a new connection where the idle one was closed', async () => {
    let requests = 0
    const url = await serve((request, response) => {
      requests += 1
      if (requests !== 2) return response.end('{}')
      request.socket.destroy()
    })
    const runs = await there.runs(httpAgent<string>({ url }), ['a', 'b'])
    expect(runs.map(({ outcome }) => outcome)).toEqual(['ok', 'ok'])
    expect(requests).toBe(3)
  })
})

describe('an answer', () => {
  test('is what `read` makes of it', async () => {
    const url = await serve((_, response) => response.writeHead(201, { 'x-a': 'b' }).end('{"deep":{"text":"hi"}}'))
    const agent = httpAgent<string, string>({
      url,
      read: (body, { status, headers, run }) => {
        run.usage({ inputTokens: 5, outputTokens: 1 })
        return `${JSON.stringify(body)} ${status} ${headers['x-a']}`
      },
    })
    const [run] = await there.runs(agent, ['x'])
    expect([run?.output, run?.values.inputTokens]).toEqual(['{"deep":{"text":"hi"}} 201 b', 5])
  })

  test('of text is streamed', async () => {
    const url = await serve((_, response) => {
      response.write('first ')
      setTimeout(() => response.end('last'), 30)
    })
    const [run] = await there.runs(httpAgent<string>({ url, answer: 'text' }), ['x'])
    expect(run?.output).toBe('first last')
    expect((run?.endedMs ?? 0) - (run?.firstTokenMs ?? 0)).toBeGreaterThan(20)
  })

  test('of events is what `read` makes of them', async () => {
    const url = await serve((_, response) => {
      response.setHeader('content-type', 'text/event-stream; charset=utf-8')
      response.end('event: status\ndata: thinking\n\nevent: token\ndata: a\n\nevent: token\r\ndata: b\r\n\r\n')
    })
    const agent = httpAgent<string>({
      url,
      answer: 'events',
      read: ({ event, data }) => (event === 'token' ? data : undefined),
    })
    expect((await there.runs(agent, ['x']))[0]?.output).toBe('ab')
  })

  test.for<[string, (response: ServerResponse) => void, object, RegExp]>([
    [
      'is an error',
      (response) => response.writeHead(500).end('{"error":"no tool"}'),
      {},
      /^error agent: POST http:\S+\/run answered 500 Internal Server Error: \{"error":"no tool"\}$/,
    ],
    [
      'is a redirect',
      (response) => response.writeHead(302, { location: '/' }).end(),
      {},
      /answered 302 Found: without a body$/,
    ],
    [
      'is no JSON',
      (response) => response.end('<html>'),
      {},
      /to answer with JSON, got "<html>"\. For text, say `answer: 'text'`\.$/,
    ],
    ['is empty', (response) => response.end(), {}, /to answer with JSON, got nothing\./],
    [
      'is no stream',
      (response) => response.end('x'),
      { answer: 'events' },
      /to answer with content-type text\/event-stream, got none\.$/,
    ],
    [
      'streams what is not known',
      (response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: {"x":1}\n\n'),
      { answer: 'events' },
      /to stream text, got 1 events without a text that is known as one\. Say what text an event brings: `read`\.$/,
    ],
    [
      'breaks off',
      (response) => response.writeHead(200, { 'content-length': 9 }).write('{', () => response.destroy()),
      {},
      /^infrastructure connection: POST \S+ lost its connection in the middle of the answer/,
    ],
    ['has no headers', () => undefined, { headersTimeoutMs: 30 }, /^error timeout: POST \S+ got no headers in 30 ms$/],
    [
      'does not go on',
      (response) => response.write('{'),
      { bodyTimeoutMs: 30 },
      /^error timeout: POST \S+ got no further part of its answer in 30 ms$/,
    ],
  ])('that %s is an error that says so', async ([, answer, options, message]) => {
    const url = `${await serve((_, response) => answer(response))}/run?key=secret`
    const told = problemOf(await there.runs(httpAgent<string>({ url, ...options }), ['x']))
    expect(told).toMatch(message)
    expect(told).not.toContain('secret')
  })

  test('that never comes, for nobody listens, is no failure of the agent', async () => {
    const url = `http://127.0.0.1:${await freePort()}/run`
    expect(problemOf(await there.runs(httpAgent<string>({ url }), ['x']))).toMatch(
      /^infrastructure connection: POST \S+\/run got no answer \(connect ECONNREFUSED/,
    )
  })

  test('that nobody waits for any more is given up', async () => {
    let gone: Promise<unknown> | undefined
    const url = await serve((_, response) => {
      gone = new Promise((resolve) => response.once('close', resolve))
    })
    const [run] = await there.runs(httpAgent<string>({ url }), ['x'], { latencyMs: 50 })
    expect([run?.outcome, run?.abandoned]).toEqual(['timeout', false])
    await gone
  })
})

test('the options of httpAgent are checked, all of them', () => {
  const wrong = { url: 'localhost:3000', connections: 0, retry: 1 } as never
  expect(() => httpAgent(wrong)).toThrow(
    /3 mistakes in httpAgent\(options\)[\s\S]*http:\/\/[\s\S]*whole number from 1[\s\S]*retry/,
  )
  expect(() => httpAgent({ url: 'http://a', server: { args: [] } as never })).toThrow(
    'Expected command to be a text, got nothing.',
  )
})
