import { describe, expect, test } from 'vitest'
import type { OpenSpan } from '../../src/capture/open-span.ts'
import { openaiChat } from '../../src/capture/provider/openai-chat.ts'
import { startedWireCall } from '../../src/capture/wire-call.ts'
import type { ModelCall } from '../../src/domain/span.ts'
import { isWithin, placeSpans } from '../../src/measure/spans.ts'

const open = (kind: OpenSpan['kind'], name: string, from: number, to?: number, within?: OpenSpan): OpenSpan => ({
  kind,
  name,
  startedAtMs: 1_000 + from,
  endedAtMs: to === undefined ? undefined : 1_000 + to,
  within,
})

const callAt = (startedAtMs: number): ModelCall => ({
  provider: 'openai',
  api: 'chat',
  url: '',
  streamed: false,
  startedAtMs,
  reasoningStreamed: false,
})

describe('the place of a span', () => {
  const step = open('step', 'step 1', 0, 100)
  const tool = open('tool', 'look_up', 5, undefined, step)

  test('counts its instants from the start of the run, and one that is open has no end', () => {
    expect(placeSpans([step, tool], [], [], 1_000)).toEqual([
      { kind: 'step', name: 'step 1', startedAtMs: 0, endedAtMs: 100 },
      { kind: 'tool', name: 'look_up', startedAtMs: 5, within: 0 },
    ])
  })

  test('is the scope that it began in; one that was forgotten is none', () => {
    const [, placed] = placeSpans([open('agent', 'clerk', 0, 9), open('tool', 'x', 1, 2, step)], [], [], 1_000)
    expect(placed?.within).toBeUndefined()
  })

  test('is told to the calls that were made in it, and to no other that happened meanwhile', () => {
    const calls = [callAt(10), callAt(20)]
    const wires = [tool, undefined].map((within) => startedWireCall(openaiChat, 'POST', '', 1_010, undefined, within))
    const spans = placeSpans([step, tool], wires, calls, 1_000)
    expect(calls.map((call) => call.within)).toEqual([1, undefined])
    expect(calls.map((call) => isWithin(spans, call, 0))).toEqual([true, false])
  })
})
