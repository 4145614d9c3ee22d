/** What a {@link BenchAgentError} is about. */
export type ErrorCode =
  | 'BENCH_AGENT_OPTIONS'
  | 'BENCH_AGENT_DUPLICATE'
  | 'BENCH_AGENT_CASES'
  | 'BENCH_AGENT_HOOK'
  | 'BENCH_AGENT_FILE'
  | 'BENCH_AGENT_USAGE'
  | 'BENCH_AGENT_VERDICT'

/** One thing that is not as it should be. */
export interface Mistake {
  /** Where: `thresholds.latencyMs.p95`. */
  path: string
  /** What belongs there, after "Expected … to be". */
  expected: string
  /** What is there. */
  got: string
  /** What to do about it; absent when the expectation says it all. */
  remedy?: string | undefined
}

/** Anything that bench-agent throws: the user's mistake, or the verdict. What an agent throws is data, never this. */
export class BenchAgentError extends Error {
  override name = 'BenchAgentError'
  /** Stable, for machines. */
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

// A file may hold thousands, and whoever has read twenty knows what to do.
const mistakesShown = 20

/** The user's mistakes in `subject`, all of them in one error; of very many the first, and how many more there are. */
export function mistakesError(code: ErrorCode, subject: string, mistakes: readonly Mistake[]): BenchAgentError {
  const lines = mistakes.slice(0, mistakesShown).map(({ path, expected, got, remedy }) => {
    const advice = remedy === undefined ? '' : ` ${remedy}`
    return `  Expected ${path} to be ${expected}, got ${got}.${advice}`
  })
  const hidden = mistakes.length - lines.length
  if (hidden > 0) lines.push(`  …and ${hidden} more.`)
  const count = mistakes.length === 1 ? 'One mistake' : `${mistakes.length} mistakes`
  return new BenchAgentError(code, `${count} in ${subject} (${code}):\n${lines.join('\n')}`)
}

/** `value` as an error message may quote it: short, on one line, with its type where that is not plain. */
export function quoteValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value)
  if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean')
    return String(value)
  if (typeof value === 'function') return `the function ${value.name || '(anonymous)'}`
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (typeof value === 'object') return `an object with ${Object.keys(value).slice(0, 5).join(', ') || 'no keys'}`
  return `a ${typeof value}`
}

/** The message of anything that was thrown, with those of its causes, which often say what happened: `fetch failed (ECONNREFUSED)`. */
export function fullMessageOf(thrown: unknown): string {
  const causes: string[] = []
  let cause = thrown instanceof Error ? thrown.cause : undefined
  for (let depth = 0; cause !== undefined && depth < 5; depth++) {
    causes.push(messageOf(cause))
    cause = cause instanceof Error ? cause.cause : undefined
  }
  const message = messageOf(thrown)
  const told = [...new Set(causes)].filter((one) => one !== '' && !message.includes(one))
  return told.length === 0 ? message : `${message} (${told.join(': ')})`
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message || thrown.name : String(thrown)
}
