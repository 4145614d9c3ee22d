import { type Mistake, mistakesError, quoteValue } from '../domain/errors.ts'
import { longestTimerMs } from '../domain/limit.ts'

/** What an option has to be: whether a value is that, and how an error calls it. */
export type Expected = readonly [is: (value: unknown) => boolean, text: string]

/** A text that is not empty. */
export const text: Expected = [(value) => typeof value === 'string' && value !== '', 'a text']
/** Yes or no. */
export const flag: Expected = [(value) => typeof value === 'boolean', 'true or false']
/** Something to call. */
export const call: Expected = [(value) => typeof value === 'function', 'a function']
/** A whole number from 1. */
export const atLeastOne: Expected = [(value) => Number.isInteger(value) && Number(value) >= 1, 'a whole number from 1']
/** Milliseconds that a timer can wait. */
export const timeoutMs: Expected = [
  (value) => typeof value === 'number' && value > 0 && value <= longestTimerMs,
  `a number of milliseconds above 0 and up to ${longestTimerMs}`,
]
/** Texts by name. */
export const texts: Expected = [
  (value) => isRecord(value) && Object.values(value).every((one) => one === undefined || typeof one === 'string'),
  'an object of texts',
]
/** Options inside of options. */
export const record: Expected = [isRecord, 'an object']
/** A list of texts. */
export const list: Expected = [
  (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  'an array of texts',
]
/** An address. */
export const url: Expected = [
  (value) => (typeof value === 'string' || value instanceof URL) && /^https?:$/.test(protocolOf(value)),
  'a URL that begins with http:// or https://',
]

/** One of `values`. */
export function oneOf(...values: readonly string[]): Expected {
  return [(value) => values.includes(String(value)), values.map((value) => `'${value}'`).join(' or ')]
}

/** What is one of `kinds`. */
export function either(...kinds: readonly Expected[]): Expected {
  return [(value) => kinds.some(([is]) => is(value)), kinds.map(([, called]) => called).join(', or ')]
}

/**
 * Throws every mistake in the options of an agent.
 *
 * @param needed names that have to be there
 * @throws BenchAgentError
 */
export function requireOptions(
  subject: string,
  options: unknown,
  shape: Readonly<Record<string, Expected>>,
  needed: readonly string[] = [],
): void {
  if (!isRecord(options))
    throw optionsError(subject, [{ path: 'the options', expected: 'an object', got: quoteValue(options) }])
  const missing = needed.filter((name) => options[name] === undefined)
  const mistakes = Object.entries(options).flatMap(([path, value]): Mistake[] => {
    const expected = shape[path]
    if (expected === undefined) {
      const remedy = `Known here: ${Object.keys(shape).join(', ')}.`
      return [{ path, expected: 'an option', got: 'a name that is none', remedy }]
    }
    const [is, called] = expected
    return value === undefined || is(value) ? [] : [{ path, expected: called, got: quoteValue(value) }]
  })
  const absent = missing.map((path): Mistake => ({ path, expected: shape[path]?.[1] ?? 'there', got: 'nothing' }))
  if (absent.length + mistakes.length > 0) throw optionsError(subject, [...absent, ...mistakes])
}

function optionsError(subject: string, mistakes: readonly Mistake[]): Error {
  return mistakesError('BENCH_AGENT_OPTIONS', subject, mistakes)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function protocolOf(value: string | URL): string {
  return URL.canParse(String(value)) ? new URL(value).protocol : ''
}
