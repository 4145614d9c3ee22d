import type { ErrorClass } from '../../domain/span.ts'
import type { Usage } from '../../domain/usage.ts'
import type { StreamEvent } from '../stream.ts'

/** Who speaks one or more protocols: one file each, listed in `all.ts`. */
export interface Provider {
  /** As in `ModelCall.provider`. */
  name: string
  /** The protocol spoken at `path` (no query); absent when that is no path of a model. Every request pays for it. */
  recognise(path: string): Protocol | undefined
}

/** How to read the responses of one API. Both readers add to the answer what they find, and must bear any value. */
export interface Protocol {
  /** As in `ModelCall.provider`. */
  provider: string
  /** As in `ModelCall.api`. */
  api: string
  /** True when the model generates nothing: it turns its input into vectors. Such a call is no step. */
  embeds?: true
  /**
   * True when others use its paths too (`/api/chat` is many an app's own): only a request whose body asks a model, see
   * `asksModel`, is a call.
   */
  sharesPath?: true
  /** True when a response of JSON is a stream too: a list whose items come one by one. */
  streamsList?: true
  /** Reads a whole response: parsed JSON, of a success or of an error. */
  readBody(body: unknown, answer: Answer): void
  /** Reads one event of a stream; returns what content it brought, absent when none. */
  readEvent(event: StreamEvent, answer: Answer): ContentKind | undefined
  /** The model that `url` (no query) names; absent when it names none. */
  modelIn?(url: string): string | undefined
}

/** What a part of a streamed response brings of the model's own output. */
export type ContentKind = 'text' | 'reasoning' | 'toolCall'

/** What went wrong, as a provider reports it in a body or an event. */
export interface ReportedFailure {
  class: ErrorClass
  message: string
}

/** A tool call, as far as the answer has told it. */
export interface AskedTool {
  /** Absent when it has none, as some that the provider runs. */
  name?: string | undefined
  /** Its arguments: JSON text, in pieces so far, or what that would say; absent before there are any. */
  input?: unknown
}

/** What a response has said so far. */
export interface Answer {
  model?: string | undefined
  usage?: Usage | undefined
  /** The tool calls that the model asked for, each by a key of its own. */
  toolCalls: Map<string, AskedTool>
  /** What a later request may call it by; absent where none can. */
  id?: string | undefined
  /** Why the model stopped; absent before it said so. */
  stopReason?: string | undefined
  /** True once the event came that ends a stream. */
  finished: boolean
  /** The error that the provider reported in the body; absent when it reported none. */
  failure?: ReportedFailure | undefined
  /** How long the body asks to wait before the next attempt, in milliseconds; absent when it does not ask. */
  retryAfterMs?: number | undefined
}

/** An answer that nothing was read into. */
export function emptyAnswer(): Answer {
  return { toolCalls: new Map(), finished: false }
}

/** Notes what an answer tells whole of the tool call `key`. */
export function askTool({ toolCalls }: Answer, key: string, name?: string, input?: unknown): void {
  const before = toolCalls.get(key)
  toolCalls.set(key, { name: name ?? before?.name, input: input ?? before?.input })
}

/** Adds a piece of the arguments of the tool call `key`. */
export function addInput({ toolCalls }: Answer, key: string, piece: string | undefined): void {
  const before = toolCalls.get(key)
  if (piece === undefined || before === undefined) return
  before.input = typeof before.input === 'string' ? before.input + piece : piece
}
