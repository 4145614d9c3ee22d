import { spawn } from 'node:child_process'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { mcpAgent } from '../../src/agents/mcp.ts'
import { callsOutsideRuns } from '../../src/capture/attribution.ts'
import { isAtWork } from '../../src/measure/process-tree.ts'
import { type Elsewhere, elsewhere } from './measured.ts'

const file = join(import.meta.dirname, '../../fixtures/agents/elsewhere/mcp-server.ts')
const started = { command: process.execPath, args: [file] }
const question = { question: 'What is 5 + 3?' }

let there: Elsewhere
beforeAll(async () => {
  there = await elsewhere()
})
afterAll(() => there.close())
beforeEach(() => there.server.reset())

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function untilListening(port: number): Promise<void> {
  for (;;) {
    const isThere = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false))
      socket.on('connect', () => socket.destroy())
    })
    if (isThere) return
  }
}

describe('a tool of a server that is started', () => {
  test('has the tokens, calls and steps that the model server has, in one process', async () => {
    const runs = await there.runs(mcpAgent({ ...started, tool: 'answer' }), [question, question])
    expect(runs.map(({ output, problem }) => [output, problem])).toEqual(Array(2).fill(['5 + 3 = 8.', undefined]))
    const seen = runs.flatMap(({ calls }) => calls.map(({ usage }) => [usage?.inputTokens, usage?.outputTokens]))
    expect(seen).toEqual(there.server.log.map(({ usage }) => [usage?.inputTokens, usage?.outputTokens]))
    expect(seen).toHaveLength(2)
    expect(runs.map(({ spans }) => spans.map(({ name }) => name))).toEqual([['cold process'], ['warm process']])
  })

  test('has a process for each run at once, so that calls are whose they are', async () => {
    there.server.reset({ ttftMs: 40 })
    const runs = await there.runs(mcpAgent({ ...started, tool: 'answer' }), [question, question], { atOnce: true })
    expect(runs.map(({ values }) => values.steps)).toEqual([1, 1])
  })

  test('may answer with a structure, which `read` may read', async () => {
    const [plain] = await there.runs(mcpAgent({ ...started, tool: 'count' }), [{}])
    expect(plain?.output).toEqual({ count: 3 })
    const agent = mcpAgent<string, number>({
      ...started,
      tool: 'count',
      arguments: () => ({}),
      read: ({ structuredContent }) => Number(Reflect.get(Object(structuredContent), 'count')) + 1,
    })
    expect((await there.runs(agent, ['x']))[0]?.output).toBe(4)
  })

  test.for<[string, object, unknown, RegExp]>([
    ['is refused', { tool: 'fail' }, {}, /^fail of \S+ answered with an error: no goal$/],
    [
      'is not there',
      { tool: 'reply' },
      {},
      /^Expected tool to be one of \S+, which has answer, fail, count, got reply\.$/,
    ],
    [
      'is given no object',
      { tool: 'answer' },
      'text',
      /^Expected the arguments of a tool to be an object, got "text"\. Say what/,
    ],
    [
      'ends its server',
      { tool: 'answer' },
      { question: 'die' },
      /^\S+ ended with exit code 7\. It wrote nothing to stderr\.$/,
    ],
    [
      'has no server',
      { tool: 'x', args: ['-e', 'console.error("no key"); process.exit(2)'] },
      {},
      /^\S+ ended with exit code 2\. It wrote to stderr:\nno key$/,
    ],
    [
      'has no program',
      { tool: 'x', command: 'no-such-server' },
      {},
      /^Expected command to be a program, got "no-such-server"/,
    ],
  ])('that %s is an error that says so', async ([, options, input, message]) => {
    const [run] = await there.runs(mcpAgent({ ...started, ...options } as never), [input])
    expect(run?.outcome).toBe('error')
    expect(run?.problem?.message).toMatch(message)
  })

  test('that takes too long is ended with its server, while it starts too', async () => {
    there.server.reset({ ttftMs: 60_000 })
    const pids: number[] = []
    const agent = mcpAgent({ ...started, tool: 'answer' })
    const watching = (run: Parameters<typeof agent>[0]) => {
      const processes = there.kept().processes
      const { add } = processes
      processes.add = (pid) => {
        pids.push(pid)
        add(pid)
      }
      return agent(run)
    }
    for (const latencyMs of [1_500, 30]) {
      const [run] = await there.runs(watching, [question], { latencyMs })
      expect([run?.outcome, run?.abandoned]).toEqual(['timeout', false])
    }
    expect(pids).toHaveLength(2)
    expect(pids.filter(isAtWork)).toEqual([])
  })
})

describe('a tool of a server that is there', () => {
  test('is called over HTTP; its session is kept, and no call of a model', async () => {
    const port = await freePort()
    const server = spawn(process.execPath, [file, String(port)], { stdio: 'inherit' })
    try {
      await untilListening(port)
      const before = callsOutsideRuns()
      const url = `http://127.0.0.1:${port}/mcp`
      const runs = await there.runs(mcpAgent({ url, tool: 'answer' }), [question, question])
      expect(runs.map(({ output, calls }) => [output, calls.length])).toEqual(Array(2).fill(['5 + 3 = 8.', 0]))
      expect(runs.map(({ spans }) => spans.map(({ name }) => name))).toEqual([['cold session'], ['warm session']])
      expect(callsOutsideRuns()).toBe(before)
    } finally {
      server.kill()
    }
  })

  test('that is not there is no failure of the agent', async () => {
    const [run] = await there.runs(mcpAgent({ url: `http://127.0.0.1:${await freePort()}`, tool: 'x' }), [{}])
    expect([run?.outcome, run?.problem?.class]).toEqual(['infrastructure', 'connection'])
  })
})

test('the options of mcpAgent are checked, all of them', () => {
  expect(() => mcpAgent({ command: 'x', url: 'http://a', tool: 'y' } as never)).toThrow(
    'Expected url to be absent beside command',
  )
  expect(() => mcpAgent({ tool: 'y', headers: {} } as never)).toThrow(/2 mistakes[\s\S]*command[\s\S]*headers/)
  expect(() => mcpAgent({ url: 'a' } as never)).toThrow(/2 mistakes[\s\S]*tool[\s\S]*url/)
})
