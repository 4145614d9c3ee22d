import type { ErrorClass } from '../../domain/span.ts'
import { textAt, valueAt } from './json.ts'

/** The failure that an `error` of a body or an event reports; absent when `error` is none. */
export function openaiFailure(error: unknown): { class: ErrorClass; message: string } | undefined {
  if (error === undefined || error === null) return undefined
  const message = textAt(error, 'message') ?? (typeof error === 'string' ? error : JSON.stringify(error))
  const rateLimited = [valueAt(error, 'code'), valueAt(error, 'type')].some((kind) =>
    /^429$|rate_limit/.test(String(kind)),
  )
  return { class: rateLimited ? 'rateLimit' : 'provider', message }
}
