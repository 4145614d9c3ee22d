import type { Check } from '../domain/check.ts'
import { formatUsd } from '../domain/format.ts'
import type { Plan } from '../domain/plan.ts'
import { countOutcomes, runsMade, type Samples } from '../domain/sample.ts'
import type { Tally } from './tally.ts'

/** What a session has spent, over all its scenarios and processes. */
export interface SpendLedger {
  /** The session's cap in US dollars; absent without one. */
  capUsd?: number | undefined
  /** What was spent by others, in US dollars; read whenever it matters, for others may go on spending. */
  spentBeforeUsd: number
  /** Told what this scenario has spent so far, in US dollars. */
  onSpent?: ((usd: number) => void) | undefined
}

/**
 * Why no further run should start; absent when the next one may.
 *
 * @param inFlightUsd what runs in flight have spent so far
 * @param mayOverload whether runs that the infrastructure breaks are what is measured
 */
export function stopReason(
  plan: Plan,
  samples: Samples,
  tally: Tally,
  ledger: SpendLedger,
  inFlightUsd = 0,
  mayOverload = false,
): Check | undefined {
  return (
    refusal(tally) ??
    (mayOverload ? undefined : unreachable(plan, samples)) ??
    overspent(plan, samples, tally, ledger, inFlightUsd)
  )
}

function refusal({ refused }: Tally): Check | undefined {
  if (refused === undefined) return undefined
  const { status, url, message } = refused
  return {
    status: 'fail',
    code: 'provider',
    subject: 'provider',
    message: `The provider answered ${status} to ${url}, so no further run was made: ${message}`,
    remedy:
      status === 404
        ? 'Check the URL that the client calls and the name of the model.'
        : 'Check the API key that the client sends (OpenAI’s clients read OPENAI_API_KEY, Anthropic’s ANTHROPIC_API_KEY; `perfProject({ envFile })` loads it from a file) and what it is allowed to do.',
  }
}

const hopelessRuns = 3

/** When the first runs all broke on the infrastructure, the others would too, and each may wait for long before it does. */
function unreachable(plan: Plan, samples: Samples): Check | undefined {
  if (samples.length !== hopelessRuns || samples.length === plan.totalRuns) return undefined
  if (countOutcomes(samples).infrastructure < hopelessRuns) return undefined
  const [problem] = samples.problems
  return {
    status: 'fail',
    code: 'provider',
    subject: 'provider',
    message: `The first ${hopelessRuns} runs broke on the network or the provider, so no further run was made: ${problem?.message ?? 'unknown'}`,
    remedy: 'Check that the model answers at the URL that the client calls, and run again.',
  }
}

/**
 * Why the caps on spending allow no further run; absent when they do.
 *
 * @param inFlightUsd what runs in flight have spent so far
 */
export function overspent(
  plan: Plan,
  samples: Samples,
  tally: Tally,
  ledger: SpendLedger,
  inFlightUsd = 0,
): Check | undefined {
  if (plan.spendUsd === undefined && ledger.capUsd === undefined) return undefined
  const caps = [
    { name: 'the scenario', capUsd: plan.spendUsd, spentUsd: tally.spentUsd + inFlightUsd },
    { name: 'the session', capUsd: ledger.capUsd, spentUsd: ledger.spentBeforeUsd + tally.spentUsd + inFlightUsd },
  ]
  for (const { name, capUsd, spentUsd } of caps) {
    if (capUsd === undefined) continue
    if (tally.unknownCosts > 0) return unpriced(tally, capUsd)
    if (spentUsd < capUsd || runsMade(samples) === plan.totalRuns) continue
    return {
      status: 'inconclusive',
      code: 'spend',
      subject: 'spend',
      value: spentUsd,
      bound: capUsd,
      unit: 'usd',
      message: `Stopped after ${runsMade(samples)}${plan.totalRuns === undefined ? '' : ` of ${plan.totalRuns}`} runs: ${name} spent ${formatUsd(spentUsd)} of its cap of ${formatUsd(capUsd)}.`,
      remedy: 'Raise `spendUsd`, or plan fewer runs.',
    }
  }
  return undefined
}

/** Why no further run should start once a model call belonged to no run; absent without a cap that it could break. */
export function unkeptCap({ spendUsd }: Plan, { capUsd }: SpendLedger): Check | undefined {
  const cap = spendUsd ?? capUsd
  if (cap === undefined) return undefined
  return {
    status: 'fail',
    code: 'spend',
    subject: 'spend',
    message: `Stopped: the cap of ${formatUsd(cap)} cannot be kept, because model calls were made after the run or check that made them had ended, and belong to none.`,
    remedy:
      'Let the agent wait for all that it starts. A queue that agents share must keep their scopes: make it in `setup`, use p-limit or p-queue from 10 on, or give it `AsyncResource.bind(task)`.',
  }
}

function unpriced({ unpriced: models }: Tally, capUsd: number): Check {
  const named = [...models].map((model) => `"${model}"`).join(', ')
  const [reason, remedy] =
    models.size === 0
      ? [
          'a model call did not tell its tokens',
          'Ask for them: streams of OpenAI chat completions need `stream_options: { include_usage: true }`, or `ensureStreamUsage: true`.',
        ]
      : [`there is no price for ${named}`, 'Give `prices` for every model that is called, or remove `spendUsd`.']
  return {
    status: 'fail',
    code: 'spend',
    subject: 'spend',
    message: `Stopped: the cap of ${formatUsd(capUsd)} cannot be kept, because ${reason}.`,
    remedy,
  }
}
