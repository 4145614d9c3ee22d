/** Parsed JSON; absent when `text` is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What `value` holds under `keys`, one inside the other; absent when one of them is missing. */
export function valueAt(value: unknown, ...keys: readonly string[]): unknown {
  let inner = value
  for (const key of keys) {
    if (!isRecord(inner)) return undefined
    inner = inner[key]
  }
  return inner
}

/** The non-empty string under `keys`, else absent. */
export function textAt(value: unknown, ...keys: readonly string[]): string | undefined {
  const text = valueAt(value, ...keys)
  return typeof text === 'string' && text !== '' ? text : undefined
}

/** The number under `keys` when it can be a count (finite, not negative), else absent. */
export function countAt(value: unknown, ...keys: readonly string[]): number | undefined {
  const count = valueAt(value, ...keys)
  return typeof count === 'number' && Number.isFinite(count) && count >= 0 ? count : undefined
}

/** The items of the list under `keys`; none when there is no list. */
export function listAt(value: unknown, ...keys: readonly string[]): readonly unknown[] {
  const list = valueAt(value, ...keys)
  return Array.isArray(list) ? list : []
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
