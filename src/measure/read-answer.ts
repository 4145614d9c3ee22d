import { readCall } from '../capture/read/read-call.ts'
import type { WireCall } from '../capture/wire-call.ts'
import { isAnswered, type ModelCall } from '../domain/span.ts'

const read = new WeakMap<WireCall, Promise<ModelCall>>()

/**
 * What `wire` says about a model call; where a stream did not tell its tokens, they are counted by a tokenizer, if there is one,
 * and called estimated. A call that has ended is read once, however often it is asked for.
 *
 * @param originMs The start of the run on `wallClock`.
 */
export function readAnswer(wire: WireCall, originMs: number): Promise<ModelCall> {
  const before = read.get(wire)
  if (before !== undefined) return before
  const reading = readNow(wire, originMs)
  if (wire.endedAtMs !== undefined) read.set(wire, reading)
  return reading
}

async function readNow(wire: WireCall, originMs: number): Promise<ModelCall> {
  const call = await readCall(wire, originMs)
  if (!lacksTokens(call)) return call
  const { estimateUsage } = await import('../capture/tokenizer/tokenizer.ts')
  return { ...call, usage: (await estimateUsage(wire, call.usage)) ?? call.usage }
}

// Of a protocol that nobody knows, the text is as unknown as the tokens.
function lacksTokens(call: ModelCall): boolean {
  const { usage, streamed, provider, failure } = call
  if (!streamed || provider === 'unknown' || failure !== undefined || !isAnswered(call)) return false
  return usage?.inputTokens === undefined || usage.outputTokens === undefined
}
