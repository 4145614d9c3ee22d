import type { RecordedRequest } from '../../domain/recording.ts'
import { errorAnswer } from '../intercept/error-body.ts'
import type { LocalAnswer } from '../intercept/passage.ts'

/** What stands in the answer to a request that was never recorded. */
export const missMessage = 'bench-agent: this request was never recorded, and a replay calls no model'

/**
 * The answer of `provider` to a request that was never recorded. Clients repeat most of what fails, LangChain's even 422, and
 * agents shorten their prompt on 400 and 413; this status nobody answers, and nobody repeats.
 */
export function missAnswer(provider: string, asked: RecordedRequest): LocalAnswer {
  const { headers } = errorAnswer(provider, { status: 500 })
  const message = `${missMessage} (${asked.method} ${asked.path}, ${asked.key})`
  const error = {
    type: 'invalid_request_error',
    message,
    param: null,
    code: 'not_recorded',
    status: 'INVALID_ARGUMENT',
  }
  return {
    status: 406,
    headers: { ...headers, 'x-should-retry': 'false' },
    parts: [{ bytes: Buffer.from(JSON.stringify({ type: 'error', error, message })) }],
  }
}
