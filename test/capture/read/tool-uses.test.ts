import { describe, expect, test } from 'vitest'
import { openaiChat } from '../../../src/capture/provider/openai-chat.ts'
import { type AskedTool, emptyAnswer } from '../../../src/capture/provider/provider.ts'
import { noteToolUses } from '../../../src/capture/read/tool-uses.ts'
import { startedWireCall } from '../../../src/capture/wire-call.ts'
import type { ModelCall } from '../../../src/domain/span.ts'

function used(...answers: readonly (Partial<ModelCall> & { tools: readonly AskedTool[] })[]): (string | undefined)[] {
  const wires = answers.map(({ tools }) => ({
    ...startedWireCall(openaiChat, 'POST', '', 0),
    answer: { ...emptyAnswer(), toolCalls: new Map(tools.map((tool, index) => [String(index), tool])) },
  }))
  const calls = answers.map(
    ({ tools, ...rest }): ModelCall => ({
      provider: 'openai',
      api: 'chat',
      url: '',
      streamed: false,
      startedAtMs: 0,
      status: 200,
      toolCalls: tools.length,
      reasoningStreamed: false,
      ...rest,
    }),
  )
  noteToolUses(wires, calls)
  return calls.map(({ toolUses }) => toolUses?.map(({ name, repeated }) => `${name}${repeated ? ' again' : ''}`).join())
}

const find = (input?: unknown): AskedTool => ({ name: 'find', input })

describe('a tool call', () => {
  test('is repeated when name and arguments are those of an earlier one, in whichever order and form', () => {
    expect(
      used(
        { tools: [find('{"a":1,"b":{"c":2,"d":[1,2]}}')] },
        { tools: [find('{ "b": {"d": [1,2], "c": 2}, "a": 1 }')] },
        { tools: [find({ a: 1, b: { c: 2, d: [1, 2] } })] },
      ),
    ).toEqual(['find', 'find again', 'find again'])
  })

  test.each<[string, AskedTool]>([
    ['other arguments', find('{"a":2}')],
    ['a list in another order', find('{"a":1,"b":{"c":2,"d":[2,1]}}')],
    ['another tool', { name: 'look', input: '{"a":1}' }],
  ])('is new with %s', (_, tool) => {
    expect(used({ tools: [find('{"a":1}')] }, { tools: [tool] })[1]).not.toContain('again')
  })

  test('is the same with no arguments as with an empty list of them, and may have a text', () => {
    expect(used({ tools: [find(), find('{}'), find({})] })).toEqual(['find,find again,find again'])
    expect(used({ tools: [find('ls -l'), find('ls -l'), find('ls')] })).toEqual(['find,find again,find'])
  })

  test('of an answer that the agent never saw repeats nothing, and is not repeated', () => {
    const failure = { class: 'connection', message: 'cut' } as const
    expect(used({ tools: [find()], failure }, { tools: [find()], retryOf: 0 })).toEqual(['find', 'find'])
    expect(used({ tools: [find()] }, { tools: [find()], givenUp: true })).toEqual(['find', 'find'])
  })

  test('without a name is not told', () => {
    expect(used({ tools: [{}] }, { tools: [{}, find()] }, { tools: [] })).toEqual([undefined, 'find', undefined])
  })
})
