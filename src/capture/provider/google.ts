import type { Usage } from '../../domain/usage.ts'
import { embeddings } from './embeddings.ts'
import { countAt, has, listAt, parseJson, textAt, valueAt } from './json.ts'
import { type Answer, askTool, type ContentKind, type Protocol, type Provider } from './provider.ts'
import { reportedFailure } from './reported-failure.ts'

const methodPath = /\/(?:models|tunedModels|endpoints)\/([^/:]+):(\w+)$/
const modelIn = (url: string) => methodPath.exec(url)?.[1]

/**
 * Google's generateContent, of the Gemini API and of Vertex AI. A stream that was not asked for as server-sent events
 * comes as a list.
 *
 * @see https://ai.google.dev/api/generate-content
 */
export const googleGenerateContent: Protocol = {
  provider: 'google',
  api: 'generateContent',
  modelIn,
  readBody(body, answer) {
    // An error of a stream comes in a list too.
    readResponse(Array.isArray(body) ? body[0] : body, answer)
  },
  readEvent: ({ data }, answer) => readResponse(parseJson(data), answer),
}

const streamed: Protocol = { ...googleGenerateContent, streamsList: true }
const embedded: Protocol = {
  ...embeddings('google', (body) => countAt(body, 'usageMetadata', 'promptTokenCount') ?? predictedTokens(body)),
  modelIn,
}
const protocols = new Map([
  ['generateContent', googleGenerateContent],
  ['streamGenerateContent', streamed],
  ['embedContent', embedded],
  ['batchEmbedContents', embedded],
])

/** Google: the Gemini API and Vertex AI. */
export const google: Provider = {
  name: 'google',
  recognise(path) {
    const colonAt = path.lastIndexOf(':')
    if (colonAt === -1) return undefined
    const [, model, method] = methodPath.exec(path) ?? []
    if (model === undefined || method === undefined) return undefined
    // Vertex AI has one method for every model that does not generate.
    return method === 'predict' && model.includes('embedding') ? embedded : protocols.get(method)
  },
}

function readResponse(response: unknown, answer: Answer): ContentKind | undefined {
  answer.model = textAt(response, 'modelVersion') ?? answer.model
  const error = valueAt(response, 'error')
  if (error !== undefined) {
    answer.failure = reportedFailure(error) ?? answer.failure
    answer.retryAfterMs = retryDelayMs(error) ?? answer.retryAfterMs
    answer.finished = true
  }
  const blockReason = textAt(response, 'promptFeedback', 'blockReason')
  if (blockReason !== undefined) stop(answer, blockReason)
  let content: ContentKind | undefined
  for (const candidate of listAt(response, 'candidates')) {
    const finishReason = textAt(candidate, 'finishReason')
    if (finishReason !== undefined) stop(answer, finishReason)
    for (const part of listAt(candidate, 'content', 'parts')) content = readPart(part, answer, content)
  }
  answer.usage = usageOf(valueAt(response, 'usageMetadata'), answer) ?? answer.usage
  return content
}

function stop(answer: Answer, reason: string): void {
  answer.stopReason = reason
  answer.finished = true
}

// Text counts before a tool call, and a tool call before reasoning, when a chunk has several.
function readPart(part: unknown, answer: Answer, content: ContentKind | undefined): ContentKind | undefined {
  // toolCall is one that Google runs.
  if (has(part, 'functionCall') || has(part, 'toolCall')) {
    const key = textAt(part, 'functionCall', 'id') ?? String(answer.toolCalls.size)
    // Without parameters there are no arguments.
    askTool(answer, key, textAt(part, 'functionCall', 'name'), valueAt(part, 'functionCall', 'args') ?? {})
    return content === 'text' ? content : 'toolCall'
  }
  const isContent = textAt(part, 'text') !== undefined || has(part, 'inlineData') || has(part, 'executableCode')
  if (!isContent) return content
  return valueAt(part, 'thought') === true ? (content ?? 'reasoning') : 'text'
}

/**
 * Every chunk tells the usage up to its end. Thoughts are counted apart from the answer, and so are the results of tools
 * that Google ran; counts of 0 are left out, as protocol buffers do.
 *
 * @see https://ai.google.dev/api/generate-content#UsageMetadata
 * @see https://protobuf.dev/programming-guides/json/
 */
function usageOf(usage: unknown, { stopReason }: Answer): Usage | undefined {
  const promptTokens = countAt(usage, 'promptTokenCount')
  if (promptTokens === undefined) return undefined
  const inputTokens = promptTokens + (countAt(usage, 'toolUsePromptTokenCount') ?? 0)
  const candidatesTokens = countAt(usage, 'candidatesTokenCount')
  const reasoningTokens = countAt(usage, 'thoughtsTokenCount') ?? 0
  // Before the model stopped, a count that is left out is not known to be 0.
  const isKnown = candidatesTokens !== undefined || reasoningTokens > 0 || stopReason !== undefined
  return {
    inputTokens,
    outputTokens: isKnown ? (candidatesTokens ?? 0) + reasoningTokens : undefined,
    cachedTokens: countAt(usage, 'cachedContentTokenCount') ?? 0,
    reasoningTokens,
  }
}

function predictedTokens(body: unknown): number | undefined {
  let tokens: number | undefined
  for (const prediction of listAt(body, 'predictions')) {
    const counted = countAt(valueAt(prediction, 'embeddings'), 'statistics', 'token_count')
    if (counted === undefined) return undefined
    tokens = (tokens ?? 0) + counted
  }
  return tokens
}

// As in google.rpc.RetryInfo: seconds, such as "34.07s".
function retryDelayMs(error: unknown): number | undefined {
  const delays = listAt(error, 'details').map((detail) => textAt(detail, 'retryDelay'))
  const seconds = /^(\d+(?:\.\d+)?)s$/.exec(delays.find((delay) => delay !== undefined) ?? '')?.[1]
  return seconds === undefined ? undefined : Number(seconds) * 1000
}
