import { describe, expect, test } from 'vitest'
import { eventsIn, textOfEvent } from '../../src/agents/http/events.ts'

async function* each<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items
}

const stream = 'data: a\ndata: b\n\n: comment\n\nevent: e\r\ndata:c\r\n\r\nid: 1\n\ndata\n\ndata: cut'

describe('eventsIn', () => {
  test('reads events as the standard says, wherever the parts are cut', async () => {
    const expected = [{ data: 'a\nb' }, { event: 'e', data: 'c' }, { data: '' }]
    for (let at = 0; at < stream.length; at++) {
      const parts = [stream.slice(0, at), stream.slice(at)]
      expect(await Array.fromAsync(eventsIn(each(parts)))).toEqual(expected)
    }
    expect(await Array.fromAsync(eventsIn(each([...stream])))).toEqual(expected)
  })
})

describe('textOfEvent', () => {
  test.for([
    ['plain', 'plain'],
    ['[DONE]', undefined],
    ['"quoted"', 'quoted'],
    ['{"choices":[{"delta":{"content":"hi"}}]}', 'hi'],
    ['{"choices":[]}', undefined],
    ['{"type":"response.output_text.delta","delta":"hi"}', 'hi'],
    ['{"type":"response.reasoning_summary_text.delta","delta":"hm"}', undefined],
    ['{"type":"response.output_text.done","text":"hi"}', undefined],
    ['{"type":"content_block_delta","delta":{"type":"text_delta","text":"hi"}}', 'hi'],
    ['{"type":"content_block_delta","delta":{"type":"thinking_delta","thinking":"hm"}}', undefined],
    ['{"type":"text-delta","id":"1","delta":"hi"}', 'hi'],
    ['{"type":"tool-input-delta","delta":"{"}', undefined],
    ['{"content":"hi"}', 'hi'],
    ['{"progress":0.5}', undefined],
    ['7', undefined],
  ] as const)('of %s is %s', ([data, text]) => {
    expect(textOfEvent({ data })).toBe(text)
  })
})
