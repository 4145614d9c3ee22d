import { classifyError } from '../capture/classify-error.ts'
import { fullMessageOf } from '../domain/errors.ts'
import { plural } from '../domain/format.ts'
import type { Outcome } from '../domain/sample.ts'
import type { ErrorClass, ModelCall } from '../domain/span.ts'
import type { ActiveRun } from './active-run.ts'

/** How a run ended. */
export interface Ended {
  outcome: Outcome
  /** Why it was not ok; absent when it was. */
  problem?: { class?: ErrorClass | undefined; message: string } | undefined
  /** The provider's refusal that no further run could get past; absent when there was none. */
  refused?: { status: number; url: string } | undefined
}

/** What is known of the request that failed, if there was one. */
type Asked = {
  status?: number | undefined
  url?: string | undefined
  injected?: ModelCall['injected']
}

const fine: Ended = { outcome: 'ok' }

/** How `run` ended, before its check. */
export function endOf(run: ActiveRun, calls: readonly ModelCall[], openStreams: number): Ended {
  const { stopped, thrown } = run
  if (stopped !== undefined) {
    const outcome = stopped.outcome === 'interrupted' ? 'timeout' : stopped.outcome
    return { outcome, problem: { class: outcome === 'timeout' ? 'timeout' : undefined, message: stopped.message } }
  }
  if (thrown !== undefined) return failureOf(thrown.error, calls)
  if (openStreams > 0) {
    const message = `The agent returned and left ${plural(openStreams, 'model call')} open. Read every stream to its end, or abort it.`
    return { outcome: 'error', problem: { class: 'agent', message } }
  }
  const failed = unansweredOf(run, calls)
  if (failed !== undefined) return failed
  if (calls.length === 0 && isUnreadAnswer(run.output)) {
    const message =
      'The agent returned an answer that it had not begun to read. Return its stream: `result.textStream`.'
    return { outcome: 'error', problem: { class: 'agent', message } }
  }
  return fine
}

/**
 * How a run failed whose model calls all did, though its agent threw nothing and has nothing to show: streams of the AI SDK swallow
 * what went wrong. Absent when it did not.
 */
function unansweredOf(run: ActiveRun, calls: readonly ModelCall[]): Ended | undefined {
  const last = calls.at(-1)
  if (last?.failure === undefined || calls.some(({ failure }) => failure === undefined)) return undefined
  if (!isNothing(run.output)) return undefined
  const { class: kind, message } = last.failure
  return endedBy(kind, `The agent has no answer, for no model call got one: ${message}`, last, calls)
}

function isNothing(output: unknown): boolean {
  return output === undefined || output === null || output === '' || (Array.isArray(output) && output.length === 0)
}

// What streamText of the AI SDK returns calls no model until somebody reads one of its streams.
function isUnreadAnswer(output: unknown): boolean {
  return typeof output === 'object' && output !== null && 'textStream' in output && 'consumeStream' in output
}

/** How a run failed whose agent, or check, threw `error`. */
export function failureOf(error: unknown, calls: readonly ModelCall[]): Ended {
  const last = calls.findLast((call) => call.failure !== undefined)
  return endedBy(
    classifyError(error, calls),
    fullMessageOf(error),
    {
      status: last?.status ?? statusOf(error),
      url: last?.url,
      injected: isOvercome(last, calls) ? undefined : last?.injected,
    },
    calls,
  )
}

function endedBy(kind: ErrorClass, message: string, last: Asked, calls: readonly ModelCall[]): Ended {
  const byProvider = kind === 'provider' ? last.status : undefined
  const broken = kind === 'connection' || kind === 'rateLimit' || (byProvider !== undefined && byProvider >= 500)
  return {
    // What the user had injected is there for the agent to bear.
    outcome: broken && last.injected === undefined ? 'infrastructure' : 'error',
    problem: { class: kind, message },
    refused: kind === 'provider' ? (refusalIn(last) ?? refusalOf(calls)) : refusalOf(calls),
  }
}

/** Whether an attempt that followed `failed` went well. */
function isOvercome(failed: ModelCall | undefined, calls: readonly ModelCall[]): boolean {
  const position = failed === undefined ? -1 : calls.indexOf(failed)
  return position !== -1 && calls.some(({ retryOf, failure }) => retryOf === position && failure === undefined)
}

/** The refusal that no further run gets past, where every call met one, whatever the agent made of it. */
function refusalOf(calls: readonly ModelCall[]): Ended['refused'] {
  const own = calls.filter(({ injected }) => injected === undefined)
  const last = own.at(-1)
  return last !== undefined && own.every((call) => refusalIn(call) !== undefined) ? refusalIn(last) : undefined
}

/** A key or an address that is wrong, which the next run would meet as well. */
function refusalIn({ status, url }: Asked): Ended['refused'] {
  return status !== undefined && url !== undefined && hopeless.has(status) ? { status, url } : undefined
}

const hopeless: ReadonlySet<number> = new Set([401, 403, 404])

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const status: unknown = 'status' in error ? error.status : 'statusCode' in error ? error.statusCode : undefined
  return typeof status === 'number' ? status : undefined
}
