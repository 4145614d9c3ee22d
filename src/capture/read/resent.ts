import { wallClock } from '../../domain/clock.ts'
import { isAnswered, type ModelCall } from '../../domain/span.ts'
import { parseJson } from '../provider/json.ts'
import type { WireCall } from '../wire-call.ts'
import { hasMarks, promptParts } from './prompt-parts.ts'
import { textOf } from './read-call.ts'

/** A prompt whose pieces are known by number, the same number for the same text. */
interface Prompt {
  pieces: number[]
  /** Characters of all pieces. */
  length: number
  after?: { answer?: string | undefined; conversation?: string | undefined } | undefined
}

// Of so many earlier calls one will be the one that a conversation goes on from.
const mostEarlier = 50

// A few milliseconds: other runs may be on, whose times should not have more of it.
const mostUnpausedBytes = 500_000

/**
 * Sets `resentTokens` and `leadingTokens` of every answered call: of its prompt, what the earlier call of the run had that it has most in
 * common with, of those that had been answered by the same model before it began. Texts are compared here and not kept.
 *
 * @param wires in the order of their start
 * @param calls what was read of each
 * @see METHODOLOGY.md#waste
 */
export async function noteResent(wires: readonly WireCall[], calls: readonly ModelCall[]): Promise<void> {
  const compare = comparing(wires)
  let unpausedBytes = 0
  for (const [position, call] of calls.entries()) {
    if (!isAnswered(call)) continue
    unpausedBytes += wires[position]?.requestChunks.reduce((sum, chunk) => sum + chunk.length, 0) ?? 0
    if (unpausedBytes > mostUnpausedBytes) {
      unpausedBytes = 0
      await wallClock.breathe()
    }
    const earlier: number[] = []
    for (let one = position - 1; one >= 0 && earlier.length < mostEarlier; one--)
      if (call.embeds !== true && mayHaveSent(calls[one], call)) earlier.push(one)
    const most = earlier.length === 0 ? nothing : compare(position, earlier)
    const { inputTokens } = most === undefined || most.of === undefined ? {} : (calls[most.of]?.usage ?? {})
    call.resentTokens = most === undefined ? undefined : share(most.sentRatio, inputTokens, call)
    call.leadingTokens = most === undefined ? undefined : share(most.leadingRatio, inputTokens, call)
  }
}

/** What a prompt has of an earlier one, as shares of that. */
interface Common {
  of?: number
  sentRatio: number
  leadingRatio: number
}

const nothing: Common = { sentRatio: 0, leadingRatio: 0 }

/** Compares the prompt at a position with those at others; absent when one cannot be read. */
function comparing(wires: readonly WireCall[]): (position: number, earlier: readonly number[]) => Common | undefined {
  const isMarked = wires.some(({ requestChunks }) =>
    requestChunks.some((chunk) => hasMarks(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))),
  )
  const numbers = new Map<string, number>()
  const texts: string[] = []
  const numberOf = (text: string): number => {
    const known = numbers.get(text) ?? texts.push(text) - 1
    numbers.set(text, known)
    return known
  }
  const prompts = new Map<number, Prompt | undefined>()
  const promptOf = (position: number): Prompt | undefined => {
    if (!prompts.has(position)) prompts.set(position, readPrompt(wires[position]))
    return prompts.get(position)
  }
  const readPrompt = (wire: WireCall | undefined): Prompt | undefined => {
    const read = wire && promptParts(parseJson(textOf(wire.requestChunks)), isMarked)
    if (read === undefined) return undefined
    const length = read.parts.reduce((sum, text) => sum + text.length, 0)
    return { pieces: read.parts.map(numberOf), length, after: read.after }
  }
  const isContinued = (one: number, prompt: Prompt): boolean => {
    const { answer, conversation } = prompt.after ?? {}
    const isSame = conversation !== undefined && promptOf(one)?.after?.conversation === conversation
    return isSame || (answer !== undefined && wires[one]?.answer?.id === answer)
  }

  return (position, earlier) => {
    const prompt = promptOf(position)
    if (prompt === undefined) return undefined
    let most: Common & { length: number } = { ...nothing, length: 0 }
    for (const one of earlier) {
      if (isContinued(one, prompt)) return { of: one, sentRatio: 1, leadingRatio: 1 }
      const before = promptOf(one)
      if (before === undefined) return undefined
      const length = commonLength(before, prompt, texts)
      if (length <= most.length) continue
      const leadingRatio = leadingLength(before, prompt, texts) / before.length
      most = { of: one, length, sentRatio: length / before.length, leadingRatio }
    }
    return most
  }
}

function commonLength(before: Prompt, prompt: Prompt, texts: readonly string[]): number {
  const left = new Map<number, number>()
  for (const piece of prompt.pieces) left.set(piece, (left.get(piece) ?? 0) + 1)
  let length = 0
  for (const piece of before.pieces) {
    const times = left.get(piece) ?? 0
    if (times === 0) continue
    left.set(piece, times - 1)
    length += texts[piece]?.length ?? 0
  }
  return length
}

function leadingLength(before: Prompt, prompt: Prompt, texts: readonly string[]): number {
  let length = 0
  for (const [position, piece] of before.pieces.entries()) {
    const other = prompt.pieces[position]
    const text = texts[piece] ?? ''
    if (other !== piece) return length + commonStart(text, texts[other ?? -1] ?? '')
    length += text.length
  }
  return length
}

function commonStart(a: string, b: string): number {
  let length = 0
  while (length < a.length && a[length] === b[length]) length++
  return length
}

// A prompt that has all of an earlier one has just as many tokens of it as that had.
function share(ratio: number, tokensBefore: number | undefined, { usage }: ModelCall): number | undefined {
  if (ratio === 0) return 0
  if (tokensBefore === undefined) return undefined
  return Math.min(ratio * tokensBefore, usage?.inputTokens ?? Number.POSITIVE_INFINITY)
}

function mayHaveSent(before: ModelCall | undefined, call: ModelCall): boolean {
  return (
    before !== undefined &&
    isAnswered(before) &&
    before.failure === undefined &&
    before.embeds !== true &&
    before.url === call.url &&
    before.model === call.model &&
    before.endedAtMs !== undefined &&
    before.endedAtMs <= call.startedAtMs
  )
}
