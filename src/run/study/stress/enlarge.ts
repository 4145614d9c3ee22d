/** `input`, so many times as large: text is repeated, and so is every text within lists and records; absent where there is none. */
export function enlarged(input: unknown, times: number): unknown {
  const grown = grow(input, times)
  return grown.hasText ? grown.value : undefined
}

interface Grown {
  value: unknown
  hasText: boolean
}

function grow(value: unknown, times: number): Grown {
  if (typeof value === 'string')
    return { value: Array.from({ length: times }, () => value).join('\n'), hasText: value !== '' }
  if (Array.isArray(value)) {
    const items = value.map((item) => grow(item, times))
    return { value: items.map((item) => item.value), hasText: items.some((item) => item.hasText) }
  }
  // Of a class nobody knows what its texts mean.
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return { value, hasText: false }
  const fields = Object.entries(value).map(([name, field]) => ({ name, grown: grow(field, times) }))
  return {
    value: Object.fromEntries(fields.map(({ name, grown }) => [name, grown.value])),
    hasText: fields.some(({ grown }) => grown.hasText),
  }
}
