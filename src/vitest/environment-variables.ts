import { readFileSync } from 'node:fs'
import { type Mistake, mistakesError, quoteValue } from '../domain/errors.ts'
import { z } from '../domain/zod.ts'

const EventSchema = z.object({ repository: z.object({ default_branch: z.string() }) })

const known: Record<string, { expected: string; takes: (value: string) => boolean }> = {
  BENCH_AGENT_RUNNER: { expected: 'the name of the kind of machine', takes: (value) => value.trim() !== '' },
  BENCH_AGENT_HISTORY: {
    expected: '"auto", "read" or "write"',
    takes: (value) => ['auto', 'read', 'write'].includes(value),
  },
}

/**
 * Throws every mistake in the variables that begin with `BENCH_AGENT_`.
 *
 * @throws BenchAgentError
 */
export function requireEnvironment(variables: NodeJS.ProcessEnv): void {
  const mistakes: Mistake[] = []
  for (const [name, value] of Object.entries(variables)) {
    if (!name.startsWith('BENCH_AGENT_') || value === undefined) continue
    const rule = known[name]
    if (rule === undefined)
      mistakes.push({ path: name, expected: `one of ${Object.keys(known).join(', ')}`, got: 'a variable that is none' })
    else if (!rule.takes(value)) mistakes.push({ path: name, expected: rule.expected, got: quoteValue(value) })
  }
  if (mistakes.length > 0) throw mistakesError('BENCH_AGENT_OPTIONS', 'the environment variables', mistakes)
}

/**
 * Whether a passing session may add to the history of this machine: outside CI always, in CI on the default branch only, where the
 * CI says which that is. `BENCH_AGENT_HISTORY=write` or `read` decides it by hand.
 */
export function mayWriteHistory(variables: NodeJS.ProcessEnv, ci: boolean): boolean {
  const wish = variables.BENCH_AGENT_HISTORY
  if (wish === 'write') return true
  if (wish === 'read') return false
  return !ci || onDefaultBranch(variables)
}

function onDefaultBranch(variables: NodeJS.ProcessEnv): boolean {
  if (variables.GITHUB_EVENT_NAME?.startsWith('pull_request')) return false
  // GitHub runs schedules on the default branch only, and does not name it in their event.
  if (variables.GITHUB_EVENT_NAME === 'schedule') return true
  const branch = variables.GITHUB_REF_NAME ?? variables.CI_COMMIT_BRANCH
  const main = variables.CI_DEFAULT_BRANCH ?? githubDefaultBranch(variables.GITHUB_EVENT_PATH)
  return branch !== undefined && branch === main
}

// GitHub names the default branch only in the event that started the job.
function githubDefaultBranch(eventPath: string | undefined): string | undefined {
  if (eventPath === undefined) return undefined
  try {
    const event = EventSchema.safeParse(JSON.parse(readFileSync(eventPath, 'utf8')))
    return event.data?.repository.default_branch
  } catch {
    return undefined
  }
}
