import type { Usage } from '../../domain/usage.ts'
import { countAt, listAt, parseJson, textAt, valueAt } from './json.ts'
import { openaiFailure } from './openai-failure.ts'
import type { Answer, ContentKind, Protocol } from './provider.ts'

/**
 * OpenAI's Chat Completions.
 *
 * @see https://platform.openai.com/docs/api-reference/chat
 */
export const openaiChat: Protocol = {
  provider: 'openai',
  api: 'chat',
  readBody(body, answer) {
    readCommon(body, answer)
    for (const [choice, item] of listAt(body, 'choices').entries()) readMessage(String(choice), item, answer)
  },
  readEvent(event, answer) {
    if (event.data === '[DONE]') {
      answer.finished = true
      return undefined
    }
    const chunk = parseJson(event.data)
    readCommon(chunk, answer)
    let content: ContentKind | undefined
    for (const choice of listAt(chunk, 'choices')) content = readDelta(choice, answer) ?? content
    return content
  },
}

function readCommon(value: unknown, answer: Answer): void {
  answer.model = textAt(value, 'model') ?? answer.model
  answer.usage = usageOf(valueAt(value, 'usage')) ?? answer.usage
  answer.failure = openaiFailure(valueAt(value, 'error')) ?? answer.failure
}

function readMessage(choice: string, item: unknown, answer: Answer): void {
  answer.stopReason = textAt(item, 'finish_reason') ?? answer.stopReason
  for (const index of listAt(item, 'message', 'tool_calls').keys()) answer.toolCalls.add(`${choice}:${index}`)
  if (valueAt(item, 'message', 'function_call')) answer.toolCalls.add(choice)
}

function readDelta(choice: unknown, answer: Answer): ContentKind | undefined {
  answer.stopReason = textAt(choice, 'finish_reason') ?? answer.stopReason
  const delta = valueAt(choice, 'delta')
  const choiceIndex = countAt(choice, 'index') ?? 0
  const toolCalls = listAt(delta, 'tool_calls')
  for (const toolCall of toolCalls) {
    addToolCall(answer, `${choiceIndex}:${countAt(toolCall, 'index') ?? 0}`, textAt(toolCall, 'id'))
  }
  const functionCall = valueAt(delta, 'function_call')
  if (functionCall) answer.toolCalls.add(String(choiceIndex))
  if (textAt(delta, 'content') ?? textAt(delta, 'refusal')) return 'text'
  if (toolCalls.length > 0 || functionCall) return 'toolCall'
  // The second name is the one of vLLM and OpenRouter.
  if (textAt(delta, 'reasoning_content') ?? textAt(delta, 'reasoning')) return 'reasoning'
  return undefined
}

// Only the first delta of a call bears its id, but some servers repeat the id, and some give every call the same place.
function addToolCall({ toolCalls }: Answer, place: string, id: string | undefined): void {
  if (id !== undefined) toolCalls.add(`${place}:${id}`)
  else if (![...toolCalls].some((key) => key.startsWith(`${place}:`))) toolCalls.add(`${place}:`)
}

function usageOf(usage: unknown): Usage | undefined {
  const inputTokens = countAt(usage, 'prompt_tokens')
  const outputTokens = countAt(usage, 'completion_tokens')
  if (inputTokens === undefined && outputTokens === undefined) return undefined
  return {
    inputTokens,
    outputTokens,
    cachedTokens: countAt(usage, 'prompt_tokens_details', 'cached_tokens'),
    reasoningTokens: countAt(usage, 'completion_tokens_details', 'reasoning_tokens'),
  }
}
