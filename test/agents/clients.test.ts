import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { commandAgent } from '../../src/agents/command.ts'
import { type Elsewhere, elsewhere } from './measured.ts'

const file = join(import.meta.dirname, '../../fixtures/agents/elsewhere/clients.ts')

let there: Elsewhere
beforeAll(async () => {
  there = await elsewhere()
})
afterAll(() => there.close())
beforeEach(() => there.server.reset())

// What each takes its address from is its own code's word.
test.for([
  ['openai', 'OPENAI_BASE_URL', '/v1'],
  ['anthropic', 'ANTHROPIC_BASE_URL', ''],
  ['google', 'GOOGLE_GEMINI_BASE_URL', ''],
  ['ai-sdk, openai', 'OPENAI_BASE_URL', '/v1'],
  ['ai-sdk, anthropic', 'ANTHROPIC_BASE_URL', '/v1'],
  ['langchain', 'OPENAI_BASE_URL', '/v1'],
] as const)(
  'the calls of %s in another process are seen by %s',
  { timeout: 60_000 },
  async ([client, variable, path]) => {
    const agent = commandAgent<string>({
      command: process.execPath,
      args: [file],
      input: 'argv',
      env: {
        OPENAI_BASE_URL: undefined,
        ANTHROPIC_API_KEY: 'any',
        GOOGLE_API_KEY: 'any',
        [variable]: there.server.url + path,
      },
    })
    const [run] = await there.runs(agent, [client], { latencyMs: 60_000 })
    expect([run?.problem, run?.output]).toEqual([undefined, '5 + 3 = 8.'])
    const [served, ...others] = there.server.log
    expect(others).toEqual([])
    expect(run?.calls.map(({ usage }) => [usage?.inputTokens, usage?.outputTokens])).toEqual([
      [served?.usage?.inputTokens, served?.usage?.outputTokens],
    ])
  },
)
