import { propertyOf } from '../fields.ts'

/** What a framework says of a failure, in one text: the message of an error, or the value itself. */
export function messageOf(error: unknown): string {
  const message = propertyOf(error, 'message')
  return typeof message === 'string' ? message : String(error)
}
