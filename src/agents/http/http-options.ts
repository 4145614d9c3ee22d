import type { Run } from '../../domain/scenario.ts'
import type { ChildOptions } from '../child/guest-child.ts'

/** An agent behind an HTTP endpoint. */
export interface HttpOptions<Input = unknown> {
  /** Where it listens. */
  url: string | URL | ((run: Run<Input>) => string | URL)
  /** @default 'POST' */
  method?: string | undefined
  /** @default none but those that follow from the body */
  headers?: HttpHeaders | ((run: Run<Input>) => HttpHeaders) | undefined
  /** What is sent: a text or bytes as they are, anything else as JSON; undefined sends none. @default the input of the run */
  body?: ((run: Run<Input>) => unknown) | undefined
  /** Connections that are open at once at most; a request waits until one is free. @default no limit */
  connections?: number | undefined
  /** Milliseconds until there is a connection. @default 10_000 */
  connectTimeoutMs?: number | undefined
  /** Milliseconds from there until the headers of the answer came. @default 300_000 */
  headersTimeoutMs?: number | undefined
  /** Milliseconds between two parts of the answer. @default 300_000 */
  bodyTimeoutMs?: number | undefined
  /**
   * Whether its request is itself a call of a model, as that of a gateway is. @default whether its path is one that a provider of models has
   * to itself, `/v1/chat/completions` say
   */
  modelCall?: boolean | undefined
  /**
   * The program that listens there, started before the first run and ended after the last one. Its model calls are seen. @default none: it
   * is there already, and of its model calls only what it tells is known
   */
  server?: ServerOptions | undefined
}

/** Names and values of headers. */
export type HttpHeaders = Readonly<Record<string, string>>

/** A program that listens at the URL of an agent. */
export interface ServerOptions extends ChildOptions {
  /** @default nothing */
  args?: readonly string[] | undefined
  /** Milliseconds until it listens. @default 30_000 */
  readyTimeoutMs?: number | undefined
}

/** What came with an answer besides its body. */
export interface HttpAnswer<Input = unknown> {
  status: number
  /** By their names in lower case. */
  headers: Readonly<Record<string, string | string[] | undefined>>
  run: Run<Input>
}

/** An agent that answers with JSON. */
export interface JsonHttpOptions<Input = unknown, Output = unknown> extends HttpOptions<Input> {
  /** @default 'json' */
  answer?: 'json' | undefined
  /** What the answer is to the check; throw if it is none. @default the JSON as it is */
  read?: ((body: unknown, answer: HttpAnswer<Input>) => Output) | undefined
}

/** An agent that answers with text, whose first part is the run's first token. */
export interface TextHttpOptions<Input = unknown> extends HttpOptions<Input> {
  answer: 'text'
}

/** One server-sent event. */
export interface HttpEvent {
  /** Its type; absent when it names none. */
  event?: string | undefined
  data: string
}

/** An agent that answers with server-sent events (SSE). The first text in them is the run's first token. */
export interface EventsHttpOptions<Input = unknown> extends HttpOptions<Input> {
  answer: 'events'
  /**
   * The text that an event brings; undefined when it brings none. @default that of common protocols: OpenAI's chunks and events,
   * Anthropic's events, the AI SDK's, a text in `delta`, `text` or `content`; data that is no JSON as it is
   */
  read?: ((event: HttpEvent, answer: HttpAnswer<Input>) => string | undefined) | undefined
}
