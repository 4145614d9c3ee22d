import type { CaptureFaults } from '../capture/guard.ts'
import type { Check } from '../domain/check.ts'
import { messageOf } from '../domain/errors.ts'
import type { FaultsMet } from '../domain/fault.ts'
import { formatCount, formatMs, plural } from '../domain/format.ts'
import { isOpen } from '../domain/load/load.ts'
import type { Plan } from '../domain/plan.ts'
import type { Summary } from '../domain/summary.ts'
import type { Warning } from '../domain/verdict.ts'
import type { Tally } from './tally.ts'

const lateStartMs = 10

/** Checks on how the agent behaved that no threshold is needed for. */
export function behaviourChecks(tally: Tally): Check[] {
  if (tally.openStreams === 0) return []
  return [
    {
      status: 'fail',
      code: 'openStream',
      subject: 'open streams',
      value: tally.openStreams,
      bound: 0,
      unit: 'count',
      message: `The agent left a stream open in ${plural(tally.openStreams, 'run')}: it returned while a model call was still sending, so its tokens and its end are unknown.`,
      remedy: 'Read the stream to its end, return it so that the run drains it, or abort it.',
    },
  ]
}

/** An execution, as far as its warnings go. */
export interface Watched {
  setting: { plan: Plan; replay?: { notJudged: readonly string[] } | undefined }
  tally: Tally
  instruments: { faults: () => CaptureFaults }
  faults?: FaultsMet | undefined
  replayed?: { past: number } | undefined
}

/** Model calls of nobody. */
export interface ForeignCalls {
  /** Made outside of any run. */
  unscoped: number
  /** Made in the scope of a run, check or hook that had ended. */
  afterEnd: number
  /** Whether those show that a queue has mixed up the calls of runs that were on at the same time. */
  crossed: boolean
}

/** What the user should know of an execution besides its verdict. */
export function executionWarnings(course: Watched, summary: Summary, foreign: ForeignCalls): Warning[] {
  const { tally } = course
  const { plan } = course.setting
  const warnings: (Warning | undefined)[] = [
    crossedCalls(foreign) ?? (foreign.afterEnd > 0 ? foreignCalls(foreign) : noModelCalls(summary, tally, foreign)),
    foreign.crossed || foreign.afterEnd > 0 || summary.runs === 0 || tally.runsWithCalls === 0
      ? undefined
      : foreignCalls(foreign),
    captureFault(course.instruments.faults()),
    pastFaults(course.faults),
    pastReplay(course.replayed),
    unjudged(course.setting.replay?.notJudged),
    unanswered(tally),
    unknownTokens(tally),
    repeatedTools(tally),
    infrastructure(summary),
    degraded(plan, summary),
    dropped(plan, summary),
    abandoned(plan, tally),
    unpricedModels(tally),
    estimatedTokens(tally),
    realtime(tally),
  ]
  return warnings.filter((warning) => warning !== undefined)
}

function crossedCalls({ crossed, afterEnd }: ForeignCalls): Warning | undefined {
  if (!crossed) return undefined
  return {
    code: 'unattributed',
    message: `${plural(afterEnd, 'model call')} started in the scope of a run that had ended, so it is not known which calls belong to which run: tokens, steps, tool calls and cost of the runs are unknown.`,
    remedy:
      'A queue or pool that was made outside the runs runs one agent’s work in the scope of another: make it in `setup`, use p-limit or p-queue from 10 on, give it `AsyncResource.bind(task)`, or measure at `concurrency: 1`. An agent that leaves work behind has to wait for it.',
  }
}

function foreignCalls({ unscoped, afterEnd, crossed }: ForeignCalls): Warning | undefined {
  if (crossed || unscoped + afterEnd === 0) return undefined
  if (afterEnd > unscoped)
    return {
      code: 'foreignCalls',
      message: `${plural(afterEnd, 'model call')} began after the run that made them had ended, and belong to none.`,
      remedy: 'The agent leaves work behind: let it wait for what it starts, for a user pays for that, too.',
    }
  return {
    code: 'foreignCalls',
    message: `${plural(unscoped, 'model call')} belonged to no run.`,
    remedy:
      'A queue or pool that was made outside the runs loses their scope: make it in `setup`, or use one that keeps AsyncLocalStorage. Calls of the application around the agent need nothing.',
  }
}

function noModelCalls(summary: Summary, tally: Tally, { unscoped }: ForeignCalls): Warning | undefined {
  if (summary.runs === 0 || tally.runsWithCalls > 0) return undefined
  const outside = unscoped > 0 ? `, but ${formatCount(unscoped)} outside of them` : ''
  return {
    code: 'noModelCalls',
    message: `No model call was seen in any run${outside}: tokens, steps, tool calls and cost are unknown.`,
    remedy:
      'Call models in this process, report by hand with `run.usage({ inputTokens, outputTokens })`, or ignore this if the agent calls none.',
  }
}

function captureFault(faults: CaptureFaults): Warning | undefined {
  if (faults.count === 0) return undefined
  return {
    code: 'captureFault',
    message: `Watching the model calls failed ${plural(faults.count, 'time')}, so that some may be missing: ${messageOf(faults.latest)}`,
    remedy: 'This is a mistake of bench-agent and not of the agent. Please report it, with the client that was used.',
  }
}

function pastFaults(faults: FaultsMet | undefined): Warning | undefined {
  if (faults === undefined || (faults.past === 0 && faults.calls > 0)) return undefined
  if (faults.calls + faults.past === 0)
    return {
      code: 'faultsPast',
      message: 'Faults were planned, and no model call was seen that could have met one.',
      remedy: 'They meet calls of this process only, by the clients that the README names.',
    }
  return {
    code: 'faultsPast',
    message: `${plural(faults.past, 'model call')} of ${formatCount(faults.calls + faults.past)} went where no fault can meet them.`,
    remedy: 'The README names the clients and the ways that faults reach.',
  }
}

function pastReplay(replayed: Watched['replayed']): Warning | undefined {
  if (replayed === undefined || replayed.past === 0) return undefined
  return {
    code: 'replayPast',
    message: `${plural(replayed.past, 'model call')} went to a model, for a replay does not reach them.`,
    remedy: 'The README names the clients and the ways that a replay reaches.',
  }
}

function unjudged(notJudged: readonly string[] = []): Warning | undefined {
  if (notJudged.length === 0) return undefined
  return {
    code: 'notJudged',
    message: `Not judged, for answers are replayed, and no model had a part in those times: ${notJudged.join(', ')}.`,
    remedy: 'Judge them where models are called: `BENCH_AGENT_MODE=live`, or a project of its own with `mode: "live"`.',
  }
}

function unanswered({ unanswered: { runs, failure } }: Tally): Warning | undefined {
  if (runs === 0) return undefined
  return {
    code: 'unanswered',
    message: `In ${plural(runs, 'run')} every model call failed, and the agent answered all the same: ${failure}`,
    remedy:
      'If that is not what is to be measured, mend the call, and let the check tell a right answer from an excuse.',
  }
}

function unknownTokens(tally: Tally): Warning | undefined {
  if (tally.unknownTokens === 0) return undefined
  return {
    code: 'unknownTokens',
    message: `${plural(tally.unknownTokens, 'run')} got answers that did not tell their tokens.`,
    remedy:
      'Read streams to their end, and ask for their tokens: streams of OpenAI chat completions need `stream_options: { include_usage: true }`, or `ensureStreamUsage: true`. With the package gpt-tokenizer installed, they are estimated.',
  }
}

// A model may well ask once more; three times in a run, or in a fifth of the runs, it does not get on.
const loopRepeats = 2
const loopShare = 0.2

function repeatedTools({ repeatedTools: tools, runsWithCalls }: Tally): Warning | undefined {
  const loops = [...tools].filter(([, { most, runs }]) => most >= loopRepeats || runs >= loopShare * runsWithCalls)
  if (loops.length === 0) return undefined
  const told = loops
    .toSorted(([, a], [, b]) => b.times - a.times)
    .map(([name, { times, runs }]) => `"${name}" ${plural(times, 'time')} in ${plural(runs, 'run')}`)
  return {
    code: 'repeatedToolCalls',
    message: `Models asked for tool calls again that they had asked for in the same run, with the same arguments: ${told.join(', ')} of ${formatCount(runsWithCalls)}.`,
    remedy:
      'Let the tool say what is new, or that nothing is; keep its earlier result in the conversation; or end such runs with `limits: { toolCalls }`.',
  }
}

function infrastructure({ outcomes }: Summary): Warning | undefined {
  if (outcomes.infrastructure === 0) return undefined
  return {
    code: 'infrastructure',
    message: `${plural(outcomes.infrastructure, 'run')} broke on the network or the provider, which speaks neither for nor against the agent.`,
    remedy: 'Run again when the provider is well; if it keeps happening, lower `concurrency` or `runsPerSecond`.',
  }
}

function dropped({ load }: Plan, { scenario: { droppedRuns = 0 }, runs }: Summary): Warning | undefined {
  if (droppedRuns === 0 || !isOpen(load)) return undefined
  return {
    code: 'dropped',
    message: `${formatCount(droppedRuns)} of ${plural(runs + droppedRuns, 'start')} were dropped, for ${plural(load.maxInFlight ?? 0, 'run')} were in flight: what they would have waited is in no percentile.`,
    remedy:
      'The agent does not keep up with the rate: lower it, raise `maxInFlight`, or set a threshold on `droppedRuns`.',
  }
}

// How much of what is too late the generator has to answer for, before that is said of it.
const lateShare = 0.2

function degraded(
  { load }: Plan,
  { degraded: count, runs, scenario: { sendLagMs = 0 } }: Summary,
): Warning | undefined {
  if (runs === 0 || count < lateShare * runs) return undefined
  if (isOpen(load) && sendLagMs > lateStartMs)
    return {
      code: 'lateStarts',
      message: `Runs were called up to ${formatMs(sendLagMs)} after they were due (99th percentile), in ${plural(count, 'run')} of ${formatCount(runs)} by so much that it shows: what is measured is the generator, and not the agent.`,
      remedy:
        "Let the agent leave this thread alone, lower the rate, or share it out with `segment`; `pacing: 'precise'` wakes up sooner.",
    }
  return {
    code: 'degraded',
    message: `The event loop was late during ${plural(count, 'run')} of ${formatCount(runs)} for a reason outside them: their times are too long.`,
    remedy: 'Measure on a quieter machine, or lower `concurrency`.',
  }
}

function abandoned(plan: Plan, tally: Tally): Warning | undefined {
  if (tally.abandoned === 0) return undefined
  return {
    code: 'abandoned',
    message: `${plural(tally.abandoned, 'run')} went on after the limit of ${formatMs(plan.limits.latencyMs)} had stopped them, and may disturb the runs that followed.`,
    remedy: 'Pass `signal` on to what the agent waits for, so that it ends when it is aborted.',
  }
}

function unpricedModels(tally: Tally): Warning | undefined {
  if (tally.unpriced.size === 0) return undefined
  return {
    code: 'unpriced',
    message: `There is no price for ${[...tally.unpriced].map((model) => `"${model}"`).join(', ')}, so its cost is unknown.`,
    remedy: 'Give `prices: { "<model>": { inputUsdPerMillionTokens, outputUsdPerMillionTokens } }`.',
  }
}

function estimatedTokens({ estimated }: Tally): Warning | undefined {
  if (estimated === 0) return undefined
  return {
    code: 'estimatedTokens',
    message: `The tokens of ${plural(estimated, 'run')} were counted by a tokenizer, for the answers did not tell them: they are estimates, without reasoning.`,
    remedy:
      'Ask for them: streams of OpenAI chat completions need `stream_options: { include_usage: true }`, or `perfProject({ ensureStreamUsage: true })`.',
  }
}

function realtime({ realtimeCalls }: Tally): Warning | undefined {
  if (realtimeCalls === 0) return undefined
  return {
    code: 'realtime',
    message: `${plural(realtimeCalls, 'realtime connection')} went over a WebSocket, whose content is not read: its tokens, tool calls and cost are unknown.`,
    remedy: 'Report them by hand with `run.usage({ inputTokens, outputTokens })`.',
  }
}
