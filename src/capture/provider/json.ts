import { isFields } from '../fields.ts'

/** Parsed JSON; absent when `text` is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What `value` holds under `key`, or under the keys one inside the other; absent when one of them is missing. */
export function valueAt(value: unknown, key: string, inner?: string, innermost?: string): unknown {
  // Not a list of keys: every event of every stream comes through here.
  const outerValue = isFields(value) ? value[key] : undefined
  if (inner === undefined) return outerValue
  const innerValue = isFields(outerValue) ? outerValue[inner] : undefined
  if (innermost === undefined) return innerValue
  return isFields(innerValue) ? innerValue[innermost] : undefined
}

/** The non-empty string under the keys, else absent. */
export function textAt(value: unknown, key: string, inner?: string, innermost?: string): string | undefined {
  const text = valueAt(value, key, inner, innermost)
  return typeof text === 'string' && text !== '' ? text : undefined
}

/** The number under the keys when it can be a count (finite, not negative), else absent. */
export function countAt(value: unknown, key: string, inner?: string, innermost?: string): number | undefined {
  const count = valueAt(value, key, inner, innermost)
  return typeof count === 'number' && Number.isFinite(count) && count >= 0 ? count : undefined
}

/** The items of the list under the keys; none when there is no list. */
export function listAt(value: unknown, key: string, inner?: string, innermost?: string): readonly unknown[] {
  const list = valueAt(value, key, inner, innermost)
  return Array.isArray(list) ? list : none
}

/** Whether `value` has something that is no null under `key`. */
export function has(value: unknown, key: string): boolean {
  const held = valueAt(value, key)
  return held !== undefined && held !== null
}

const none: readonly unknown[] = []
