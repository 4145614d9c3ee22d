import { listAt, textAt, valueAt } from '../provider/json.ts'

/** What a model is asked, as far as it is text. */
export interface PromptText {
  messages: PromptMessage[]
  /** Definitions of the functions that the model may call, as the request has them. */
  functions: unknown[]
}

/** One message of a conversation. */
export interface PromptMessage {
  role: string
  name?: string
  content: string
  /** Tool calls that the model asked for in it. */
  calls: { name: string; arguments: string }[]
}

/** The text in the `body` of a request, of whichever API; absent when it has none, or more than text: pictures, say. */
export function promptText(body: unknown): PromptText | undefined {
  const before = [valueAt(body, 'system'), valueAt(body, 'instructions'), valueAt(body, 'systemInstruction')]
  const asked = [...before.filter(Boolean).map(asSystem), ...conversationOf(body)]
  const messages: PromptMessage[] = []
  for (const one of asked) {
    const message = messageOf(one)
    if (message === undefined) return undefined
    messages.push(message)
  }
  return messages.length === 0 ? undefined : { messages, functions: functionsOf(body) }
}

function asSystem(content: unknown): unknown {
  return { role: 'system', content }
}

function conversationOf(body: unknown): readonly unknown[] {
  for (const key of ['messages', 'input', 'contents', 'prompt']) {
    const asked = valueAt(body, key)
    if (typeof asked === 'string') return [{ role: 'user', content: asked }]
    if (Array.isArray(asked)) return asked
  }
  return []
}

function messageOf(message: unknown): PromptMessage | undefined {
  const content = textIn(valueAt(message, 'content') ?? valueAt(message, 'parts') ?? valueAt(message, 'output'))
  if (content === undefined) return undefined
  const name = textAt(message, 'name')
  const role = textAt(message, 'role') ?? 'tool'
  const isCall = textAt(message, 'type') === 'function_call'
  const calls = isCall ? [{ function: message }] : listAt(message, 'tool_calls')
  return {
    role,
    ...(name === undefined || isCall ? {} : { name }),
    content,
    calls: calls.map((call) => ({
      name: textAt(call, 'function', 'name') ?? '',
      arguments: textAt(call, 'function', 'arguments') ?? '',
    })),
  }
}

const media = /image|audio|video|file|document/i

function textIn(content: unknown): string | undefined {
  if (content === undefined || content === null) return ''
  if (typeof content === 'string') return content
  if (Array.isArray(content)) {
    const texts = content.map(textIn)
    return texts.every((text) => text !== undefined) ? texts.join('\n') : undefined
  }
  const isMedia =
    media.test(textAt(content, 'type') ?? '') || ['inlineData', 'fileData'].some((key) => valueAt(content, key))
  if (isMedia) return undefined
  const inner = valueAt(content, 'text') ?? valueAt(content, 'content') ?? valueAt(content, 'parts')
  return inner === undefined ? JSON.stringify(content) : textIn(inner)
}

// OpenAI has a function inside of each tool, Responses has them flat, Anthropic calls the parameters otherwise.
function functionsOf(body: unknown): unknown[] {
  const tools = listAt(body, 'tools').flatMap((tool) => {
    const declared = listAt(tool, 'functionDeclarations')
    return declared.length > 0 ? declared : [valueAt(tool, 'function') ?? tool]
  })
  return [...tools, ...listAt(body, 'functions')].filter((tool) => textAt(tool, 'name') !== undefined)
}
