import type {
  ChatCompletionFunctionDefinition,
  ChatCompletionFunctionParameters,
  ChatMessage,
} from 'gpt-tokenizer/functionCalling'
import type { Usage } from '../../domain/usage.ts'
import { parseJson, textAt, valueAt } from '../provider/json.ts'
import { decodeArrivals } from '../read/content-encoding.ts'
import { readEvents, readLines } from '../stream.ts'
import { headerOf, type WireCall } from '../wire-call.ts'
import { type PromptMessage, type PromptText, promptText } from './prompt-text.ts'
import { type StreamedText, streamedText } from './streamed-text.ts'

/** Counts tokens as OpenAI's models from GPT-4o on do. */
export interface Tokenizer {
  countText: (text: string) => number
  countPrompt: (prompt: PromptText) => number
}

let loading: Promise<Tokenizer | undefined> | undefined

/** The tokenizer of the optional peer `gpt-tokenizer`, loaded once; absent when that is not installed. */
export function loadTokenizer(): Promise<Tokenizer | undefined> {
  loading ??= load()
  return loading
}

/**
 * Tokens of a streamed `call` whose provider did not tell, counted by a tokenizer: what is in `told` stays, what is missing is
 * counted and told in `estimatedTokens`. Absent when there is no tokenizer, or the call is no stream of text.
 *
 * The tokenizer is o200k, that of OpenAI's models from GPT-4o on; other models count otherwise. Messages and functions are
 * counted as OpenAI's cookbook does. Reasoning that was not streamed, and pictures in a prompt, cannot be counted: a prompt
 * with more than text has no count.
 *
 * @see https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken
 */
export async function estimateUsage(
  call: WireCall,
  told: Usage = {},
  load: () => Promise<Tokenizer | undefined> = loadTokenizer,
): Promise<Usage | undefined> {
  const streamed = await textOf(call)
  if (streamed === undefined) return undefined
  const tokenizer = await load()
  if (tokenizer === undefined) return undefined
  const usage = { ...told }
  let estimatedTokens = 0
  if (told.inputTokens === undefined) {
    const prompt = promptText(parseJson(Buffer.concat(call.requestChunks).toString()))
    usage.inputTokens = prompt === undefined ? undefined : tokenizer.countPrompt(prompt)
    estimatedTokens += usage.inputTokens ?? 0
  }
  if (told.outputTokens === undefined) {
    usage.outputTokens = countWritten(tokenizer.countText, streamed)
    estimatedTokens += usage.outputTokens
  }
  return estimatedTokens === 0 ? usage : { ...usage, estimatedTokens }
}

async function textOf(call: WireCall): Promise<StreamedText | undefined> {
  const type = headerOf(call.rawHeaders, 'content-type') ?? ''
  const framing = type.includes('text/event-stream') ? readEvents : type.includes('ndjson') ? readLines : undefined
  if (framing === undefined) return undefined
  const arrivals = call.chunks.map((bytes) => ({ bytes, atMs: 0 }))
  return streamedText(framing(await decodeArrivals(arrivals, headerOf(call.rawHeaders, 'content-encoding'))))
}

async function load(): Promise<Tokenizer | undefined> {
  try {
    const [{ countTokens }, { computeChatCompletionTokenCount }] = await Promise.all([
      import('gpt-tokenizer/encoding/o200k_base'),
      import('gpt-tokenizer/functionCalling'),
    ])
    // Text that spells a special token is text all the same.
    const asText = { disallowedSpecial: new Set<string>() }
    const countText = (text: string) => piecesOf(text).reduce((sum, piece) => sum + countTokens(piece, asText), 0)
    return {
      countText,
      countPrompt: ({ messages, functions }) => {
        const request = { messages: messages.map(asChatMessage), functions: functions.map(asFunction) }
        // One call a message is all that it knows.
        const further = messages.flatMap(({ calls }) => calls.slice(1))
        const toolCalls = { texts: further.flatMap((call) => [call.name, call.arguments]), toolCalls: further.length }
        return computeChatCompletionTokenCount(request, countText) + countWritten(countText, toolCalls)
      },
    }
  } catch (error) {
    if (/NOT_FOUND|NOT_EXPORTED/.test(textAt(error, 'code') ?? '')) return undefined
    throw error
  }
}

// As many as gpt-tokenizer counts for one in a prompt.
const toolCallTokens = 3

function countWritten(countText: Tokenizer['countText'], { texts, toolCalls }: StreamedText): number {
  return texts.reduce((sum, text) => sum + countText(text), toolCalls * toolCallTokens)
}

// A word takes time by the square of its length. Each cut counts two tokens too many at most.
const longRun = /[\p{L}\p{M}]{100}|[^\s\p{L}\p{M}\p{N}]{100}|\s{100}/gu

function piecesOf(text: string): string[] {
  const pieces: string[] = []
  let start = 0
  for (const { 0: run, index } of text.matchAll(longRun)) {
    pieces.push(text.slice(start, index + run.length))
    start = index + run.length
  }
  pieces.push(text.slice(start))
  return pieces
}

function asChatMessage({ role, name, content, calls: [call] }: PromptMessage): ChatMessage {
  return {
    role,
    content,
    ...(name === undefined ? {} : { name }),
    ...(call === undefined ? {} : { function_call: call }),
  }
}

function asFunction(definition: unknown): ChatCompletionFunctionDefinition {
  const description = textAt(definition, 'description')
  const parameters = valueAt(definition, 'parameters') ?? valueAt(definition, 'input_schema')
  return {
    name: textAt(definition, 'name') ?? '',
    ...(description === undefined ? {} : { description }),
    ...(isSchema(parameters) ? { parameters } : {}),
  }
}

// As much as the count goes by; other schemas would break it.
function isSchema(value: unknown): value is ChatCompletionFunctionParameters {
  if (typeof value !== 'object' || value === null) return false
  const lists = [valueAt(value, 'required'), valueAt(value, 'enum')]
  const items = valueAt(value, 'items')
  const inner = [...Object.values(valueAt(value, 'properties') ?? {}), ...(items ? [items] : [])]
  return lists.every((list) => list === undefined || Array.isArray(list)) && inner.every(isSchema)
}
