import { type Clock, wallClock } from '../../domain/clock.ts'
import { headerOf } from '../wire-call.ts'

/** What the headers of an answer say of its body. */
export interface AnswerHead {
  /**
   * - `events`: server-sent events
   * - `lines`: a JSON in each line
   * - `whole`: one JSON
   * - `opaque`: compressed or binary, so that only its chunks can be told apart
   */
  framing: 'events' | 'lines' | 'whole' | 'opaque'
}

/** What is passed on in place of what came. */
export type Passed =
  /** Bytes, `delayMs` after what they stand for came, or as soon as what stands before them has passed. */
  | { bytes: Uint8Array; delayMs?: number | undefined }
  /** Nothing for so long; infinite: nothing any more. */
  | { pauseMs: number }
  /** The connection is lost. */
  | { cut: true }

/** Alters the body of one answer on its way to the client. */
export interface Alteration {
  /** True when fewer bytes are passed on than came, so that a length told before is wrong. */
  shortens?: true | undefined
  /** What is passed on of a chunk. */
  chunk: (bytes: Uint8Array) => Passed[]
  /** What is passed on before the end. */
  end: () => Passed[]
}

/** Who gets what is passed on. */
export interface AnswerSink {
  pass: (bytes: Uint8Array) => void
  end: () => void
  cut: () => void
}

/** An answer that is altered while it comes. */
export interface AlteredAnswer {
  chunk: (bytes: Uint8Array) => void
  end: () => void
  /** Passes nothing more on. */
  stop: () => void
}

interface Step {
  /** Not before that. */
  dueMs: number
  /** Nothing follows for so long; 0 when it does something instead. */
  pauseMs: number
  act: () => void
}

// Until everybody has had a turn.
const turn: Step = { dueMs: 0, pauseMs: 1, act: () => undefined }

/** Passes on what `alteration` makes of an answer, in its order and its time. */
export function alterAnswer(alteration: Alteration, sink: AnswerSink, clock: Clock = wallClock): AlteredAnswer {
  const steps: Step[] = []
  let isOver = false
  let isWaiting = false
  let cancel: () => void = () => undefined

  const wait = (ms: number): void => {
    isWaiting = true
    // For ever: whoever closes the door ends it.
    if (ms === Number.POSITIVE_INFINITY) return
    cancel = clock.after(ms, () => {
      isWaiting = false
      advance()
    })
  }
  const advance = (): void => {
    while (!isOver && !isWaiting) {
      const [next] = steps
      if (next === undefined) return
      const earlyMs = next.dueMs - clock.nowMs()
      if (earlyMs > 0) {
        wait(earlyMs)
        return
      }
      steps.shift()
      if (next.pauseMs > 0) wait(next.pauseMs)
      else next.act()
    }
  }
  const add = (passed: readonly Passed[]): void => {
    const nowMs = clock.nowMs()
    for (const one of passed) {
      if ('pauseMs' in one) steps.push({ dueMs: 0, pauseMs: one.pauseMs, act: () => undefined })
      // In a turn of its own, as on the wire: clients have what came before by then.
      else if ('cut' in one) steps.push(turn, { dueMs: 0, pauseMs: 0, act: () => stopWith(sink.cut) })
      else steps.push({ dueMs: nowMs + (one.delayMs ?? 0), pauseMs: 0, act: () => sink.pass(one.bytes) })
    }
    advance()
  }
  const stopWith = (last: () => void): void => {
    isOver = true
    cancel()
    last()
  }
  let hasEnded = false
  return {
    chunk: (bytes) => add(alteration.chunk(bytes)),
    end: () => {
      if (hasEnded) return
      hasEnded = true
      add(alteration.end())
      steps.push({ dueMs: 0, pauseMs: 0, act: () => stopWith(sink.end) })
      advance()
    },
    stop: () => stopWith(() => undefined),
  }
}

/** What `rawHeaders` of an answer, in the form of the transport, say of its body. */
export function headOf(rawHeaders: unknown): AnswerHead {
  const type = headerOf(rawHeaders, 'content-type')?.toLowerCase() ?? ''
  const encoding = headerOf(rawHeaders, 'content-encoding') ?? 'identity'
  if (encoding !== 'identity' || type.includes('eventstream')) return { framing: 'opaque' }
  if (type.includes('text/event-stream')) return { framing: 'events' }
  return { framing: type.includes('ndjson') || type.includes('jsonl') ? 'lines' : 'whole' }
}

/** Names and values in turn, without the length of the body. */
export function withoutLength(rawHeaders: readonly unknown[]): unknown[] {
  const isLength = (at: number): boolean => String(rawHeaders[at]).toLowerCase() === 'content-length'
  return rawHeaders.filter((_, at) => !isLength(at - (at % 2)))
}
