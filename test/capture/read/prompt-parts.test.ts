import { describe, expect, test } from 'vitest'
import { hasMarks, promptParts } from '../../../src/capture/read/prompt-parts.ts'

const user = { role: 'user', content: 'hi' }

describe('the parts of a prompt', () => {
  test.each<[string, object, unknown[]]>([
    ['chat completions', { tools: [{ a: 1 }], functions: [{ b: 2 }], messages: [user] }, [{ a: 1 }, { b: 2 }, user]],
    ['messages', { messages: [user], system: 'Be kind.', tools: [{ a: 1 }] }, [{ a: 1 }, 'Be kind.', user]],
    ['messages with a system of blocks', { system: [{ text: 'a' }, { text: 'b' }] }, [{ text: 'a' }, { text: 'b' }]],
    ['responses of one text', { instructions: 'Be kind.', input: 'hi' }, ['Be kind.', 'hi']],
    ['Gemini', { systemInstruction: { parts: [] }, contents: [user], tools: [1] }, [1, { parts: [] }, user]],
    ['Bedrock', { toolConfig: { tools: [{ a: 1 }] }, messages: [user] }, [{ a: 1 }, user]],
    ['completions', { prompt: 'Once' }, ['Once']],
  ])('of %s stand in the order in which caches see them', (_, body, expected) => {
    expect(promptParts(body, true)).toEqual({ parts: expected.map((part) => JSON.stringify(part)) })
  })

  test('are the same whether or not one says where a cache should end', () => {
    const marked = { role: 'user', content: [{ type: 'text', text: 'hi', cache_control: { type: 'ephemeral' } }] }
    expect(promptParts({ messages: [marked] }, true)).toEqual(promptParts({ messages: [user] }, true))
    const pointed = { role: 'user', content: [{ text: 'hi' }, { cachePoint: { type: 'default' } }] }
    const plain = { role: 'user', content: [{ text: 'hi' }] }
    expect(promptParts({ messages: [pointed] }, true)).toEqual(promptParts({ messages: [plain] }, true))
  })

  test('are as the requests have them where none of the run has such a mark', () => {
    const listed = { role: 'user', content: [{ type: 'text', text: 'hi' }] }
    expect(promptParts({ messages: [listed] }, false)?.parts).toEqual([JSON.stringify(listed)])
    expect(hasMarks(Buffer.from('{"cache_control":{}}'))).toBe(true)
    expect(hasMarks(Buffer.from('[{"cachePoint":{}}]'))).toBe(true)
    expect(hasMarks(Buffer.from('{"messages":[]}'))).toBe(false)
  })

  test('know what they go on from, where the provider keeps the messages', () => {
    expect(promptParts({ input: 'more', previous_response_id: 'r1' }, true)?.after).toEqual({ answer: 'r1' })
    expect(promptParts({ input: 'more', conversation: { id: 'c1' } }, true)?.after).toEqual({ conversation: 'c1' })
    expect(promptParts({ input: 'more', previous_response_id: null }, true)?.after).toBeUndefined()
  })

  test.each([[undefined], [null], [7], ['text'], [{}], [{ model: 'gpt-5' }]])('of %j are unknown', (body) => {
    expect(promptParts(body, true)).toBeUndefined()
  })
})
