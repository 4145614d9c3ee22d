import type { FaultKind } from './fault.ts'
import type { Usage } from './usage.ts'

/**
 * What went wrong with a model call or a run, by cause.
 *
 * - `timeout`: a time limit ran out
 * - `rateLimit`: the provider answered 429
 * - `connection`: DNS, refused, reset, or cut in the middle
 * - `provider`: the provider answered 4xx or 5xx, except 429
 * - `agent`: anything else; the agent's own failure
 */
export const errorClasses = ['timeout', 'rateLimit', 'connection', 'provider', 'agent'] as const
/** One of {@link errorClasses}. */
export type ErrorClass = (typeof errorClasses)[number]

/** A tool call that a model asked for. */
export interface ToolUse {
  name: string
  /** Whether the model had asked for the same before in the run, with the same arguments; absent when it had not. */
  repeated?: boolean | undefined
}

/**
 * One request to a model as seen on the wire. Every `…AtMs` is an instant on the run's clock: milliseconds since the
 * run started.
 */
export interface ModelCall {
  /** Who speaks this protocol: `openai`, `anthropic`, `google`, …; `unknown` when nobody is known to. */
  provider: string
  /** Which of the provider's protocols: `chat`, `responses`, `messages`, …; `unknown` when it is none of ours. */
  api: string
  /** True when the model generated nothing but vectors of its input, so that the call is no step; absent when it did. */
  embeds?: boolean | undefined
  /** Origin and path, without query and credentials. */
  url: string
  /** The model named by the response, else by the request; absent when neither could be read. */
  model?: string | undefined
  /** True when the response came as a stream of events. */
  streamed: boolean
  startedAtMs: number
  /** When it had a connection and began to go out; absent where its transport does not tell, and when it never had one. */
  sentAtMs?: number | undefined
  /** Whether it is the first request of its connection; absent where its transport does not tell. */
  newConnection?: boolean | undefined
  /** When the response's headers came; absent when none did. */
  headersAtMs?: number | undefined
  /** First chunk with content: text, reasoning or a tool call; absent when nothing was streamed. */
  firstContentAtMs?: number | undefined
  /** First chunk with text that a user could see; absent when there was none or nothing was streamed. */
  firstTextAtMs?: number | undefined
  /** Last chunk with content; absent when nothing was streamed. */
  lastContentAtMs?: number | undefined
  /** When the response was complete, failed or was given up; absent while it is open. */
  endedAtMs?: number | undefined
  /** HTTP status; absent when no response came. */
  status?: number | undefined
  /** Whether the agent, or a limit of ours, gave it up or left it open before its end; absent when nobody did. */
  givenUp?: boolean | undefined
  /** Whether the provider never got the request, because there was no connection, or a fault took its place; absent when it may have. */
  unreached?: boolean | undefined
  /** How the call failed; absent when it did not. */
  failure?: { class: ErrorClass; message: string } | undefined
  /** The fault that it was made to meet, see `Fault`; absent when it met none. */
  injected?: FaultKind | undefined
  /** How long the provider asked to wait before the next attempt, in milliseconds; absent when it did not ask. */
  retryAfterMs?: number | undefined
  /** Position, among the run's calls, of the one that this one repeats; absent when it repeats none. */
  retryOf?: number | undefined
  /** Position, among the run's spans, of the innermost one that it was made in; absent outside any. */
  within?: number | undefined
  /** Tokens; absent when the response did not say. */
  usage?: Usage | undefined
  /** Tool calls that the model asked for; absent when the answer cannot be read. */
  toolCalls?: number | undefined
  /** Those of them whose name and arguments the answer tells, in its order; absent when there are none. */
  toolUses?: ToolUse[] | undefined
  /**
   * The part of the input tokens that an earlier call of the run had sent to the same model already, see
   * METHODOLOGY.md#waste; absent when unknown.
   */
  resentTokens?: number | undefined
  /** The part of `resentTokens` before the first difference from that call: what a cache can serve; absent when unknown. */
  leadingTokens?: number | undefined
  /** What it cost in US dollars; absent when its tokens or the price of its model are unknown. */
  costUsd?: number | undefined
  /** Whether reasoning was streamed, so that its tokens lie between the first and the last content chunk. */
  reasoningStreamed: boolean
}

/**
 * Whether an answer to `call` came, or began to: providers count no tokens for a request that they refused, never got or sent
 * elsewhere.
 */
export function isAnswered({ status }: Pick<ModelCall, 'status'>): boolean {
  return status !== undefined && (status === 101 || (status >= 200 && status < 300))
}

/**
 * Whether the provider may have counted tokens for `call` that nobody told: it got the request, and the answer never came to its
 * end.
 */
export function isUntold(call: ModelCall): boolean {
  const { status, usage, failure, givenUp, unreached } = call
  if (unreached === true || (status !== undefined && !isAnswered(call))) return false
  if (usage?.inputTokens !== undefined && usage.outputTokens !== undefined) return false
  return failure !== undefined || givenUp === true
}

/**
 * Start of `call` to its first content chunk, in milliseconds; absent when nothing was streamed.
 *
 * @see METHODOLOGY.md#time-to-first-token
 */
export function modelTtftMs(call: ModelCall): number | undefined {
  return call.firstContentAtMs === undefined ? undefined : call.firstContentAtMs - call.startedAtMs
}

/**
 * (last − first content chunk) / (streamed output tokens − 1), in milliseconds; absent when the tokens are unknown, fewer
 * than two, or not streamed. Reasoning that was not streamed lies before the first chunk and is not counted.
 *
 * @see METHODOLOGY.md#inter-token-latency
 */
export function interTokenLatencyMs(call: ModelCall): number | undefined {
  const { firstContentAtMs, lastContentAtMs, usage } = call
  if (firstContentAtMs === undefined || lastContentAtMs === undefined || usage?.outputTokens === undefined)
    return undefined
  const hiddenTokens = call.reasoningStreamed ? 0 : (usage.reasoningTokens ?? 0)
  const streamedTokens = usage.outputTokens - hiddenTokens
  return streamedTokens < 2 ? undefined : (lastContentAtMs - firstContentAtMs) / (streamedTokens - 1)
}
