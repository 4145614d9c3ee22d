import { parseJson, valueAt } from '../provider/json.ts'

const question = '"stream_options":{"include_usage":true},'

/**
 * `body`, a request for a Chat Completions stream, with the question for its usage; absent when it asks by itself, wants no
 * stream, or is no such request.
 *
 * @see https://platform.openai.com/docs/api-reference/chat/create
 */
export function askForUsage(body: Uint8Array): Uint8Array | undefined {
  const text = textOf(body)
  const request = text === undefined ? undefined : parseJson(text)
  if (text === undefined || valueAt(request, 'stream') !== true || !Array.isArray(valueAt(request, 'messages'))) {
    return undefined
  }
  const options = valueAt(request, 'stream_options')
  if (options === undefined) {
    // Put in instead of written anew: a number of many digits would lose some.
    const start = text.indexOf('{') + 1
    return Buffer.from(text.slice(0, start) + question + text.slice(start))
  }
  if (valueAt(options, 'include_usage') === true || !isObject(request)) return undefined
  const asking = { ...(isObject(options) ? options : {}), include_usage: true }
  return Buffer.from(JSON.stringify({ ...request, stream_options: asking }))
}

// Bytes that are no text would not come back as they were.
function textOf(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
