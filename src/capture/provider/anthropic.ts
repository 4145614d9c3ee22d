import type { Usage } from '../../domain/usage.ts'
import { countAt, listAt, parseJson, textAt, valueAt } from './json.ts'
import { openaiChat } from './openai-chat.ts'
import { type Answer, addInput, askTool, type ContentKind, type Protocol, type Provider } from './provider.ts'
import { reportedFailure } from './reported-failure.ts'

const messagesPath = /(?:^|\/v\d+|\/anthropic)\/messages$/
const vertexPath = /\/publishers\/(anthropic|mistralai)\/models\/([^/:]+):(?:streamR|r)awPredict$/

/**
 * Anthropic's Messages.
 *
 * @see https://platform.claude.com/docs/en/api/messages
 * @see https://platform.claude.com/docs/en/build-with-claude/streaming
 */
export const anthropicMessages: Protocol = {
  provider: 'anthropic',
  api: 'messages',
  readBody(body, answer) {
    readMessage(body, answer)
    answer.usage = addUsage(answer.usage, valueAt(body, 'usage')) ?? answer.usage
    answer.failure = reportedFailure(valueAt(body, 'error')) ?? answer.failure
    for (const [index, block] of listAt(body, 'content').entries()) {
      if (isToolUse(block)) askTool(answer, String(index), textAt(block, 'name'), valueAt(block, 'input'))
    }
  },
  readEvent({ data }, answer) {
    const event = parseJson(data)
    switch (valueAt(event, 'type')) {
      case 'content_block_delta':
        addInput(answer, String(countAt(event, 'index')), textAt(event, 'delta', 'partial_json'))
        return contentKind(valueAt(event, 'delta'))
      case 'content_block_start':
        return startBlock(event, answer)
      case 'message_start':
        readMessage(valueAt(event, 'message'), answer)
        answer.usage = withoutOutput(addUsage(answer.usage, valueAt(event, 'message', 'usage')))
        break
      case 'message_delta':
        answer.stopReason = textAt(event, 'delta', 'stop_reason') ?? answer.stopReason
        answer.usage = addUsage(answer.usage, valueAt(event, 'usage')) ?? answer.usage
        break
      case 'message_stop':
        answer.finished = true
        break
      case 'error':
        answer.failure = reportedFailure(valueAt(event, 'error') ?? event)
        answer.finished = true
    }
    return undefined
  },
}

/** Anthropic, and whoever speaks its protocol: gateways, Vertex AI. */
export const anthropic: Provider = {
  name: 'anthropic',
  recognise(path) {
    if (path.endsWith('/messages')) return messagesPath.test(path) ? anthropicMessages : undefined
    if (!path.endsWith('awPredict')) return undefined
    const [, publisher, model] = vertexPath.exec(path) ?? []
    if (model === undefined || model === 'count-tokens') return undefined
    return publisher === 'anthropic' ? vertexMessages : vertexChat
  },
}

const modelIn = (url: string) => vertexPath.exec(url)?.[2]
const vertexMessages: Protocol = { ...anthropicMessages, modelIn }
const vertexChat: Protocol = { ...openaiChat, provider: 'mistral', modelIn }

function readMessage(message: unknown, answer: Answer): void {
  answer.model = textAt(message, 'model') ?? answer.model
  answer.stopReason = textAt(message, 'stop_reason') ?? answer.stopReason
}

function startBlock(event: unknown, answer: Answer): ContentKind | undefined {
  const block = valueAt(event, 'content_block')
  if (!isToolUse(block)) return undefined
  const key = String(countAt(event, 'index') ?? answer.toolCalls.size)
  askTool(answer, key, textAt(block, 'name'), valueAt(block, 'input'))
  return 'toolCall'
}

// tool_use, which the agent runs, and server_tool_use and mcp_tool_use, which the provider runs.
function isToolUse(block: unknown): boolean {
  return textAt(block, 'type')?.endsWith('tool_use') ?? false
}

function contentKind(delta: unknown): ContentKind | undefined {
  if (textAt(delta, 'text') !== undefined) return 'text'
  if (textAt(delta, 'thinking') !== undefined) return 'reasoning'
  return textAt(delta, 'partial_json') === undefined ? undefined : 'toolCall'
}

/**
 * `usage` after the provider reported `reported`, whose figures are of the whole message so far: the later replace the
 * earlier, except by a 0 of servers that tell the input at the start only. Its input tokens are those neither read from
 * a cache nor written to one.
 *
 * @see https://platform.claude.com/docs/en/build-with-claude/prompt-caching
 */
function addUsage(usage: Usage | undefined, reported: unknown): Usage | undefined {
  const freshBefore = freshTokens(usage)
  const freshNow = latest(freshBefore, countAt(reported, 'input_tokens'))
  const outputTokens = latest(usage?.outputTokens, countAt(reported, 'output_tokens'))
  if (freshNow === undefined && outputTokens === undefined) return undefined
  const cachedTokens = latest(usage?.cachedTokens, countAt(reported, 'cache_read_input_tokens'))
  const cacheWriteTokens = latest(usage?.cacheWriteTokens, countAt(reported, 'cache_creation_input_tokens'))
  return {
    inputTokens: freshNow === undefined ? undefined : freshNow + (cachedTokens ?? 0) + (cacheWriteTokens ?? 0),
    outputTokens,
    cachedTokens,
    cacheWriteTokens,
    reasoningTokens: latest(usage?.reasoningTokens, countAt(reported, 'output_tokens_details', 'thinking_tokens')),
  }
}

function freshTokens(usage: Usage | undefined): number | undefined {
  if (usage?.inputTokens === undefined) return undefined
  return usage.inputTokens - (usage.cachedTokens ?? 0) - (usage.cacheWriteTokens ?? 0)
}

function latest(before: number | undefined, now: number | undefined): number | undefined {
  return now === 0 ? (before ?? 0) : (now ?? before)
}

// A message starts with the count of its first tokens; should the stream be cut, nobody knows how many came.
function withoutOutput(usage: Usage | undefined): Usage | undefined {
  return usage === undefined ? undefined : { ...usage, outputTokens: undefined }
}
