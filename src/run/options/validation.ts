import { type BenchAgentError, type Mistake, mistakesError, quoteValue } from '../../domain/errors.ts'
import { expectation } from '../../domain/expectation.ts'
import { z } from '../../domain/zod.ts'

/** Throws every mistake that `schema` finds in `value`. @throws BenchAgentError */
export function requireValid(schema: z.ZodMiniType, subject: string, value: unknown): void {
  const mistakes = mistakesIn(schema, value, '')
  if (mistakes.length > 0) throw validationError(subject, mistakes)
}

function validationError(subject: string, mistakes: Mistake[]): BenchAgentError {
  return mistakesError('BENCH_AGENT_OPTIONS', subject, mistakes)
}

/** Everything in `value` that `schema` does not take, as expected and got. */
export function mistakesIn(schema: z.ZodMiniType, value: unknown, place: string): Mistake[] {
  const result = schema.safeParse(value)
  if (result.success) return []
  return result.error.issues.flatMap((issue) => mistakesOf(schema, issue, value, place))
}

function mistakesOf(schema: z.ZodMiniType, issue: z.core.$ZodIssue, whole: unknown, place: string): Mistake[] {
  const path = pathText(place, issue.path) || 'the options'
  const got = valueAtPath(whole, issue.path)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const known = keysAt(schema, issue.path)
      const close = closest(key, known)
      return {
        path: pathText(place, [...issue.path, key]),
        expected: 'an option',
        got: 'a name that is none',
        remedy: close === undefined ? `Known here: ${known.join(', ')}.` : `Did you mean \`${close}\`?`,
      }
    })
  }
  // The commonest slip: a number where the statistic that it bounds has to be named.
  const named = typeof got === 'number' && keysAt(schema, issue.path).includes('mean')
  const remedy = named ? `Say of which statistic: \`{ mean: ${got} }\`.` : undefined
  return [{ path, expected: expectation(issue), got: quoteValue(got), remedy }]
}

function pathText(place: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}${text && '.'}${String(part)}`),
    place,
  )
}

function valueAtPath(whole: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    whole,
  )
}

/** The keys that `schema` knows at `path`. */
function keysAt(schema: unknown, path: readonly PropertyKey[]): string[] {
  if (schema instanceof z.ZodMiniOptional) return keysAt(schema.def.innerType, path)
  if (schema instanceof z.ZodMiniUnion) return schema.def.options.flatMap((one) => keysAt(one, path))
  const [key, ...rest] = path
  if (schema instanceof z.ZodMiniArray) return keysAt(schema.def.element, rest)
  if (schema instanceof z.ZodMiniRecord) return keysAt(schema.def.valueType, rest)
  if (!(schema instanceof z.ZodMiniObject)) return []
  return key === undefined ? Object.keys(schema.shape) : keysAt(schema.shape[String(key)], rest)
}

/** The one of `known` that is nearest to `word`, when it is near enough to be meant. */
function closest(word: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((one) => ({ one, distance: editDistance(word.toLowerCase(), one.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  return best !== undefined && best.distance <= Math.max(2, word.length / 3) ? best.one : undefined
}

/** @see Levenshtein (1966); Wagner & Fischer (1974) */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      current.push(Math.min(substitution, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}
