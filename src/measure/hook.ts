import { attribute, type CallSink } from '../capture/attribution.ts'
import { BenchAgentError, messageOf } from '../domain/errors.ts'
import { formatMs } from '../domain/format.ts'
import type { ActiveRun } from './active-run.ts'
import type { RunSetting } from './setting.ts'
import { within } from './within.ts'

/**
 * What a hook of `run` gave, whose model calls belong to `beside`.
 *
 * @throws BenchAgentError when it throws or hangs
 */
export async function callHook<Given>(
  setting: RunSetting,
  hook: 'setup' | 'teardown',
  run: ActiveRun,
  beside: CallSink,
  call: (given: Given) => unknown,
  given: Given,
): Promise<unknown> {
  let outcome: Awaited<ReturnType<typeof within>>
  try {
    outcome = await within(
      setting.clock,
      attribute(beside, async () => call(given)),
      setting.hookTimeoutMs,
    )
  } catch (error) {
    throw hookError(`\`${hook}\``, run, `threw: ${messageOf(error)}`, error)
  }
  if (!outcome.done) throw hookError(`\`${hook}\``, run, `did not end within ${formatMs(setting.hookTimeoutMs)}`)
  return outcome.value
}

/** The mistake of a hook, or of the check, that did not do its work. */
export function hookError(hook: string, run: ActiveRun, what: string, cause?: unknown): BenchAgentError {
  const place = `${run.index < 0 ? 'warm-up run' : `run ${run.index + 1}`}, case "${run.name}"`
  const message = `Expected ${hook} to do its work, but it ${what} (${place}). The runs stop here; mend the hook, or raise \`hookTimeoutMs\` if it needs longer.`
  return new BenchAgentError('BENCH_AGENT_HOOK', message, { cause })
}
