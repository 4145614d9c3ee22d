import { headerOf } from '../wire-call.ts'

/**
 * How long a response asks to wait before the next attempt, in milliseconds; absent when its headers do not ask, or name
 * a date without saying what time it is.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterMs(rawHeaders: unknown): number | undefined {
  // OpenAI's own, which it prefers.
  const inMs = amountOf(headerOf(rawHeaders, 'retry-after-ms'))
  if (inMs !== undefined) return inMs
  const retryAfter = headerOf(rawHeaders, 'retry-after')
  const inSeconds = amountOf(retryAfter)
  if (inSeconds !== undefined) return inSeconds * 1000
  const waitMs = Date.parse(retryAfter ?? '') - Date.parse(headerOf(rawHeaders, 'date') ?? '')
  return Number.isNaN(waitMs) ? undefined : Math.max(0, waitMs)
}

function amountOf(value: string | undefined): number | undefined {
  return value !== undefined && /^\s*\d+(?:\.\d+)?\s*$/.test(value) ? Number(value) : undefined
}
