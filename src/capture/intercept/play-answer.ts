import { type Clock, wallClock } from '../../domain/clock.ts'
import { recordFault } from '../guard.ts'
import type { LocalAnswer } from './passage.ts'

/** Who gets an answer, part by part. */
export interface Listener {
  begin: () => void
  part: (bytes: Uint8Array) => void
  end: () => void
  /** The connection is lost. */
  cut: () => void
  /** Whether nobody listens any more. */
  isOver: () => boolean
}

// Timers wake up after whole milliseconds: so a part comes as often too soon as too late.
const toleranceMs = 0.5

/** Gives `answer` to `listener` in its time; the returned function ends that. */
export function playAnswer(answer: LocalAnswer, listener: Listener, clock: Clock = wallClock): () => void {
  const steps: { atMs: number | undefined; act: () => void }[] = [
    { atMs: answer.headersAtMs, act: listener.begin },
    ...answer.parts.map(({ atMs, bytes }) => ({ atMs, act: () => listener.part(bytes) })),
    { atMs: answer.endsAtMs, act: answer.breaks === true ? listener.cut : listener.end },
  ]
  let next = 0
  let cancel = (): void => undefined
  const advance = (): void => {
    for (; next < steps.length && !listener.isOver(); next++) {
      const { atMs = 0, act } = steps[next] ?? { act: () => undefined }
      const earlyMs = atMs - clock.nowMs()
      if (earlyMs > toleranceMs) {
        cancel = clock.after(earlyMs, advanceGuarded)
        return
      }
      act()
    }
  }
  const advanceGuarded = (): void => {
    try {
      advance()
    } catch (error) {
      recordFault(error)
    }
  }
  advance()
  return () => {
    next = steps.length
    cancel()
  }
}
