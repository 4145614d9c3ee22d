import { describe, expect, test } from 'vitest'
import { type Alteration, type AnswerHead, alterAnswer, headOf } from '../../../src/capture/intercept/altered-answer.ts'
import { type AlteringFault, faultAlteration } from '../../../src/capture/intercept/fault-alteration.ts'
import { virtualClock } from '../../virtual-clock.ts'

const when = { calls: [0] }
const events = ['data: {"a":1}\n\n', 'event: b\ndata: {"b":2}\n\n', 'data: {"c":3}\n\n']
const lines = ['{"a":1}\n', '{"b":2}\n', '{"c":3}\n']
const whole = '{"message":"hello"}'

/** What `alteration` makes of `chunks`: text, pauses and cuts, in order. */
function passed(alteration: Alteration, chunks: readonly string[]): (string | number)[] {
  const all = [...chunks.flatMap((chunk) => alteration.chunk(Buffer.from(chunk))), ...alteration.end()]
  const items = all.map((one) => ('bytes' in one ? String(Buffer.from(one.bytes)) : 'cut' in one ? 'CUT' : one.pauseMs))
  const joined: (string | number)[] = []
  for (const item of items) {
    const last = joined.at(-1)
    // How the text is cut says nothing.
    const isText = typeof item === 'string' && typeof last === 'string' && item !== 'CUT' && last !== 'CUT'
    if (isText) joined[joined.length - 1] = last + item
    else joined.push(item)
  }
  return joined
}

const of = (fault: AlteringFault, framing: AnswerHead['framing'], chunks: readonly string[]) =>
  passed(faultAlteration(fault, { framing }), chunks)
const byByte = (parts: readonly string[]) => [...parts.join('')]
const [a, b, c] = events as [string, string, string]

describe.each([
  ['event by event', events],
  ['byte by byte', byByte(events)],
  ['at once', [events.join('')]],
])('a stream that comes %s', (_, chunks) => {
  test.for<[AlteringFault, (string | number)[]]>([
    [{ kind: 'stalledStream', ...when }, [a + b, Number.POSITIVE_INFINITY, c]],
    [{ kind: 'stalledStream', afterChunks: 0, stallMs: 5, ...when }, [5, a + b + c]],
    [{ kind: 'stalledStream', afterChunks: 9, stallMs: 5, ...when }, [a + b + c, 5]],
    [{ kind: 'cutStream', ...when }, [a + b, 'CUT', c]],
    [{ kind: 'cutStream', afterChunks: 1, ...when }, [a, 'CUT', b + c]],
    [{ kind: 'malformedChunk', ...when }, [`data: {"a"\n\n${b}${c}`]],
    [{ kind: 'truncatedJson', ...when }, [a + b.slice(0, b.length / 2)]],
  ])('%j', ([fault, expected]) => {
    expect(of(fault, 'events', chunks)).toEqual(expected)
  })
})

test.for<[AlteringFault, AnswerHead['framing'], string[], (string | number)[]]>([
  [{ kind: 'cutStream', ...when }, 'lines', byByte(lines), ['{"a":1}\n{"b":2}\n', 'CUT', '{"c":3}\n']],
  [{ kind: 'malformedChunk', ...when }, 'lines', lines, ['{"a"\n{"b":2}\n{"c":3}\n']],
  [{ kind: 'truncatedJson', ...when }, 'lines', lines, ['{"a":1}\n{"b"']],
  [{ kind: 'truncatedJson', ...when }, 'events', ['data: {"a":1}\n\n'], ['data: {']],
  [{ kind: 'cutStream', ...when }, 'whole', byByte([whole]), ['{"message', 'CUT', '":"hello"}']],
  [{ kind: 'stalledStream', stallMs: 3, ...when }, 'whole', [whole], ['{"message', 3, '":"hello"}']],
  [{ kind: 'malformedChunk', ...when }, 'whole', [whole], ['{"message\0:"hello"}']],
  [{ kind: 'truncatedJson', ...when }, 'whole', [whole], ['{"message']],
  [{ kind: 'cutStream', ...when }, 'opaque', ['x', 'y', 'z'], ['xy', 'CUT', 'z']],
  [{ kind: 'malformedChunk', ...when }, 'opaque', ['xxx', 'yyy'], ['x\0xyyy']],
])('%j of an answer of %s', ([fault, framing, chunks, expected]) => {
  expect(of(fault, framing, chunks)).toEqual(expected)
})

test('a malformed answer is as long as it was, so that its length is right; a truncated one is not', () => {
  for (const framing of ['events', 'lines', 'whole', 'opaque'] as const) {
    expect(faultAlteration({ kind: 'truncatedJson', ...when }, { framing }).shortens).toBe(true)
    expect(faultAlteration({ kind: 'cutStream', ...when }, { framing }).shortens).toBeUndefined()
  }
  expect(of({ kind: 'malformedChunk', ...when }, 'whole', [whole]).join('')).toHaveLength(whole.length)
})

test.for<[Record<string, string>, AnswerHead['framing']]>([
  [{ 'Content-Type': 'text/event-stream; charset=utf-8' }, 'events'],
  [{ 'content-type': 'text/event-stream', 'content-encoding': 'gzip' }, 'opaque'],
  [{ 'content-type': 'application/x-ndjson' }, 'lines'],
  [{ 'content-type': 'application/vnd.amazon.eventstream' }, 'opaque'],
  [{ 'content-type': 'application/json' }, 'whole'],
  [{}, 'whole'],
])('%j is an answer of %s', ([headers, framing]) => {
  expect(headOf(headers)).toEqual({ framing })
})

describe('what is passed on, in time', () => {
  /** When what is passed on, of chunks that come every 10 ms. */
  async function timesOf(alteration: Alteration, count: number): Promise<[string, number][]> {
    const clock = virtualClock()
    const times: [string, number][] = []
    await clock.run(
      () =>
        new Promise<void>((resolve) => {
          const note = (what: string) => times.push([what, clock.nowMs()])
          const sink = {
            pass: (bytes: Uint8Array) => note(String(bytes)),
            end: () => resolve(),
            cut: () => note('CUT'),
          }
          const answer = alterAnswer(alteration, sink, clock)
          for (let at = 0; at < count; at++) clock.after(at * 10, () => answer.chunk(Buffer.from(events[at] ?? '')))
          clock.after(count * 10, () => {
            answer.end()
            clock.after(1_000, resolve)
          })
        }),
    )
    return times
  }
  const head = { framing: 'events' } as const

  test('a slow first token delays all, and keeps the times between', async () => {
    const times = await timesOf(faultAlteration({ kind: 'slowFirstToken', delayMs: 100, ...when }, head), 3)
    expect(times.map(([, atMs]) => atMs)).toEqual([100, 110, 120])
  })

  test('a stall holds back what comes meanwhile, and no more', async () => {
    const times = await timesOf(
      faultAlteration({ kind: 'stalledStream', afterChunks: 1, stallMs: 15, ...when }, head),
      3,
    )
    expect(times.map(([, atMs]) => atMs)).toEqual([0, 25, 25])
  })

  test('a stall without an end lasts for ever', async () => {
    const times = await timesOf(faultAlteration({ kind: 'stalledStream', afterChunks: 1, ...when }, head), 3)
    expect(times.map(([, atMs]) => atMs)).toEqual([0])
  })

  test('a cut has a turn of its own, however slow the process is', () => {
    let nowMs = 0
    const timers: (() => void)[] = []
    const clock = {
      ...virtualClock(),
      nowMs: () => (nowMs += 10),
      after: (_: number, then: () => void) => {
        timers.push(then)
        return () => undefined
      },
    }
    const seen: string[] = []
    const sink = { pass: () => seen.push('bytes'), end: () => seen.push('end'), cut: () => seen.push('cut') }
    const answer = alterAnswer(faultAlteration({ kind: 'cutStream', afterChunks: 1, ...when }, head), sink, clock)
    answer.chunk(Buffer.from(events.join('')))
    expect(seen).toEqual(['bytes'])
    timers.shift()?.()
    expect(seen).toEqual(['bytes', 'cut'])
  })

  test('after a cut nothing comes', async () => {
    const times = await timesOf(faultAlteration({ kind: 'cutStream', afterChunks: 1, ...when }, head), 3)
    expect(times.map(([what]) => what)).toEqual([events[0], 'CUT'])
  })
})
