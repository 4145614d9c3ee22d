import type { FaultStatus } from '../../domain/fault.ts'
import type { LocalAnswer } from './passage.ts'

/** An error as a provider answers it. */
interface Refusal {
  status: 429 | FaultStatus
  /** How long it asks to wait, in milliseconds; absent when it does not ask. */
  retryAfterMs?: number | undefined
}

/** The body of an error in the words of one provider, and what its headers say besides. */
type Wording = (refusal: Refusal) => { body: unknown; headers?: Record<string, string> }

/** The answer of `provider`, as in `ModelCall.provider`, that refuses a call. Who is not known speaks as OpenAI does. */
export function errorAnswer(provider: string, refusal: Refusal): LocalAnswer {
  const { body, headers } = (wordings[provider] ?? openai)(refusal)
  return {
    status: refusal.status,
    headers: { 'content-type': 'application/json', ...retryAfter(refusal), ...headers },
    parts: [{ bytes: Buffer.from(JSON.stringify(body)) }],
  }
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
function retryAfter({ retryAfterMs }: Refusal): Record<string, string> {
  return retryAfterMs === undefined ? {} : { 'retry-after': String(retryAfterMs / 1_000) }
}

/** @see https://platform.openai.com/docs/guides/error-codes */
const openai: Wording = ({ status, retryAfterMs }) => {
  const messages: Record<number, [message: string, type: string, code: string | null]> = {
    429: ['Rate limit reached for requests. Please try again later.', 'requests', 'rate_limit_exceeded'],
    503: ['The engine is currently overloaded, please try again later.', 'server_error', null],
  }
  const [message, type, code] = messages[status] ?? [
    'The server had an error while processing your request. Sorry about that!',
    'server_error',
    null,
  ]
  return {
    body: { error: { message, type, param: null, code } },
    // Its own, which its clients prefer.
    headers: retryAfterMs === undefined ? {} : { 'retry-after-ms': String(retryAfterMs) },
  }
}

/** @see https://platform.claude.com/docs/en/api/errors */
const anthropic: Wording = ({ status }) => {
  const types: Record<number, [type: string, message: string]> = {
    429: ['rate_limit_error', 'This request would exceed your account’s rate limit. Please try again later.'],
    504: ['timeout_error', 'Request timed out.'],
    529: ['overloaded_error', 'Overloaded'],
  }
  const [type, message] = types[status] ?? ['api_error', 'Internal server error']
  const id = 'req_injected'
  return { body: { type: 'error', error: { type, message }, request_id: id }, headers: { 'request-id': id } }
}

/** @see https://ai.google.dev/gemini-api/docs/troubleshooting */
const google: Wording = ({ status, retryAfterMs }) => {
  const names: Record<number, [name: string, message: string]> = {
    429: ['RESOURCE_EXHAUSTED', 'Resource has been exhausted (e.g. check quota).'],
    503: ['UNAVAILABLE', 'The model is overloaded. Please try again later.'],
    504: ['DEADLINE_EXCEEDED', 'Deadline expired before operation could complete.'],
  }
  const [name, message] = names[status] ?? ['INTERNAL', 'An internal error has occurred. Please retry.']
  const delay = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${(retryAfterMs ?? 0) / 1_000}s` }
  const details = retryAfterMs === undefined ? {} : { details: [delay] }
  return { body: { error: { code: status, message, status: name, ...details } } }
}

/** @see https://docs.cohere.com/reference/errors */
const cohere: Wording = ({ status }) => {
  const message =
    status === 429
      ? 'You are past the per minute request limit, please wait and try again later.'
      : 'internal server error, this has been reported to our developers.'
  return { body: { message } }
}

/** @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors */
const bedrock: Wording = ({ status }) => {
  const types: Record<number, [type: string, message: string]> = {
    429: ['ThrottlingException', 'Too many requests, please wait before trying again.'],
    503: ['ServiceUnavailableException', 'Bedrock is unable to process your request.'],
  }
  const [type, message] = types[status] ?? [
    'InternalServerException',
    'The system encountered an unexpected error during processing. Try your request again.',
  ]
  return { body: { message }, headers: { 'x-amzn-errortype': type, 'x-amzn-requestid': 'injected' } }
}

/** @see https://docs.ollama.com/api/errors */
const ollama: Wording = ({ status }) => {
  const isBusy = status === 429 || status === 503
  return {
    body: {
      error: isBusy
        ? 'server busy, please try again. maximum pending requests exceeded'
        : 'an error was encountered while running the model',
    },
  }
}

const wordings: Readonly<Record<string, Wording>> = { openai, anthropic, google, cohere, bedrock, ollama }
