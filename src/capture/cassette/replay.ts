import type { RecordedCall, RecordedRequest } from '../../domain/recording.ts'
import type { CallSink } from '../attribution.ts'
import { callsInRuns } from '../follow.ts'
import { openDoor } from '../intercept/door.ts'
import type { Departure, LocalAnswer, Passage } from '../intercept/passage.ts'
import { missAnswer } from './miss-answer.ts'
import { type Redact, recordedRequest } from './request-key.ts'
import { maskFor, secretsInHeaders } from './secrets.ts'
import type { Tape } from './tape.ts'

/** Where replayed calls get their answers. */
export interface ReplaySource {
  /** What was recorded for the run, check or hook of `owner`; absent when its calls are none of ours. */
  tapeFor: (owner: CallSink) => Tape | undefined
  /** Told of a request that was never recorded. */
  onMiss: (owner: CallSink, asked: RecordedRequest) => void
  /** How many times as long as it took everything takes; 0 is at once. */
  factor: number
  /** As when it was recorded. */
  secrets: readonly string[]
  redact?: Redact | undefined
}

/** Calls that are being replayed. */
export interface ReplayedCalls {
  /** How many calls of agents came to the door so far. */
  calls: () => number
  /** How many went past it, to the model: realtime connections, and requests of which only the body tells too late that they ask one. */
  past: () => number
  /** Replays no more. */
  stop: () => Promise<void>
}

/** Answers the model calls of runs, checks and hooks with what `source` has of them, from now on until it is stopped. */
export async function replayCalls(source: ReplaySource): Promise<ReplayedCalls> {
  let calls = 0
  const decide = (departure: Departure): Passage | undefined => {
    const { owner } = departure
    const tape = source.tapeFor(owner)
    if (tape === undefined) return undefined
    if (owner.beside !== true) calls += 1
    const answer = (body: Uint8Array): LocalAnswer | 'reset' => {
      // As it was recorded: what is missing is told, and not the key in its header.
      const mask = maskFor([...source.secrets, ...secretsInHeaders(departure.rawHeaders())])
      const asked = recordedRequest(departure, body, { mask, redact: source.redact })
      const found = tape.take(asked)
      if (found !== undefined) return answerOf(found, departure.startedAtMs, source.factor)
      source.onMiss(owner, asked)
      return missAnswer(departure.protocol.provider, asked)
    }
    return { kind: 'answer', answer }
  }
  const before = callsInRuns()
  const stop = await openDoor({ decide, asksBeside: true })
  return { calls: () => calls, past: () => Math.max(0, callsInRuns() - before - calls), stop }
}

/** `call` as it is answered once more to a request that started at `startedAtMs`, on `wallClock`. */
export function answerOf({ response }: RecordedCall, startedAtMs: number, factor: number): LocalAnswer | 'reset' {
  if (response === undefined) return 'reset'
  const instant = (atMs: number): number | undefined => (factor === 0 ? undefined : startedAtMs + atMs * factor)
  return {
    status: response.status,
    headers: response.headers,
    headersAtMs: instant(response.headersAtMs),
    parts: response.chunks.map(({ bytes, atMs }) => ({ bytes, atMs: instant(atMs) })),
    endsAtMs: instant(response.endedAtMs),
    breaks: response.broken,
  }
}
