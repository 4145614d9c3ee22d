import { countAt, listAt, parseJson, textAt, valueAt } from '../provider/json.ts'
import type { StreamEvent } from '../stream.ts'

/** What a model wrote in a stream. */
export interface StreamedText {
  /** Answers, reasoning, names and arguments of tool calls, each in one piece. */
  texts: string[]
  /** How many tool calls they belong to. */
  toolCalls: number
}

/** The text in `events`, of whichever API; absent when none of them could be read. */
export function streamedText(events: readonly StreamEvent[]): StreamedText | undefined {
  const gathered = new Gathered()
  for (const { name, data } of events) readEvent(name, parseJson(data), gathered)
  return gathered.understood ? gathered : undefined
}

class Gathered implements StreamedText {
  understood = false
  readonly #texts = new Map<string, string>()
  readonly #toolCalls = new Set<string>()

  get texts(): string[] {
    return [...this.#texts.values()]
  }

  get toolCalls(): number {
    return this.#toolCalls.size
  }

  add(place: string, text: string | undefined): void {
    this.understood = true
    if (text !== undefined) this.#texts.set(place, (this.#texts.get(place) ?? '') + text)
  }

  addToolCall(place: string, name: string | undefined, input: string | undefined): void {
    this.#toolCalls.add(place)
    this.add(`${place} name`, name)
    this.add(`${place} input`, input)
  }
}

function readEvent(name: string | undefined, event: unknown, gathered: Gathered): void {
  const type = textAt(event, 'type') ?? name ?? ''
  if (valueAt(event, 'choices') !== undefined) readChoices(event, gathered)
  else if (type.startsWith('response.')) readResponses(type, event, gathered)
  else if (type.startsWith('content_block')) readBlock(event, gathered)
  else if (valueAt(event, 'candidates') !== undefined) readCandidates(event, gathered)
  else readAny(event, gathered)
}

/** @see https://platform.openai.com/docs/api-reference/chat-streaming */
function readChoices(event: unknown, gathered: Gathered): void {
  gathered.understood = true
  for (const choice of listAt(event, 'choices')) {
    const place = `choice ${countAt(choice, 'index') ?? 0}`
    const delta = valueAt(choice, 'delta')
    // The second name of reasoning is the one of vLLM and OpenRouter; `text` is that of completions without a chat.
    gathered.add(`${place} answer`, textAt(delta, 'content') ?? textAt(delta, 'refusal') ?? textAt(choice, 'text'))
    gathered.add(`${place} reasoning`, textAt(delta, 'reasoning_content') ?? textAt(delta, 'reasoning'))
    for (const call of listAt(delta, 'tool_calls')) addFunction(place, countAt(call, 'index') ?? 0, call, gathered)
    const former = valueAt(delta, 'function_call')
    if (former) addFunction(place, 0, { function: former }, gathered)
  }
}

function addFunction(place: string, index: number, call: unknown, gathered: Gathered): void {
  gathered.addToolCall(
    `${place} call ${index}`,
    textAt(call, 'function', 'name'),
    textAt(call, 'function', 'arguments'),
  )
}

/** @see https://platform.openai.com/docs/api-reference/responses-streaming */
function readResponses(type: string, event: unknown, gathered: Gathered): void {
  gathered.understood = true
  const place = `item ${countAt(event, 'output_index') ?? 0}`
  const item = valueAt(event, 'item')
  if (type === 'response.output_item.added' && textAt(item, 'type')?.endsWith('_call')) {
    gathered.addToolCall(place, textAt(item, 'name'), undefined)
  }
  if (type.endsWith('.delta')) gathered.add(`${place} ${type}`, textAt(event, 'delta'))
}

/** @see https://docs.anthropic.com/en/docs/build-with-claude/streaming */
function readBlock(event: unknown, gathered: Gathered): void {
  const place = `block ${countAt(event, 'index') ?? 0}`
  const block = valueAt(event, 'content_block')
  if (textAt(block, 'type')?.endsWith('tool_use')) gathered.addToolCall(place, textAt(block, 'name'), undefined)
  const delta = valueAt(event, 'delta')
  gathered.add(place, textAt(delta, 'text') ?? textAt(delta, 'thinking') ?? textAt(delta, 'partial_json'))
}

/** @see https://ai.google.dev/api/generate-content */
function readCandidates(event: unknown, gathered: Gathered): void {
  gathered.understood = true
  for (const [index, candidate] of listAt(event, 'candidates').entries()) {
    for (const part of listAt(candidate, 'content', 'parts')) {
      gathered.add(`candidate ${index}`, textAt(part, 'text'))
      const call = valueAt(part, 'functionCall')
      if (!call) continue
      const place = `candidate ${index} call ${gathered.toolCalls}`
      gathered.addToolCall(place, textAt(call, 'name'), JSON.stringify(valueAt(call, 'args') ?? {}))
    }
  }
}

// Where Ollama, Cohere, llama.cpp, text-generation-inference and their like have the text of an event.
function readAny(event: unknown, gathered: Gathered): void {
  const text =
    textAt(event, 'message', 'content') ??
    textAt(event, 'delta', 'text') ??
    textAt(event, 'token', 'text') ??
    textAt(event, 'content') ??
    textAt(event, 'response') ??
    textAt(event, 'text')
  if (text !== undefined) gathered.add('text', text)
}
