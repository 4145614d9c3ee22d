import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { drain, isStream } from '../../src/measure/drain.ts'

async function* streamOf<Item>(...items: Item[]): AsyncGenerator<Item> {
  for (const item of items) yield item
}

async function* breaking(): AsyncGenerator<string> {
  yield 'half'
  throw new Error('cut off')
}

function firsts(): { onFirst: () => void; count: () => number } {
  let count = 0
  return {
    onFirst: () => {
      count += 1
    },
    count: () => count,
  }
}

describe('a stream', () => {
  test.each([
    ['async generator', () => streamOf('Grüße', ', ', '世界')],
    ['ReadableStream', () => ReadableStream.from(['Grüße', ', ', '世界'])],
    ['Readable of Node', () => Readable.from(['Grüße', ', ', '世界'])],
  ])('of strings becomes their concatenation: %s', async (_, stream) => {
    const { onFirst, count } = firsts()
    expect(await drain(stream(), onFirst)).toBe('Grüße, 世界')
    expect(count()).toBe(1)
  })

  test('of anything else becomes an array of its items', async () => {
    expect(await drain(streamOf({ delta: 'a' }, { delta: 'b' }), () => undefined)).toEqual([
      { delta: 'a' },
      { delta: 'b' },
    ])
    expect(await drain(streamOf<unknown>('a', 1), () => undefined)).toEqual(['a', 1])
  })

  test('that is empty becomes an empty array, and has no first item', async () => {
    const { onFirst, count } = firsts()
    expect(await drain(streamOf(), onFirst)).toEqual([])
    expect(count()).toBe(0)
  })

  test('tells its first item before it asks for the second', async () => {
    const events: string[] = []
    async function* stream() {
      yield 'a'
      events.push('asked for the second')
      yield 'b'
    }
    await drain(stream(), () => events.push('first'))
    expect(events).toEqual(['first', 'asked for the second'])
  })

  test('begins with its first item that is not an empty text, which models open their answers with', async () => {
    const firstItems: unknown[] = []
    expect(await drain(streamOf('', '', 'Hel', 'lo'), (item) => firstItems.push(item))).toBe('Hello')
    expect(await drain(streamOf<unknown>(undefined, 'a'), (item) => firstItems.push(item))).toEqual([undefined, 'a'])
    expect(await drain(streamOf(''), (item) => firstItems.push(item))).toBe('')
    expect(firstItems).toEqual(['Hel', undefined])
  })

  test('that breaks in the middle rejects with what broke it', async () => {
    const { onFirst, count } = firsts()
    await expect(drain(breaking(), onFirst)).rejects.toThrow('cut off')
    expect(count()).toBe(1)
  })
})

describe('a Response', () => {
  test('keeps its status, headers and body, and can be read again', async () => {
    const { onFirst, count } = firsts()
    const headers = { 'content-type': 'text/plain; charset=utf-8', 'x-request-id': 'req_1' }
    const body = ReadableStream.from([new TextEncoder().encode('Grüße, '), new TextEncoder().encode('世界')])
    const response = new Response(body, { status: 201, statusText: 'Made', headers })
    const drained = await drain(response, onFirst)
    if (!(drained instanceof Response)) throw new Error('expected a Response')
    expect([drained.status, drained.statusText]).toEqual([201, 'Made'])
    expect(Object.fromEntries(drained.headers)).toEqual(headers)
    expect(await drained.text()).toBe('Grüße, 世界')
    expect(response.bodyUsed).toBe(true)
    expect(count()).toBe(1)
  })

  test('keeps bytes as they are', async () => {
    const drained = await drain(new Response(Uint8Array.of(0, 255, 128)), () => undefined)
    if (!(drained instanceof Response)) throw new Error('expected a Response')
    expect(await drained.bytes()).toEqual(Uint8Array.of(0, 255, 128))
  })

  test('without a body is the same, and has no first item', async () => {
    const { onFirst, count } = firsts()
    const response = new Response(null, { status: 204 })
    expect(await drain(response, onFirst)).toBe(response)
    expect(count()).toBe(0)
  })

  test('that is cut off rejects', async () => {
    const body = ReadableStream.from(
      (async function* () {
        yield new TextEncoder().encode('half')
        throw new Error('cut off')
      })(),
    )
    await expect(drain(new Response(body), () => undefined)).rejects.toThrow('cut off')
  })
})

test.each([undefined, null, 0, '', 'text', { input: 1 }, ['a', 'b'], new Map([['a', 1]]), new Set(['a'])])(
  'a value that is no stream stays as it is: %o',
  (value) => {
    const { onFirst, count } = firsts()
    expect(isStream(value)).toBe(false)
    expect(drain(value, onFirst)).toBe(value)
    expect(count()).toBe(0)
  },
)
