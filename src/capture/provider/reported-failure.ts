import { valueAt } from './json.ts'
import type { ReportedFailure } from './provider.ts'

const rateLimits = /^429$|rate_?limit|too_?many_?requests|throttl|resource_exhausted/i

/**
 * The failure that the `error` of a body or an event reports; absent when `error` is none.
 *
 * @param name What the error is called outside of it, such as by the name of its event.
 */
export function reportedFailure(error: unknown, name?: string): ReportedFailure | undefined {
  if (error === undefined || error === null) return undefined
  // Whose word for the kind it is: OpenAI's twice, Google's.
  const kinds = [name, valueAt(error, 'code'), valueAt(error, 'type'), valueAt(error, 'status')]
  return { class: kinds.some(isRateLimit) ? 'rateLimit' : 'provider', message: messageOf(error) }
}

function isRateLimit(kind: unknown): boolean {
  return (typeof kind === 'string' || typeof kind === 'number') && rateLimits.test(String(kind))
}

// AWS spells it both ways.
function messageOf(error: unknown): string {
  const messages = [error, valueAt(error, 'message'), valueAt(error, 'Message')]
  return messages.find((message) => typeof message === 'string' && message !== '')?.toString() ?? JSON.stringify(error)
}
