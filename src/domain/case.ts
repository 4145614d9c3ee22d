/** One input of the agent, with what is expected of it. */
export interface Case<Input = unknown, Expected = unknown> {
  /** How reports call it; unique in its scenario. */
  name: string
  input: Input
  /** What the check compares the output with; absent when the check needs nothing. */
  expected?: Expected | undefined
  /** The group whose thresholds apply to it, see `categories`. */
  category?: string | undefined
  /** Cases with a higher priority run first in each round. @default 0 */
  priority?: number | undefined
}

/** A case as a user writes it: as {@link Case}, with a name that may be left out. */
export type CaseInput<Input = unknown, Expected = unknown> = Omit<Case<Input, Expected>, 'name'> & {
  /** @default the input when it is a short text, else `case 1`, `case 2`, … */
  name?: string | undefined
}

/** `given` with its name filled in; `position` counts from 0. */
export function nameCase<Input, Expected>(given: CaseInput<Input, Expected>, position: number): Case<Input, Expected> {
  const { input } = given
  const short = typeof input === 'string' && input.length > 0 && input.length <= 60 && !input.includes('\n')
  return { ...given, name: given.name ?? (short ? input : `case ${position + 1}`) }
}

/**
 * A short fingerprint of `cases`: two lists have the same one when every name, input, expectation and category is the
 * same. It tells an edited list from the one that a baseline was made with; it is no protection against forgery.
 *
 * @see cyrb53 by bryc, public domain
 */
export function fingerprintCases(cases: readonly Case[]): string {
  return cyrb53(stableJson(cases.map(({ name, input, expected, category }) => [name, input, expected, category])))
}

/** JSON with sorted keys, in which what JSON cannot hold has a name instead of vanishing. */
export function stableJson(value: unknown): string {
  const open = new Set<unknown>()
  const write = (part: unknown): string => {
    if (typeof part === 'bigint') return `"${part}n"`
    if (typeof part === 'number' && !Number.isFinite(part)) return `"[${part}]"`
    if (typeof part === 'function') return `"[function ${part.name}]"`
    if (typeof part !== 'object' || part === null) return JSON.stringify(part) ?? '"[undefined]"'
    if (open.has(part)) return '"[cycle]"'
    open.add(part)
    const text = writeObject(part, write)
    open.delete(part)
    return text
  }
  return write(value)
}

function writeObject(part: object, write: (value: unknown) => string): string {
  // Never as `String(date)`, which depends on the time zone of the machine and leaves out the milliseconds.
  if (part instanceof Date) return JSON.stringify(part.toJSON() ?? '[invalid date]')
  if (part instanceof URL || part instanceof RegExp) return JSON.stringify(String(part))
  if (Array.isArray(part)) return `[${part.map(write).join(',')}]`
  if (part instanceof Map || part instanceof Set) return `[${[...part].map(write).join(',')}]`
  const fields = Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${write(field)}`).join(',')}}`
}

function cyrb53(text: string): string {
  let high = 0xdeadbeef
  let low = 0x41c6ce57
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    high = Math.imul(high ^ unit, 2654435761)
    low = Math.imul(low ^ unit, 1597334677)
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909)
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909)
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36)
}
