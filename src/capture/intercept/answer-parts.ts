import type { AnswerHead } from './altered-answer.ts'

/** The parts of an answer: events, lines, chunks, or the whole of it. */
export interface AnswerParts {
  /** The parts that are complete with these bytes. */
  add: (bytes: Uint8Array) => Uint8Array[]
  /** What is left at the end: a part that was not complete; none when there is nothing. */
  rest: () => Uint8Array[]
}

const ends = { events: /\r\n\r\n|\n\n|\r\r/g, lines: /\r\n|\n/g }

/** Tells the parts of one answer apart. */
export function answerParts({ framing }: AnswerHead): AnswerParts {
  if (framing === 'opaque') return { add: (bytes) => [bytes], rest: () => [] }
  const pattern = framing === 'whole' ? undefined : ends[framing]
  let held: Uint8Array[] = []
  return {
    add: (bytes) => {
      held.push(bytes)
      if (pattern === undefined) return []
      const all = Buffer.concat(held)
      // One character a byte, whatever the bytes say: all that is sought is ASCII.
      const cuts = [...all.toString('latin1').matchAll(pattern)].map(({ index, 0: end }) => index + end.length)
      held = [all.subarray(cuts.at(-1) ?? 0)]
      return cuts.map((cut, at) => all.subarray(at === 0 ? 0 : cuts[at - 1], cut))
    },
    rest: () => {
      const all = Buffer.concat(held)
      held = []
      return all.length === 0 ? [] : [all]
    },
  }
}
