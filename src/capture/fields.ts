/** An object of somebody else's, which may have any properties. */
export type Fields = Record<PropertyKey, unknown>

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}

/** A property of any value, functions too; absent when it has none of that name. */
export function propertyOf(value: unknown, name: string): unknown {
  return isFields(value) || typeof value === 'function' ? Reflect.get(value, name) : undefined
}
