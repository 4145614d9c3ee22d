import type { ErrorClass, ModelCall } from '../domain/span.ts'
import { causesOf, classOfStatus, namesOf, networkClass } from './failure.ts'
import { propertyOf } from './fields.ts'

// What fetch and clients say of a lost connection; agents that wrap the message drop the cause that says more.
const lostConnection = /\b(?:fetch failed|terminated|connection error)\b/i

/**
 * Class of what an agent threw: by the codes, names and statuses of the error and of what caused it; when they say
 * nothing, by the latest failed call that the error tells about; else `agent`.
 *
 * @param calls The model calls of the run, in the order of their start.
 */
export function classifyError(error: unknown, calls: readonly ModelCall[]): ErrorClass {
  const causes = causesOf(error)
  for (const cause of causes) {
    const errorClass = statusClass(cause, calls) ?? networkClass(cause)
    if (errorClass !== undefined) return errorClass
  }
  return failedCallClass(causes, calls) ?? connectionClass(causes)
}

function statusClass(cause: unknown, calls: readonly ModelCall[]): ErrorClass | undefined {
  const status = propertyOf(cause, 'statusCode') ?? propertyOf(cause, 'status')
  if (typeof status !== 'number') return undefined
  // A tool's API answers 404 too: believe a stranger only when a model call had that status or none was seen.
  const fromProvider = isModelClientError(cause) || calls.length === 0 || calls.some((call) => call.status === status)
  return fromProvider ? classOfStatus(status) : undefined
}

function failedCallClass(causes: readonly unknown[], calls: readonly ModelCall[]): ErrorClass | undefined {
  const failed = calls.findLast((call) => call.failure !== undefined)
  if (failed?.failure === undefined) return undefined
  const { failure, status } = failed
  const isLast = failed === calls.at(-1)
  const tells = causes.some((cause) => {
    if (isLast && isModelClientError(cause)) return true
    const message = typeof cause === 'string' ? cause : propertyOf(cause, 'message')
    if (typeof message !== 'string') return false
    if (failure.class === 'connection' && lostConnection.test(message)) return true
    return message.includes(failure.message) || (status !== undefined && new RegExp(`\\b${status}\\b`).test(message))
  })
  return tells ? failure.class : undefined
}

function connectionClass(causes: readonly unknown[]): ErrorClass {
  return causes.some((cause) => namesOf(cause).includes('APIConnectionError')) ? 'connection' : 'agent'
}

// The AI SDK prefixes its names; the SDKs of OpenAI and Anthropic keep the id of the request in every APIError.
function isModelClientError(error: unknown): boolean {
  return (
    namesOf(error).some((name) => name.startsWith('AI_')) ||
    (typeof error === 'object' && error !== null && 'requestID' in error)
  )
}
