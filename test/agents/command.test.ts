import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { commandAgent } from '../../src/agents/command.ts'
import { readCpuMs } from '../../src/measure/cpu.ts'
import { isAtWork } from '../../src/measure/process-tree.ts'
import { type Elsewhere, elsewhere } from './measured.ts'

const folder = join(import.meta.dirname, '../../fixtures/agents/elsewhere')
const python = { command: 'python3', args: [join(folder, 'agent.py')], output: 'json' } as const
const question = 'What is 5 + 3?'

let there: Elsewhere
beforeAll(async () => {
  there = await elsewhere()
})
afterAll(() => there.close())
beforeEach(() => there.server.reset())

function sum(values: readonly (number | undefined)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0)
}

describe('an agent in Python', () => {
  test.for([
    ['a process for each run', python],
    ['one process for all', { ...python, args: [...python.args, '--persistent'], persistent: true }],
  ] as const)('as %s has the tokens, calls and steps that the server has', async ([, options]) => {
    const runs = await there.runs(commandAgent<string, { answer: string }>(options), [
      `${question}\n${question}`,
      question,
      question,
    ])
    expect(runs.map(({ outcome, problem }) => [outcome, problem])).toEqual(Array(3).fill(['ok', undefined]))
    expect(runs[0]?.output).toEqual({ answer: '5 + 3 = 8. 5 + 3 = 8.' })
    expect(runs.map(({ values }) => values.steps)).toEqual([2, 1, 1])
    const { log } = there.server
    expect(log).toHaveLength(4)
    expect(sum(runs.map(({ values }) => values.inputTokens))).toBe(sum(log.map(({ usage }) => usage?.inputTokens)))
    expect(sum(runs.map(({ values }) => values.outputTokens))).toBe(sum(log.map(({ usage }) => usage?.outputTokens)))
    expect(runs[0]?.calls[0]?.url).toBe(`${there.server.baseUrl}/chat/completions`)
    expect(JSON.stringify(runs)).not.toContain('a secret')
  })

  test('at once, each run has its own calls', async () => {
    const persistent = { ...python, args: [...python.args, '--persistent'], persistent: true }
    const inputs = [question, `${question}\n${question}`, `${question}\n${question}\n${question}`]
    for (const options of [python, persistent]) {
      const runs = await there.runs(commandAgent<string>(options), inputs, { atOnce: true })
      expect(runs.map(({ values }) => values.steps)).toEqual([1, 2, 3])
    }
  })

  test('whose process goes on says which runs had to wait for its start', async () => {
    const options = { ...python, args: [...python.args, '--persistent'], persistent: true }
    const runs = await there.runs(commandAgent<string>(options), [question, question, question])
    expect(runs.map(({ spans }) => spans.map(({ name }) => name))).toEqual([
      ['cold process'],
      ['warm process'],
      ['warm process'],
    ])
  })

  test('has its own CPU time and memory', async () => {
    const burn =
      'import time\nend = time.process_time() + 0.3\nblock = bytearray(40_000_000)\nwhile time.process_time() < end: pass'
    const [run] = await there.runs(commandAgent({ command: 'python3', args: ['-c', burn] }), [''], { readCpuMs })
    expect(run?.values.childCpuMs).toBeGreaterThanOrEqual(290)
    expect(run?.values.cpuMs).toBeLessThan(250)
    const { rssBytes = 0, pssBytes = 0 } = there.kept().processes.peaks()
    expect(rssBytes).toBeGreaterThan(40_000_000)
    expect(pssBytes).toBeGreaterThan(40_000_000)
    expect(pssBytes).toBeLessThanOrEqual(rssBytes)
  })
})

describe('an agent in shell', () => {
  test('streams text, whose first part is the first token', async () => {
    there.server.reset({ ttftMs: 20, tokenGapMs: 15 })
    const agent = commandAgent<string>({ command: 'sh', args: [join(folder, 'agent.sh')], input: 'argv' })
    const [run] = await there.runs(agent, [question])
    expect(run?.output).toBe('5 + 3 = 8.')
    expect(run?.values).toMatchObject({ steps: 1, inputTokens: there.server.log[0]?.usage?.inputTokens })
    const { startedMs = 0, firstTokenMs = 0, endedMs = 0 } = run ?? {}
    expect(firstTokenMs - startedMs).toBeGreaterThan(20)
    expect(endedMs - firstTokenMs).toBeGreaterThan(15)
  })

  test('is given text as it is, and anything else as JSON', async () => {
    const cat = commandAgent<unknown>({ command: 'cat' })
    const runs = await there.runs(cat, ['two\nlines\n\n', { a: 1 }])
    expect(runs.map(({ output }) => output)).toEqual(['two\nlines', '{"a":1}'])
    const [echoed] = await there.runs(commandAgent<unknown>({ command: 'echo', args: ['-n'], input: 'argv' }), [[1]])
    expect(echoed?.output).toBe('[1]')
  })

  test('that answers line by line needs no protocol', async () => {
    const agent = commandAgent<string>({
      command: 'sh',
      args: ['-c', 'while read -r line; do echo got "$line"; done'],
      persistent: true,
    })
    const runs = await there.runs(agent, ['a', 'b'])
    expect(runs.map(({ output }) => output)).toEqual(['got {"id":1,"input":"a"}', 'got {"id":2,"input":"b"}'])
  })

  test('may tell its answer in parts', async () => {
    const parts = `while read -r line; do
      echo '{"id":1,"delta":"a"}'; echo '{"id":1,"delta":"b"}'; echo '{"id":1,"output":"ab"}'; done`
    const [run] = await there.runs(commandAgent<string>({ command: 'sh', args: ['-c', parts], persistent: true }), [
      'x',
    ])
    expect(run?.output).toBe('ab')
    const json = commandAgent<string>({ command: 'sh', args: ['-c', parts], persistent: true, output: 'json' })
    expect((await there.runs(json, ['x']))[0]?.output).toBe('ab')
    expect(run?.firstTokenMs).toBeLessThan(run?.endedMs ?? 0)
  })
})

describe('a program that fails', () => {
  const sh = (script: string) => ({ command: 'sh', args: ['-c', script] })
  test.for<[string, Parameters<typeof commandAgent<string>>[0] | object, RegExp]>([
    [
      'is not there',
      { command: 'no-such-agent' },
      /^Expected command to be a program, got "no-such-agent", which is neither a path nor on PATH \(ENOENT\)\.$/,
    ],
    ['may not be executed', { command: join(folder, 'agent.py') }, /may not be executed \(EACCES\)/],
    [
      'works in a folder that is not there',
      { command: 'sh', cwd: '/no/such' },
      /^Expected cwd to be a folder, got "\/no\/such"/,
    ],
    ['ends badly', sh('echo went wrong >&2; exit 3'), /^sh ended with exit code 3\. It wrote to stderr:\nwent wrong$/],
    ['ends badly and silently', sh('exit 1'), /^sh ended with exit code 1\. It wrote nothing to stderr\.$/],
    ['is killed', sh('kill -s SEGV $$'), /^sh was ended by SIGSEGV\./],
    [
      'writes no JSON',
      { ...sh('echo log; echo done'), output: 'json' },
      /^Expected sh to write JSON to stdout, got "done"\. Let it write what it logs to stderr\.$/,
    ],
    ['writes nothing', { ...sh('true'), output: 'json' }, /^Expected sh to write JSON to stdout, got nothing\./],
    [
      'ends before it answers',
      { ...sh('read -r line; echo oh >&2; exit 2'), persistent: true },
      /^sh ended with exit code 2\. It wrote to stderr:\noh$/,
    ],
    ['ends well before it answers', { ...sh('read -r line'), persistent: true }, /^sh ended with exit code 0\./],
    [
      'answers with an error',
      { ...sh(`read -r line; echo '{"id":1,"error":"no goal"}'; cat`), persistent: true },
      /^sh answered with an error: no goal$/,
    ],
    [
      'answers another request',
      { ...sh(`read -r line; echo '{"id":7,"output":1}'; cat`), persistent: true },
      /^Expected sh to answer request 1, got an answer to 7\.$/,
    ],
    [
      'logs among its answers',
      { ...sh('read -r line; echo thinking; cat'), persistent: true, output: 'json' },
      /^Expected sh to answer with a line of JSON on stdout, got "thinking"\./,
    ],
  ])('because it %s says so', async ([, options, message]) => {
    const [run] = await there.runs(commandAgent<string>(options as { command: string }), ['x'])
    expect(run?.outcome).toBe('error')
    expect(run?.problem?.message).toMatch(message)
  })

  test('in one run has a new process in the next', async () => {
    const once = commandAgent<string>({ ...sh('read -r line; echo pid $$'), persistent: true })
    const runs = await there.runs(once, ['x', 'y'])
    expect(runs.map(({ outcome }) => outcome)).toEqual(['ok', 'error'])
  })
})

describe('a program that is stopped', () => {
  const tree = 'sh -c "echo \\$\\$; sleep 60" & sh -c "sleep 60" & echo $$; '

  test.for([
    ['for each run', 'cat >/dev/null; wait'],
    ['that does not listen', 'trap "" TERM; cat >/dev/null; while :; do sleep 1; done'],
    ['that starts its own session', 'setsid sh -c "echo \\$\\$; sleep 60" & cat >/dev/null; wait'],
  ] as const)('%s is ended with all that it started', async ([, script]) => {
    const pids: number[] = []
    const agent = commandAgent<string>({ command: 'sh', args: ['-c', tree + script] })
    const reading = async function* (run: Parameters<typeof agent>[0]) {
      for await (const part of await agent(run)) {
        pids.push(...part.split('\n').filter(Boolean).map(Number))
        yield part
      }
    }
    const [run] = await there.runs(reading, ['x'], { latencyMs: 400 })
    expect(run?.outcome).toBe('timeout')
    expect(run?.abandoned).toBe(false)
    expect(pids.length).toBeGreaterThanOrEqual(2)
    expect(pids.filter(isAtWork)).toEqual([])
  })

  test('while it would answer more runs is ended with all that it started, and another one takes its place', async () => {
    const pids: number[] = []
    const script = 'sleep 60 & while read -r line; do echo "{\\"delta\\":\\"$$ $!\\"}"; done'
    const agent = commandAgent<string>({ command: 'sh', args: ['-c', script], persistent: true })
    const reading = async function* (run: Parameters<typeof agent>[0]) {
      for await (const part of await agent(run)) {
        pids.push(...part.split(' ').map(Number))
        yield part
      }
    }
    const runs = await there.runs(reading, ['x', 'y'], { latencyMs: 300 })
    expect(runs.map(({ outcome }) => outcome)).toEqual(['timeout', 'timeout'])
    expect(new Set(pids).size).toBe(4)
    expect(pids.filter(isAtWork)).toEqual([])
  })

  test('with something left that holds its pipes open has ended all the same', async () => {
    const agent = commandAgent<string>({ command: 'sh', args: ['-c', 'setsid sleep 3 & echo done'] })
    const [run] = await there.runs(agent, ['x'], { latencyMs: 2_000 })
    expect([run?.outcome, run?.output]).toEqual(['ok', 'done'])
  })

  test('because nobody read what it wrote leaves nothing behind', async () => {
    const agent = commandAgent<string>({ command: 'sh', args: ['-c', 'echo $$; sleep 60'] })
    const pids: number[] = []
    const [run] = await there.runs(
      async (given: Parameters<typeof agent>[0]) => {
        for await (const part of await agent(given)) {
          pids.push(Number(part))
          break
        }
        // Its second process is not even looked at.
        const { processes } = there.kept()
        const { add } = processes
        processes.add = (pid) => {
          pids.push(pid)
          add(pid)
        }
        await agent(given)
        return 'done'
      },
      ['x'],
    )
    expect([run?.outcome, pids.length]).toEqual(['ok', 2])
    expect(pids.filter(isAtWork)).toEqual([])
  })

  test('because its model calls pass a limit is ended in the middle', async () => {
    const [run] = await there.runs(commandAgent<string>(python), [Array(9).fill(question).join('\n')], { steps: 2 })
    expect([run?.outcome, run?.abandoned]).toEqual(['limit', false])
    expect(run?.problem?.message).toContain('steps')
    expect(there.server.log.length).toBeLessThan(9)
  })

  test('because the execution is over leaves nothing behind', async () => {
    const agent = commandAgent<string>({
      command: 'sh',
      args: ['-c', 'while read -r line; do echo $$; done'],
      persistent: true,
    })
    const [run] = await there.runs(agent, ['x'])
    expect(isAtWork(Number(run?.output))).toBe(false)
  })
})

describe('the options of commandAgent', () => {
  test('are checked, all of them', () => {
    const wrong = { command: '', args: [1], input: 'file', retries: 3 } as never
    expect(() => commandAgent(wrong)).toThrow(
      /4 mistakes in commandAgent\(options\)[\s\S]*args[\s\S]*'stdin' or 'argv'[\s\S]*retries/,
    )
    expect(() => commandAgent({ command: 'x', persistent: true, input: 'argv' })).toThrow(
      'Expected input to be absent beside persistent',
    )
    expect(() => commandAgent({} as never)).toThrow('Expected command to be a text, got nothing.')
  })
})
