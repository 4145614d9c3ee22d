import type { Run } from '../domain/scenario.ts'
import type { EventsHttpOptions, HttpOptions, JsonHttpOptions, TextHttpOptions } from './http/http-options.ts'
import {
  atLeastOne,
  call,
  either,
  flag,
  list,
  oneOf,
  record,
  requireOptions,
  text,
  texts,
  timeoutMs,
  url,
} from './options.ts'

const shape = {
  url: either(url, call),
  method: text,
  headers: either(texts, call),
  body: call,
  answer: oneOf('json', 'text', 'events'),
  read: call,
  connections: atLeastOne,
  connectTimeoutMs: timeoutMs,
  headersTimeoutMs: timeoutMs,
  bodyTimeoutMs: timeoutMs,
  modelCall: flag,
  server: record,
}

const serverShape = {
  command: text,
  args: list,
  cwd: text,
  env: texts,
  proxy: flag,
  modelUrls: texts,
  readyTimeoutMs: timeoutMs,
}

/**
 * An agent behind an HTTP endpoint, whose answer is JSON, text or server-sent events. Connections are kept from run to run; runs that
 * opened one are told apart from those that found one, as phases `cold connection` and `warm connection`.
 *
 * @throws BenchAgentError for a mistake in the options
 */
export function httpAgent<Input = unknown>(
  options: EventsHttpOptions<Input> | TextHttpOptions<Input>,
): (run: Run<Input>) => Promise<AsyncIterable<string>>
export function httpAgent<Input = unknown, Output = unknown>(
  options: JsonHttpOptions<Input, Output>,
): (run: Run<Input>) => Promise<Output>
export function httpAgent(
  options: EventsHttpOptions<never> | TextHttpOptions<never> | JsonHttpOptions<never>,
): (run: Run<never>) => Promise<unknown> {
  requireOptions('httpAgent(options)', options, shape, ['url'])
  const { server }: HttpOptions<never> = options
  if (server !== undefined) requireOptions('httpAgent({ server })', server, serverShape, ['command'])
  const key = {}
  return async (run) => {
    const { runHttp } = await import('./http/run-http.ts')
    return runHttp(options, run, key)
  }
}
