import { BenchAgentError } from '../domain/errors.ts'

// Scripts may measure agents too, and Vitest is no part of their world: it is there only in its own processes.
const vitest = process.env.VITEST === undefined ? undefined : await import('vitest')

/** Vitest's API for tests; `name` is what the user called. @throws BenchAgentError outside of a Vitest process */
export function requireVitest(name: string): typeof import('vitest') {
  if (vitest !== undefined) return vitest
  const message = `Expected ${name} to be called in a test that Vitest runs, got a plain script. Put it in a *.perf.ts file and type \`npx vitest --project perf\`; in a script, call \`measure\`.`
  throw new BenchAgentError('BENCH_AGENT_USAGE', message)
}

/** Vitest's API for tests; absent outside of a Vitest process. */
export const maybeVitest: typeof import('vitest') | undefined = vitest
