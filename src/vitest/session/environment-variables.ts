import { readFileSync } from 'node:fs'
import { turnsVariable } from '../../command/turn-message.ts'
import { type Mistake, mistakesError, quoteValue } from '../../domain/errors.ts'
import { segmentOf } from '../../domain/load/plan-load.ts'
import { type CallMode, callModes } from '../../domain/recording.ts'
import { z } from '../../domain/zod.ts'
import { executionsKept } from '../../history/executions-kept.ts'
import { isRedisUrl } from '../../history/recording-store/redis.ts'

const EventSchema = z.object({ repository: z.object({ default_branch: z.string() }) })

const executionsVariable = 'BENCH_AGENT_BASELINE_EXECUTIONS'

/** What names a Redis. */
export const redisExpected = 'the address of a Redis, such as "redis://localhost:6379"'

const known: Record<string, { expected: string; takes: (value: string) => boolean; isSecret?: true }> = {
  BENCH_AGENT_RUNNER: { expected: 'the name of the kind of machine', takes: (value) => value.trim() !== '' },
  BENCH_AGENT_MODE: {
    expected: `one of ${callModes.map((mode) => `"${mode}"`).join(', ')}`,
    takes: isCallMode,
  },
  // Empty in workflows whose secret is not there: those of forks.
  BENCH_AGENT_RECORDINGS_URL: {
    expected: redisExpected,
    takes: (value) => value === '' || isRedisUrl(value),
    isSecret: true,
  },
  BENCH_AGENT_HISTORY: {
    expected: '"auto", "read" or "write"',
    takes: (value) => ['auto', 'read', 'write'].includes(value),
  },
  [executionsVariable]: {
    expected: `a whole number from 1 to ${executionsKept}`,
    takes: (value) => /^[1-9]\d*$/.test(value) && Number(value) <= executionsKept,
  },
  BENCH_AGENT_SEGMENT: {
    expected: 'a part and the number of parts, such as "2/8"',
    takes: isSegment,
  },
  BENCH_AGENT_START_AT: {
    expected: 'a date, or milliseconds since 1970',
    takes: (value) => instantOf(value) !== undefined,
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
    // What a user never sets is not among what may be set.
    if (!name.startsWith('BENCH_AGENT_') || name === turnsVariable || value === undefined) continue
    const rule = known[name]
    if (rule === undefined)
      mistakes.push({ path: name, expected: `one of ${Object.keys(known).join(', ')}`, got: 'a variable that is none' })
    else if (!rule.takes(value))
      mistakes.push({
        path: name,
        expected: rule.expected,
        got: rule.isSecret === true ? 'another text' : quoteValue(value),
      })
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

/**
 * Executions up to which a session fills young baselines, from 2; absent where it fills none, because nobody asks for it or because it
 * does not add to the history. `BENCH_AGENT_BASELINE_EXECUTIONS` decides, then what the project says.
 */
export function fillsTo(variables: NodeJS.ProcessEnv, ci: boolean, ofProject: number | undefined): number | undefined {
  const wanted = executionsWanted(variables) ?? ofProject ?? 1
  return wanted > 1 && mayWriteHistory(variables, ci) ? wanted : undefined
}

/** Why nothing comes of a wish to fill baselines that was made for this session; absent when it does, or nobody wished it. */
export function fillRefusal(variables: NodeJS.ProcessEnv, ci: boolean): string | undefined {
  if ((executionsWanted(variables) ?? 1) === 1 || mayWriteHistory(variables, ci)) return undefined
  return `${executionsVariable} fills no baseline: this session does not add to the history. On another branch than the default one of a CI, BENCH_AGENT_HISTORY=write lets it.`
}

/** How models are reached, whatever projects and scenarios say; absent where those decide. */
export function modeOf({ BENCH_AGENT_MODE: mode }: NodeJS.ProcessEnv): CallMode | undefined {
  return mode !== undefined && isCallMode(mode) ? mode : undefined
}

function isCallMode(value: string): value is CallMode {
  return callModes.some((mode) => mode === value)
}

/** Which part of every open load this session makes, and from when on; absent where it makes all of it, at once. */
export function partOf(variables: NodeJS.ProcessEnv): {
  segment?: string | undefined
  startsAtMs?: number | undefined
} {
  const { BENCH_AGENT_SEGMENT: segment, BENCH_AGENT_START_AT: start } = variables
  return {
    segment: segment !== undefined && isSegment(segment) ? segment : undefined,
    startsAtMs: start === undefined ? undefined : instantOf(start),
  }
}

function isSegment(value: string): boolean {
  const segment = segmentOf(value)
  return segment !== undefined && segment.index >= 1 && segment.index <= segment.of
}

function instantOf(value: string): number | undefined {
  const atMs = /^\d+$/.test(value) ? Number(value) : Date.parse(value)
  return Number.isFinite(atMs) ? atMs : undefined
}

function executionsWanted(variables: NodeJS.ProcessEnv): number | undefined {
  const value = variables[executionsVariable]
  return value !== undefined && known[executionsVariable]?.takes(value) ? Number(value) : undefined
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
