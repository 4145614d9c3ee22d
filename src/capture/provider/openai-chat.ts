import { countAt, has, listAt, parseJson, textAt, valueAt } from './json.ts'
import { openaiUsage } from './openai-usage.ts'
import { type Answer, addInput, askTool, type ContentKind, type Protocol } from './provider.ts'
import { reportedFailure } from './reported-failure.ts'

/**
 * OpenAI's Chat Completions.
 *
 * @see https://platform.openai.com/docs/api-reference/chat
 */
export const openaiChat: Protocol = {
  provider: 'openai',
  api: 'chat',
  readBody(body, answer) {
    // Google reports its errors to a client of OpenAI's in a list.
    const completion = Array.isArray(body) ? body[0] : body
    readCommon(completion, answer)
    // vLLM's errors are not inside of one.
    if (valueAt(completion, 'object') === 'error') answer.failure = reportedFailure(completion)
    for (const [choice, item] of listAt(completion, 'choices').entries()) readMessage(String(choice), item, answer)
  },
  readEvent(event, answer) {
    if (event.data === '[DONE]') {
      answer.finished = true
      return undefined
    }
    const chunk = parseJson(event.data)
    readCommon(chunk, answer)
    // Groq and Moonshot have the usage elsewhere when it was not asked for.
    if (has(chunk, 'x_groq')) answer.usage = openaiUsage(valueAt(chunk, 'x_groq', 'usage')) ?? answer.usage
    let content: ContentKind | undefined
    for (const choice of listAt(chunk, 'choices')) {
      if (has(choice, 'usage')) answer.usage = openaiUsage(valueAt(choice, 'usage')) ?? answer.usage
      content = readDelta(choice, answer) ?? content
    }
    return content
  },
}

/**
 * OpenAI's Completions, the text before there was chat, which local servers still speak. Its choices have a `text`.
 *
 * @see https://platform.openai.com/docs/api-reference/completions
 */
export const openaiCompletions: Protocol = { ...openaiChat, api: 'completions' }

function readCommon(value: unknown, answer: Answer): void {
  answer.model = textAt(value, 'model') ?? answer.model
  answer.usage = openaiUsage(valueAt(value, 'usage')) ?? answer.usage
  answer.failure = reportedFailure(valueAt(value, 'error')) ?? answer.failure
}

function readMessage(choice: string, item: unknown, answer: Answer): void {
  answer.stopReason = textAt(item, 'finish_reason') ?? answer.stopReason
  for (const [index, toolCall] of listAt(item, 'message', 'tool_calls').entries()) {
    const called = calledIn(toolCall)
    askTool(answer, `${choice}:${index}`, textAt(called, 'name'), inputOf(called))
  }
  const former = valueAt(item, 'message', 'function_call')
  if (has(valueAt(item, 'message'), 'function_call')) askTool(answer, choice, textAt(former, 'name'), inputOf(former))
}

// Tools that are no functions have a text for input.
function calledIn(toolCall: unknown): unknown {
  return valueAt(toolCall, 'function') ?? valueAt(toolCall, 'custom')
}

function inputOf(called: unknown): string | undefined {
  return textAt(called, 'arguments') ?? textAt(called, 'input')
}

function readDelta(choice: unknown, answer: Answer): ContentKind | undefined {
  answer.stopReason = textAt(choice, 'finish_reason') ?? answer.stopReason
  const delta = valueAt(choice, 'delta')
  const toolCalls = listAt(delta, 'tool_calls')
  const calledFunction = has(delta, 'function_call')
  if (toolCalls.length > 0 || calledFunction) {
    const choiceIndex = countAt(choice, 'index') ?? 0
    for (const toolCall of toolCalls) {
      addToolCall(answer, `${choiceIndex}:${countAt(toolCall, 'index') ?? 0}`, toolCall)
    }
    if (calledFunction) {
      const former = valueAt(delta, 'function_call')
      askTool(answer, String(choiceIndex), textAt(former, 'name'))
      addInput(answer, String(choiceIndex), inputOf(former))
    }
  }
  const content = contentKind(valueAt(delta, 'content'))
  if (content === 'text' || (textAt(delta, 'refusal') ?? textAt(choice, 'text'))) return 'text'
  if (toolCalls.length > 0 || calledFunction) return 'toolCall'
  // The second name is the one of vLLM and OpenRouter.
  if (content ?? textAt(delta, 'reasoning_content') ?? textAt(delta, 'reasoning')) return 'reasoning'
  return undefined
}

// Mistral's reasoning models send a list of parts instead of text.
function contentKind(content: unknown): 'text' | 'reasoning' | undefined {
  if (typeof content === 'string') return content === '' ? undefined : 'text'
  if (!Array.isArray(content) || content.length === 0) return undefined
  return content.every((part) => textAt(part, 'type') === 'thinking') ? 'reasoning' : 'text'
}

// Only the first delta of a call bears its id, but some servers repeat the id, and some give every call the same place.
function addToolCall(answer: Answer, place: string, toolCall: unknown): void {
  const id = textAt(toolCall, 'id')
  const known = [...answer.toolCalls.keys()].findLast((key) => key.startsWith(`${place}:`))
  const key = id === undefined ? (known ?? `${place}:`) : `${place}:${id}`
  const called = calledIn(toolCall)
  askTool(answer, key, textAt(called, 'name'))
  addInput(answer, key, inputOf(called))
}
