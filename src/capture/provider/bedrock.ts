import type { Usage } from '../../domain/usage.ts'
import { anthropicMessages } from './anthropic.ts'
import { embeddings } from './embeddings.ts'
import { countAt, has, listAt, parseJson, textAt, valueAt } from './json.ts'
import { type Answer, addInput, askTool, type ContentKind, type Protocol, type Provider } from './provider.ts'
import { reportedFailure } from './reported-failure.ts'
import { unknownProtocol } from './unknown.ts'

const modelPath = /\/model\/([^/]+)\/(?:converse|invoke)(?:-stream|-with-response-stream)?$/

/**
 * Amazon Bedrock's Converse.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
 * @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
 */
export const bedrockConverse: Protocol = {
  provider: 'bedrock',
  api: 'converse',
  modelIn,
  readBody(body, answer) {
    readMetadata(body, answer)
    readFailure(body, answer)
    for (const [index, block] of listAt(body, 'output', 'message', 'content').entries()) {
      if (!has(block, 'toolUse')) continue
      askTool(answer, String(index), textAt(block, 'toolUse', 'name'), valueAt(block, 'toolUse', 'input'))
    }
  },
  readEvent: ({ name, data }, answer) => readConverseEvent(name, parseJson(data), answer),
}

/**
 * Amazon Bedrock's InvokeModel, whose bodies are those of the model's own maker.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModelWithResponseStream.html
 */
export const bedrockInvoke: Protocol = {
  provider: 'bedrock',
  api: 'invoke',
  modelIn,
  readBody(body, answer) {
    if (has(body, 'output')) bedrockConverse.readBody(body, answer)
    else if (textAt(body, 'type') === 'message') anthropicMessages.readBody(body, answer)
    else unknownProtocol.readBody(body, answer)
    readFailure(body, answer)
  },
  readEvent(event, answer) {
    const envelope = parseJson(event.data)
    const part = textAt(envelope, 'bytes')
    if (part === undefined) return readConverseEvent(event.name, envelope, answer)
    return readPart({ ...event, data: Buffer.from(part, 'base64').toString() }, answer)
  },
}

const embedded: Protocol = { ...embeddings('bedrock', (body) => countAt(body, 'inputTextTokenCount')), modelIn }

/** Amazon Bedrock. */
export const bedrock: Provider = {
  name: 'bedrock',
  recognise(path) {
    if (!path.includes('/model/')) return undefined
    const model = modelPath.exec(path)?.[1]
    if (model === undefined) return undefined
    if (path.includes('/converse', path.lastIndexOf('/'))) return bedrockConverse
    return model.includes('embed') ? embedded : bedrockInvoke
  },
}

// The id, or the ARN, of a model or of what stands for one.
function modelIn(url: string): string | undefined {
  const id = modelPath.exec(url)?.[1]
  try {
    return id === undefined ? undefined : decodeURIComponent(id)
  } catch {
    return id
  }
}

function readConverseEvent(name: string | undefined, body: unknown, answer: Answer): ContentKind | undefined {
  switch (name) {
    case 'contentBlockDelta':
      addInput(answer, String(countAt(body, 'contentBlockIndex')), textAt(body, 'delta', 'toolUse', 'input'))
      return contentKind(valueAt(body, 'delta'))
    case 'contentBlockStart':
      if (!has(valueAt(body, 'start'), 'toolUse')) return undefined
      askTool(
        answer,
        String(countAt(body, 'contentBlockIndex') ?? answer.toolCalls.size),
        textAt(body, 'start', 'toolUse', 'name'),
      )
      return 'toolCall'
    case 'messageStop':
    case 'metadata':
      readMetadata(body, answer)
      // It is the last event, after the stop.
      if (name === 'metadata') answer.finished = true
      return undefined
  }
  readFailure(body, answer, name)
  return undefined
}

function contentKind(delta: unknown): ContentKind | undefined {
  if (textAt(delta, 'text') !== undefined) return 'text'
  if (has(delta, 'toolUse')) return 'toolCall'
  return textAt(delta, 'reasoningContent', 'text') === undefined ? undefined : 'reasoning'
}

// A part of a model's own stream: Amazon's own models have the events of Converse, under their names.
function readPart(event: { data: string; atMs: number }, answer: Answer): ContentKind | undefined {
  const part = parseJson(event.data)
  const metrics = valueAt(part, 'amazon-bedrock-invocationMetrics')
  const [name] = typeof part === 'object' && part !== null ? Object.keys(part) : []
  const content =
    textAt(part, 'type') !== undefined
      ? anthropicMessages.readEvent(event, answer)
      : name !== undefined && converseEvents.has(name)
        ? readConverseEvent(name, valueAt(part, name), answer)
        : unknownProtocol.readEvent(event, answer)
  if (metrics !== undefined) {
    answer.usage = answer.usage?.outputTokens === undefined ? (usageOf(metrics) ?? answer.usage) : answer.usage
    answer.finished = true
  }
  return content
}

const converseEvents = new Set([
  'messageStart',
  'contentBlockStart',
  'contentBlockDelta',
  'contentBlockStop',
  'messageStop',
  'metadata',
])

function readMetadata(body: unknown, answer: Answer): void {
  answer.stopReason = textAt(body, 'stopReason') ?? answer.stopReason
  answer.usage = usageOf(valueAt(body, 'usage')) ?? answer.usage
}

function readFailure(body: unknown, answer: Answer, name?: string): void {
  const isFailure = (textAt(body, 'message') ?? textAt(body, 'Message')) !== undefined
  if (!isFailure) return
  answer.failure = reportedFailure(body, name)
  answer.finished = true
}

/**
 * Input tokens are those neither read from a cache nor written to one. The second name is the one of InvokeModel.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html
 */
function usageOf(usage: unknown): Usage | undefined {
  const count = (name: string) => countAt(usage, `${name}Tokens`) ?? countAt(usage, `${name}TokenCount`)
  const [freshTokens, outputTokens] = [count('input'), count('output')]
  if (freshTokens === undefined && outputTokens === undefined) return undefined
  const [cachedTokens, cacheWriteTokens] = [count('cacheReadInput'), count('cacheWriteInput')]
  return {
    inputTokens: freshTokens === undefined ? undefined : freshTokens + (cachedTokens ?? 0) + (cacheWriteTokens ?? 0),
    outputTokens,
    cachedTokens,
    cacheWriteTokens,
  }
}
