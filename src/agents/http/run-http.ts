import type { IncomingMessage } from 'node:http'
import { currentSink } from '../../capture/attribution.ts'
import { recognise } from '../../capture/provider/all.ts'
import { endSpan, startSpan } from '../../capture/trace.ts'
import { messageOf, quoteValue } from '../../domain/errors.ts'
import type { Run } from '../../domain/scenario.ts'
import { currentBelongings } from '../../measure/current-belongings.ts'
import { type Asked, ask, bodyOf, nameOf } from './ask.ts'
import { eventsIn, textOfEvent } from './events.ts'
import type { EventsHttpOptions, HttpAnswer, HttpOptions, JsonHttpOptions, TextHttpOptions } from './http-options.ts'
import { connectionPool } from './pool.ts'
import { startServer } from './server.ts'

type Options = EventsHttpOptions<never> | TextHttpOptions<never> | JsonHttpOptions<never>

/** One run of an agent behind an endpoint, whose answer is a value or a stream of text. */
export async function runHttp(options: Options, run: Run<never>, key: { server?: object }): Promise<unknown> {
  const sink = currentSink()
  const belongings = currentBelongings()
  const asked = askedFor(options, run)
  const { server } = options
  key.server ??= {}
  const serving = server && belongings.keep(key.server, () => startServer(server, asked.url, belongings))
  await serving?.ready
  const entered = serving?.enter(sink)
  const pool = belongings.keep(key, () => connectionPool(options.connections ?? Number.POSITIVE_INFINITY))
  const span = startSpan('phase', 'no connection', sink)
  const end = (error?: unknown): void => {
    endSpan(span, error === undefined ? undefined : messageOf(error))
    entered?.leave()
  }
  try {
    const response = await ask({ ...asked, headers: { ...entered?.headers, ...asked.headers } }, pool, sink, span)
    const parts = bodyOf(response, asked, options.bodyTimeoutMs ?? defaultTimeoutMs)
    await requireSuccess(response, asked, parts)
    const { statusCode: status = 0, headers } = response
    const answer: HttpAnswer<never> = { status, headers, run }
    if (options.answer === 'events') return endingWith(textsIn(options, response, asked, parts, answer), end)
    if (options.answer === 'text') return endingWith(parts, end)
    const body = jsonIn(await textOf(parts), asked)
    end()
    return options.read === undefined ? body : options.read(body, answer)
  } catch (error) {
    end(error)
    throw error
  }
}

const defaultTimeoutMs = 300_000

function askedFor(options: HttpOptions<never>, run: Run<never>): Asked {
  const { connectTimeoutMs = 10_000, headersTimeoutMs = defaultTimeoutMs, modelCall } = options
  const url = new URL(typeof options.url === 'function' ? options.url(run) : options.url)
  const method = (options.method ?? 'POST').toUpperCase()
  const said = typeof options.headers === 'function' ? options.headers(run) : options.headers
  const hasNoBody = options.body === undefined && (method === 'GET' || method === 'HEAD')
  const value = hasNoBody ? undefined : options.body === undefined ? run.input : options.body(run)
  const isPlain = value === undefined || typeof value === 'string' || value instanceof Uint8Array
  const body = isPlain ? value : JSON.stringify(value)
  const protocol = recognise(url.pathname)
  return {
    url,
    method,
    headers: { ...(isPlain ? {} : { 'content-type': 'application/json' }), ...said },
    body,
    signal: run.signal,
    connectTimeoutMs,
    headersTimeoutMs,
    modelCall: modelCall ?? (protocol !== undefined && protocol.sharesPath !== true),
  }
}

// What an error can show of an answer.
const mostShown = 300

async function requireSuccess(response: IncomingMessage, asked: Asked, parts: AsyncIterable<string>): Promise<void> {
  const { statusCode = 0, statusMessage = '' } = response
  if (statusCode >= 200 && statusCode < 300) return
  const body = (await textOf(parts)).trim().slice(0, mostShown)
  const said = body === '' ? 'without a body' : body
  throw new Error(`${nameOf(asked)} answered ${statusCode}${statusMessage && ` ${statusMessage}`}: ${said}`)
}

async function* textsIn(
  options: EventsHttpOptions<never>,
  response: IncomingMessage,
  asked: Asked,
  parts: AsyncIterable<string>,
  answer: HttpAnswer<never>,
): AsyncGenerator<string, void> {
  const type = response.headers['content-type'] ?? 'none'
  if (!type.includes('text/event-stream')) {
    response.destroy()
    throw new Error(`Expected ${nameOf(asked)} to answer with content-type text/event-stream, got ${type}.`)
  }
  let events = 0
  let found = 0
  for await (const event of eventsIn(parts)) {
    events += 1
    const text = options.read === undefined ? textOfEvent(event) : options.read(event, answer)
    if (text === undefined) continue
    found += 1
    yield text
  }
  if (found > 0 || options.read !== undefined) return
  const got = events === 0 ? 'no event' : `${events} events without a text that is known as one`
  throw new Error(`Expected ${nameOf(asked)} to stream text, got ${got}. Say what text an event brings: \`read\`.`)
}

async function* endingWith(texts: AsyncIterable<string>, end: (error?: unknown) => void): AsyncGenerator<string, void> {
  let failure: unknown
  try {
    yield* texts
  } catch (error) {
    failure = error
    throw error
  } finally {
    end(failure)
  }
}

async function textOf(parts: AsyncIterable<string>): Promise<string> {
  let text = ''
  for await (const part of parts) text += part
  return text
}

function jsonIn(text: string, asked: Asked): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const got = text.trim() === '' ? 'nothing' : quoteValue(text)
    throw new Error(`Expected ${nameOf(asked)} to answer with JSON, got ${got}. For text, say \`answer: 'text'\`.`)
  }
}
