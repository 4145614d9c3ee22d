import type { Usage } from '../../domain/usage.ts'
import { embeddings } from './embeddings.ts'
import { countAt, listAt, parseJson, textAt, valueAt } from './json.ts'
import { type Answer, addInput, askTool, type ContentKind, type Protocol, type Provider } from './provider.ts'
import { reportedFailure } from './reported-failure.ts'

/**
 * Cohere's Chat, version 2.
 *
 * @see https://docs.cohere.com/reference/chat
 * @see https://docs.cohere.com/v2/docs/streaming
 */
export const cohereChat: Protocol = {
  provider: 'cohere',
  api: 'chat',
  sharesPath: true,
  readBody(body, answer) {
    readEnd(body, answer)
    // An answer has a message too, which is no text.
    if (textAt(body, 'message') !== undefined) answer.failure = reportedFailure(body)
    for (const [index, call] of listAt(body, 'message', 'tool_calls').entries())
      askTool(answer, String(index), textAt(call, 'function', 'name'), textAt(call, 'function', 'arguments'))
  },
  readEvent({ data }, answer) {
    const event = parseJson(data)
    const delta = valueAt(event, 'delta')
    switch (valueAt(event, 'type')) {
      case 'content-delta':
        return contentKind(valueAt(delta, 'message', 'content'))
      case 'tool-plan-delta':
        return 'reasoning'
      case 'tool-call-start':
        readCall(event, answer, String(countAt(event, 'index') ?? answer.toolCalls.size))
        return 'toolCall'
      case 'tool-call-delta':
        readCall(event, answer, String(countAt(event, 'index') ?? answer.toolCalls.size - 1))
        return 'toolCall'
      case 'message-end':
        readEnd(delta, answer)
        answer.finished = true
    }
    return undefined
  },
}

const cohereEmbed = embeddings('cohere', (body) => countAt(body, 'meta', 'billed_units', 'input_tokens'))

/** Cohere; it speaks OpenAI's protocol too. */
export const cohere: Provider = {
  name: 'cohere',
  recognise(path) {
    if (path.endsWith('/v2/chat')) return cohereChat
    return path.endsWith('/v2/embed') || path.endsWith('/v1/embed') ? cohereEmbed : undefined
  },
}

function readCall(event: unknown, answer: Answer, key: string): void {
  const called = valueAt(valueAt(event, 'delta', 'message', 'tool_calls'), 'function')
  askTool(answer, key, textAt(called, 'name'))
  addInput(answer, key, textAt(called, 'arguments'))
}

function readEnd(end: unknown, answer: Answer): void {
  answer.stopReason = textAt(end, 'finish_reason') ?? answer.stopReason
  answer.usage = usageOf(valueAt(end, 'usage')) ?? answer.usage
  answer.failure = reportedFailure(valueAt(end, 'error')) ?? answer.failure
}

function contentKind(content: unknown): ContentKind | undefined {
  if (textAt(content, 'text') !== undefined) return 'text'
  return textAt(content, 'thinking') === undefined ? undefined : 'reasoning'
}

// What is billed leaves out the tokens that Cohere adds to a prompt.
function usageOf(usage: unknown): Usage | undefined {
  const inputTokens = countAt(usage, 'tokens', 'input_tokens')
  const outputTokens = countAt(usage, 'tokens', 'output_tokens')
  if (inputTokens === undefined && outputTokens === undefined) return undefined
  return { inputTokens, outputTokens, cachedTokens: countAt(usage, 'cached_tokens') }
}
