import type { Fault } from '../../domain/fault.ts'
import type { Alteration, AnswerHead, Passed } from './altered-answer.ts'
import { answerParts } from './answer-parts.ts'

/** Faults that let a request go its way, and alter its answer. */
export type AlteringFault = Extract<
  Fault,
  { kind: 'slowFirstToken' | 'stalledStream' | 'cutStream' | 'malformedChunk' | 'truncatedJson' }
>

const usualChunks = 2

/** What `fault` does to an answer with `head`. An answer that is no stream is altered when it is there as a whole. */
export function faultAlteration(fault: AlteringFault, head: AnswerHead): Alteration {
  switch (fault.kind) {
    case 'slowFirstToken':
      return delayed(fault.delayMs)
    case 'stalledStream':
      return broken(head, fault.afterChunks, { pauseMs: fault.stallMs ?? Number.POSITIVE_INFINITY })
    case 'cutStream':
      return broken(head, fault.afterChunks, { cut: true })
    case 'malformedChunk':
      return malformed(head)
    case 'truncatedJson':
      return truncated(head)
  }
}

/** All of it comes later, so that the times between its parts stay as they were. */
function delayed(delayMs: number): Alteration {
  return { chunk: (bytes) => [{ bytes, delayMs }], end: () => [] }
}

/** `interruption` comes after some parts, and in the middle of what is one part, and in any case before the end. */
function broken(head: AnswerHead, afterChunks = usualChunks, interruption: Passed): Alteration {
  const parts = answerParts(head)
  let count = 0
  let isBroken = false
  const passed = (part: Uint8Array): Passed[] => {
    const breaks = !isBroken && count++ >= afterChunks
    if (!breaks) return [{ bytes: part }]
    isBroken = true
    return [interruption, { bytes: part }]
  }
  if (head.framing === 'whole')
    return atEnd(parts, (whole) => [...halves(whole).slice(0, 1), interruption, ...halves(whole).slice(1)])
  return {
    chunk: (bytes) => parts.add(bytes).flatMap(passed),
    end: () => [...parts.rest().flatMap(passed), ...(isBroken ? [] : [interruption])],
  }
}

/** The first part is no JSON. */
function malformed(head: AnswerHead): Alteration {
  const parts = answerParts(head)
  if (head.framing === 'whole') return atEnd(parts, (whole) => [{ bytes: spoilt(whole) }])
  let isFirst = true
  const passed = (part: Uint8Array): Passed => {
    const bytes = isFirst ? malformedPart(part, head) : part
    isFirst = false
    return { bytes }
  }
  return { chunk: (bytes) => parts.add(bytes).map(passed), end: () => parts.rest().map(passed) }
}

/** The second part ends in its middle, or the only one, and nothing follows. */
function truncated(head: AnswerHead): Alteration {
  const parts = answerParts(head)
  if (head.framing === 'whole') return { ...atEnd(parts, (whole) => halves(whole).slice(0, 1)), shortens: true }
  let held: Uint8Array | undefined
  let isOver = false
  const passed = (part: Uint8Array): Passed[] => {
    if (isOver) return []
    if (held === undefined) {
      held = part
      return []
    }
    isOver = true
    return [{ bytes: held }, ...halves(part).slice(0, 1)]
  }
  return {
    shortens: true,
    chunk: (bytes) => parts.add(bytes).flatMap(passed),
    end: () => [...parts.rest().flatMap(passed), ...(isOver || held === undefined ? [] : halves(held).slice(0, 1))],
  }
}

function atEnd(parts: ReturnType<typeof answerParts>, passed: (whole: Uint8Array) => Passed[]): Alteration {
  return {
    chunk: (bytes) => {
      parts.add(bytes)
      return []
    },
    end: () => passed(Buffer.concat(parts.rest())),
  }
}

function halves(bytes: Uint8Array): { bytes: Uint8Array }[] {
  const middle = Math.floor(bytes.length / 2)
  return [{ bytes: bytes.subarray(0, middle) }, { bytes: bytes.subarray(middle) }]
}

function malformedPart(part: Uint8Array, { framing }: AnswerHead): Uint8Array {
  const text = Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('latin1')
  // Without its second half, and with its end, by which the next part is told apart.
  const half = (json: string): string => json.slice(0, Math.ceil(json.length / 2))
  if (framing === 'lines') return Buffer.from(text.replace(/[^\r\n]+/, half), 'latin1')
  if (framing === 'events') return Buffer.from(text.replace(/(?<=^data: ?)[^\r\n ][^\r\n]*/m, half), 'latin1')
  return spoilt(part)
}

/** `bytes` with one in their middle that no JSON has, and that no checksum bears. */
function spoilt(bytes: Uint8Array): Uint8Array {
  const changed = Buffer.from(bytes)
  const middle = Math.floor(changed.length / 2)
  if (changed.length > 0) changed[middle] = changed[middle] === 0 ? 1 : 0
  return changed
}
