import type { ModelCall } from '../../domain/span.ts'
import type { Answer, ContentKind, Protocol } from '../provider/provider.ts'
import { type Arrival, endsEvent, type Framing, readEvents } from '../stream.ts'
import { type EventTemplate, fits, templateOf } from './event-template.ts'

/** When what content came, on the clock of the arrivals. */
export type ContentInstants = Pick<
  ModelCall,
  'firstContentAtMs' | 'firstTextAtMs' | 'lastContentAtMs' | 'reasoningStreamed'
>

// After so many parts that are like no other, nothing is gained by comparing the next one.
const mostMisses = 8

/** Reads `arrivals` into `answer`. Most parts of a stream differ from the one before in their text only: those need no parsing. */
export function readStream(
  protocol: Protocol,
  framing: Framing,
  arrivals: readonly Arrival[],
  answer: Answer,
): ContentInstants {
  const instants: ContentInstants = { reasoningStreamed: false }
  let pending: Arrival[] = []
  let known: { template: EventTemplate; kind: ContentKind } | undefined
  let last: Uint8Array | undefined
  let misses = framing === readEvents ? 0 : mostMisses

  /** Reads what is pending; gives the kind of its only event, absent when there were several, or it told more than text. */
  const readPending = (): ContentKind | undefined => {
    const before = { ...answer, toolCalls: answer.toolCalls.size }
    const events = framing(pending)
    pending = []
    let kind: ContentKind | undefined
    for (const event of events) {
      kind = protocol.readEvent(event, answer)
      note(instants, kind, event.atMs)
    }
    return events.length === 1 && isUnchanged(before, answer) ? kind : undefined
  }

  for (const arrival of arrivals) {
    if (known !== undefined && pending.length === 0 && fits(known.template, arrival.bytes)) {
      note(instants, known.kind, arrival.atMs)
      misses = 0
      continue
    }
    pending.push(arrival)
    if (misses >= mostMisses) continue
    misses++
    if (!endsEvent(arrival.bytes)) continue
    const isWhole = pending.length === 1
    const kind = readPending()
    if (!isWhole || kind === undefined) {
      last = undefined
      continue
    }
    const template = last === undefined ? undefined : templateOf(last, arrival.bytes)
    // The text of a tool call is what it is called with.
    if (template !== undefined && kind !== 'toolCall') known = { template, kind }
    last = arrival.bytes
  }
  readPending()
  return instants
}

function note(instants: ContentInstants, kind: ContentKind | undefined, atMs: number): void {
  if (kind === undefined) return
  instants.firstContentAtMs ??= atMs
  instants.lastContentAtMs = atMs
  if (kind === 'text') instants.firstTextAtMs ??= atMs
  if (kind === 'reasoning') instants.reasoningStreamed = true
}

function isUnchanged(before: Omit<Answer, 'toolCalls'> & { toolCalls: number }, answer: Answer): boolean {
  return (
    before.model === answer.model &&
    before.usage === answer.usage &&
    before.toolCalls === answer.toolCalls.size &&
    before.stopReason === answer.stopReason &&
    before.finished === answer.finished &&
    before.failure === answer.failure &&
    before.retryAfterMs === answer.retryAfterMs
  )
}
