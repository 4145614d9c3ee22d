import type { ModelCall } from '../../domain/span.ts'
import { headerOf, type WireCall } from '../wire-call.ts'

/**
 * Sets `retryOf` of every call that repeats an earlier one: one to the same URL that had failed or been given up by then, and
 * was not repeated yet. It is a repetition when its body is the same, byte for byte, or when the client says so in its
 * headers.
 *
 * @param wires in the order of their start
 * @param calls what was read of each
 */
export function linkRetries(wires: readonly WireCall[], calls: readonly ModelCall[]): void {
  const open = new Set<number>()
  for (const [position, wire] of wires.entries()) {
    const call = calls[position]
    if (call === undefined) continue
    const before = [...open].reverse().filter((one) => mayFollow(wires[one], wire))
    const repeated = before.find((one) => sameBody(wires[one], wire)) ?? (saysRetry(wire) ? before[0] : undefined)
    if (repeated !== undefined) {
      call.retryOf = repeated
      open.delete(repeated)
    }
    if (isRetryable(call, wire)) open.add(position)
  }
}

// Clients repeat what may go better the next time, or what they gave up, and hand any other refusal to the agent at once.
function isRetryable({ failure, injected, status = 500 }: ModelCall, { error }: WireCall): boolean {
  if (failure === undefined) return error !== undefined || injected === 'malformedChunk' || injected === 'truncatedJson'
  return failure.class !== 'provider' || status >= 500 || status === 408 || status === 409
}

function mayFollow(before: WireCall | undefined, wire: WireCall): boolean {
  return before?.url === wire.url && before.endedAtMs !== undefined && before.endedAtMs <= wire.startedAtMs
}

function sameBody(before: WireCall | undefined, wire: WireCall): boolean {
  if (before === undefined) return false
  const [earlier, later] = [Buffer.concat(before.requestChunks), Buffer.concat(wire.requestChunks)]
  return later.length > 0 && earlier.equals(later)
}

// The clients that Stainless generates, OpenAI's and Anthropic's among them, count their attempts.
function saysRetry({ rawRequestHeaders }: WireCall): boolean {
  return Number(headerOf(rawRequestHeaders, 'x-stainless-retry-count') ?? 0) > 0
}
