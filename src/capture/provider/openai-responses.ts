import type { Usage } from '../../domain/usage.ts'
import { countAt, listAt, parseJson, textAt, valueAt } from './json.ts'
import { type Answer, askTool, type ContentKind, type Protocol } from './provider.ts'
import { reportedFailure } from './reported-failure.ts'

const terminalEvents = new Set(['response.completed', 'response.incomplete', 'response.failed', 'error'])

/**
 * OpenAI's Responses.
 *
 * @see https://platform.openai.com/docs/api-reference/responses
 */
export const openaiResponses: Protocol = {
  provider: 'openai',
  api: 'responses',
  readBody: readResponse,
  readEvent(event, answer) {
    if (event.data === '[DONE]') {
      answer.finished = true
      return undefined
    }
    const body = parseJson(event.data)
    if (body === undefined) return undefined // cut in the middle
    const type = textAt(body, 'type') ?? event.name ?? ''
    readResponse(valueAt(body, 'response'), answer)
    if (type === 'error') answer.failure = reportedFailure(valueAt(body, 'error') ?? body)
    if (terminalEvents.has(type)) answer.finished = true
    if (type === 'response.output_item.added') return readItem(body, answer)
    if (type === 'response.output_item.done') readItem(body, answer)
    return type.endsWith('.delta') && hasDelta(body) ? contentKind(type) : undefined
  },
}

function readResponse(response: unknown, answer: Answer): void {
  answer.model = textAt(response, 'model') ?? answer.model
  answer.id = textAt(response, 'id') ?? answer.id
  answer.usage = usageOf(valueAt(response, 'usage')) ?? answer.usage
  answer.failure = reportedFailure(valueAt(response, 'error')) ?? answer.failure
  const status = textAt(response, 'status')
  if (status !== undefined && status !== 'in_progress' && status !== 'queued') answer.stopReason = status
  for (const [index, item] of listAt(response, 'output').entries()) {
    if (isToolCall(item)) askItem(answer, String(index), item)
  }
}

function readItem(body: unknown, answer: Answer): ContentKind | undefined {
  const item = valueAt(body, 'item')
  if (!isToolCall(item)) return undefined
  askItem(answer, String(countAt(body, 'output_index') ?? answer.toolCalls.size), item)
  return 'toolCall'
}

function askItem(answer: Answer, key: string, item: unknown): void {
  askTool(answer, key, textAt(item, 'name'), textAt(item, 'arguments') ?? textAt(item, 'input'))
}

// function_call and custom_tool_call, which the agent runs, and web_search_call and the like, which the provider runs.
function isToolCall(item: unknown): boolean {
  return textAt(item, 'type')?.endsWith('_call') ?? false
}

function hasDelta(body: unknown): boolean {
  const delta = valueAt(body, 'delta')
  return delta !== undefined && delta !== null && delta !== ''
}

function contentKind(type: string): ContentKind {
  if (type.startsWith('response.output_text.') || type.startsWith('response.refusal.')) return 'text'
  if (type.startsWith('response.reasoning')) return 'reasoning'
  return 'toolCall'
}

function usageOf(usage: unknown): Usage | undefined {
  const inputTokens = countAt(usage, 'input_tokens')
  const outputTokens = countAt(usage, 'output_tokens')
  if (inputTokens === undefined && outputTokens === undefined) return undefined
  return {
    inputTokens,
    outputTokens,
    cachedTokens: countAt(usage, 'input_tokens_details', 'cached_tokens'),
    cacheWriteTokens: countAt(usage, 'input_tokens_details', 'cache_write_tokens'),
    reasoningTokens: countAt(usage, 'output_tokens_details', 'reasoning_tokens'),
  }
}
