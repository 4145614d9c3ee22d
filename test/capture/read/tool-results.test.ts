import { expect, test } from 'vitest'
import { toolResultsOf } from '../../../src/capture/read/tool-results.ts'

const result = { rows: ['one', 'two'] }
const text = JSON.stringify(result)

const bodies: Record<string, unknown> = {
  chat: {
    messages: [
      { role: 'user', content: 'find' },
      {
        role: 'assistant',
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'search', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: text },
    ],
  },
  responses: {
    input: [
      { role: 'user', content: 'find' },
      { type: 'function_call', id: 'fc_1', call_id: 'c1', name: 'search', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c1', output: text },
    ],
  },
  messages: {
    messages: [
      { role: 'user', content: 'find' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'c1', name: 'search', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c1', content: text }] },
    ],
  },
  gemini: {
    contents: [
      { role: 'user', parts: [{ text: 'find' }] },
      { role: 'model', parts: [{ functionCall: { name: 'search', args: {} } }] },
      { role: 'user', parts: [{ functionResponse: { name: 'search', response: text } }] },
    ],
  },
  converse: {
    messages: [
      { role: 'user', content: [{ text: 'find' }] },
      { role: 'assistant', content: [{ toolUse: { toolUseId: 'c1', name: 'search', input: {} } }] },
      { role: 'user', content: [{ toolResult: { toolUseId: 'c1', content: text } }] },
    ],
  },
  ollama: {
    messages: [
      { role: 'user', content: 'find' },
      { role: 'tool', tool_name: 'search', content: text },
    ],
  },
}

test.for(Object.entries(bodies))(
  '%s: the name is the one that the model asked for, the length that of what it is told',
  ([, body]) => {
    expect(toolResultsOf(body)).toEqual([{ name: 'search', count: 1, characters: JSON.stringify(text).length }])
  },
)

test('results of one tool are added, and one whose name is not in the request has none of its own', () => {
  const output = (call_id: string) => ({ type: 'function_call_output', call_id, output: 'four' })
  const call = { type: 'function_call', call_id: 'c1', name: 'search', arguments: '{}' }
  expect(
    toolResultsOf({ input: [call, output('c1'), { ...call, call_id: 'c2' }, output('c2'), output('before')] }),
  ).toEqual([
    { name: 'search', count: 2, characters: 12 },
    { name: 'a tool', count: 1, characters: 6 },
  ])
})

test.each([[undefined], [null], ['text'], [{ messages: 'text' }], [{ messages: [null, 1, { role: 'tool' }] }]])(
  'bears %j',
  (body) => {
    expect(toolResultsOf(body).length).toBeLessThanOrEqual(1)
  },
)
