import { has, listAt, parseJson, textAt, valueAt } from './json.ts'
import { endOfString } from './json-list.ts'
import { openaiChat } from './openai-chat.ts'
import type { Protocol } from './provider.ts'

/**
 * Whoever is asked like a model at a path that no provider knows: calls and times are counted, tokens only when the answer
 * is that of Chat Completions, which many speak.
 */
export const unknownProtocol: Protocol = {
  provider: 'unknown',
  api: 'unknown',
  readBody(body, answer) {
    if (listAt(body, 'choices').length > 0 || has(body, 'error')) openaiChat.readBody(body, answer)
    else answer.model = textAt(body, 'model')
  },
  readEvent(event, answer) {
    const body = parseJson(event.data)
    const isChat = event.data === '[DONE]' || Array.isArray(valueAt(body, 'choices')) || has(body, 'error')
    if (isChat) return openaiChat.readEvent(event, answer)
    // Nobody knows which event is the last, so that the end of the stream is no cut.
    answer.stopReason ??= 'unknown'
    return 'text'
  },
}

const quote = 0x22
const comma = 0x2c
const openings = new Set([0x5b, 0x7b])
const closings = new Set([0x5d, 0x7d])
const questions = new Set(['messages', 'prompt', 'input', 'contents'])

/** Whether `body`, or the first part of it, is a JSON object that names a model and asks it something. */
export function asksModel(body: Uint8Array): boolean {
  if (body[0] !== 0x7b) return false
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  // Most bodies are told by this alone. What reports on model calls, as tracing does, has the word further inside.
  if (!bytes.includes('"model"')) return false
  let names = false
  let asks = false
  for (const key of keysOf(bytes)) {
    if (key === 'model') names = true
    else if (questions.has(key)) asks = true
    if (names && asks) return true
  }
  return false
}

// The keys of an object that may be cut; those of objects inside of it are none.
function* keysOf(bytes: Buffer): Generator<string> {
  let depth = 0
  let isKeyNext = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte === quote) {
      const end = endOfString(bytes, at)
      if (isKeyNext) yield bytes.toString('utf8', at + 1, end)
      isKeyNext = false
      at = end
    } else if (openings.has(byte)) {
      isKeyNext = ++depth === 1
    } else if (closings.has(byte)) {
      depth--
    } else if (byte === comma) {
      isKeyNext = depth === 1
    }
  }
}
