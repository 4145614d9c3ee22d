import { describe, expect, test } from 'vitest'
import type { OpenSpan } from '../../src/capture/open-span.ts'
import { openaiChat } from '../../src/capture/provider/openai-chat.ts'
import { startedWireCall } from '../../src/capture/wire-call.ts'
import type { ModelCall } from '../../src/domain/span.ts'
import { placeSpans } from '../../src/measure/spans.ts'

const open = (kind: OpenSpan['kind'], name: string, from: number, to?: number, within?: OpenSpan): OpenSpan => ({
  kind,
  name,
  startedAtMs: 1_000 + from,
  endedAtMs: to === undefined ? undefined : 1_000 + to,
  within,
})

/** By name, what each span lies in; of a call at `from`..`to`, likewise. */
function placed(
  spans: OpenSpan[],
  call?: { from: number; to: number; within?: OpenSpan },
): Record<string, string | undefined> {
  const wire = startedWireCall(openaiChat, 'POST', '', 1_000 + (call?.from ?? 0), undefined, call?.within)
  const calls: ModelCall[] =
    call === undefined
      ? []
      : [
          {
            provider: 'openai',
            api: 'chat',
            url: '',
            streamed: false,
            startedAtMs: call.from,
            endedAtMs: call.to,
            toolCalls: 0,
            reasoningStreamed: false,
          },
        ]
  const result = placeSpans(spans, [wire], calls, 1_000)
  const nameAt = (index: number | undefined) => (index === undefined ? undefined : result[index]?.name)
  const names = Object.fromEntries(result.map(({ name, within }) => [name, nameAt(within)]))
  return call === undefined ? names : { ...names, call: nameAt(calls[0]?.within) }
}

describe('the place of a span', () => {
  test('counts its instants from the start of the run', () => {
    expect(placeSpans([open('phase', 'a', 5, 9)], [], [], 1_000)).toMatchObject([{ startedAtMs: 5, endedAtMs: 9 }])
  })

  test('is what its scope tells', () => {
    const phase = open('phase', 'phase', 0, 100)
    expect(placed([phase, open('turn', 'turn', 10, 20, phase)])).toEqual({ phase: undefined, turn: 'phase' })
  })

  test('is the innermost span around it where frameworks tell of no scope', () => {
    const spans = [open('agent', 'agent', 0, 100), open('step', 'step', 5, 60), open('tool', 'tool', 10, 50)]
    expect(placed(spans, { from: 20, to: 30 })).toEqual({ agent: undefined, step: 'agent', tool: 'step', call: 'tool' })
  })

  test('is what holds both where two are on side by side, for nobody knows', () => {
    const spans = [open('step', 'step', 0, 100), open('tool', 'one', 10, 50), open('tool', 'other', 12, 60)]
    expect(placed(spans, { from: 20, to: 30 })).toMatchObject({ one: 'step', other: 'step', call: 'step' })
  })

  test('is never a phase or a turn beside it, whose scope would have told', () => {
    const spans = [open('phase', 'phase', 0, 100)]
    expect(placed(spans, { from: 20, to: 30 }).call).toBeUndefined()
  })

  test('is the innermost span inside of the scope', () => {
    const phase = open('phase', 'phase', 0, 100)
    const tool = open('tool', 'tool', 10, 50, phase)
    expect(placed([phase, tool], { from: 20, to: 30, within: phase }).call).toBe('tool')
    expect(placed([phase, tool], { from: 60, to: 70, within: phase }).call).toBe('phase')
  })

  test('has no circles, whatever ends first', () => {
    const phase = open('phase', 'phase', 0, 10)
    const tool = open('tool', 'tool', 0, 50, phase)
    expect(placed([phase, tool])).toEqual({ phase: undefined, tool: 'phase' })
  })
})
