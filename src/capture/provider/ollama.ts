import type { Usage } from '../../domain/usage.ts'
import { embeddings } from './embeddings.ts'
import { countAt, listAt, parseJson, textAt, valueAt } from './json.ts'
import { type Answer, askTool, type ContentKind, type Protocol, type Provider } from './provider.ts'
import { reportedFailure } from './reported-failure.ts'

/**
 * Ollama's own chat, which streams lines of JSON.
 *
 * @see https://docs.ollama.com/api/chat
 */
export const ollamaChat: Protocol = {
  provider: 'ollama',
  api: 'chat',
  sharesPath: true,
  readBody: readPart,
  readEvent: ({ data }, answer) => readPart(parseJson(data), answer),
}

/**
 * Ollama's completion of a prompt.
 *
 * @see https://docs.ollama.com/api/generate
 */
export const ollamaGenerate: Protocol = { ...ollamaChat, api: 'generate' }

const ollamaEmbed: Protocol = {
  ...embeddings('ollama', (body) => countAt(body, 'prompt_eval_count')),
  sharesPath: true,
}

/** Ollama's own API; it speaks OpenAI's too. */
export const ollama: Provider = {
  name: 'ollama',
  recognise(path) {
    if (path.endsWith('/api/chat')) return ollamaChat
    if (path.endsWith('/api/generate')) return ollamaGenerate
    return path.endsWith('/api/embed') || path.endsWith('/api/embeddings') ? ollamaEmbed : undefined
  },
}

// A whole response is its own last part.
function readPart(part: unknown, answer: Answer): ContentKind | undefined {
  answer.model = textAt(part, 'model') ?? answer.model
  answer.failure = reportedFailure(valueAt(part, 'error')) ?? answer.failure
  answer.stopReason = textAt(part, 'done_reason') ?? answer.stopReason
  if (valueAt(part, 'done') === true || answer.failure !== undefined) answer.finished = true
  answer.usage = usageOf(part) ?? answer.usage
  const message = valueAt(part, 'message')
  const toolCalls = listAt(message, 'tool_calls')
  for (const call of toolCalls)
    askTool(
      answer,
      String(answer.toolCalls.size),
      textAt(call, 'function', 'name'),
      valueAt(call, 'function', 'arguments'),
    )
  if (textAt(message, 'content') ?? textAt(part, 'response')) return 'text'
  if (toolCalls.length > 0) return 'toolCall'
  return (textAt(message, 'thinking') ?? textAt(part, 'thinking')) ? 'reasoning' : undefined
}

// The prompt includes what was cached, and the rest includes thinking.
function usageOf(part: unknown): Usage | undefined {
  const inputTokens = countAt(part, 'prompt_eval_count')
  const outputTokens = countAt(part, 'eval_count')
  if (inputTokens === undefined && outputTokens === undefined) return undefined
  return { inputTokens, outputTokens, cachedTokens: countAt(part, 'prompt_eval_cached_count') }
}
