import { getHeapStatistics } from 'node:v8'
import { attributeWithin, type CallSink, currentOwner, currentSink } from '../capture/attribution.ts'
import type { OpenSpan } from '../capture/open-span.ts'
import type { WireCall } from '../capture/wire-call.ts'
import type { Clock } from '../domain/clock.ts'
import { messageOf, mistakesError, quoteValue } from '../domain/errors.ts'
import type { OutputOf, ReportedUsage, Run, RunSize } from '../domain/scenario.ts'
import type { Belongings } from './belongings.ts'
import { drain } from './drain.ts'

/** A named part of a run while it is measured. */
export interface NamedPart {
  span: OpenSpan
  /** First item of its returned stream, on the clock of the run; absent when it returned none. */
  firstItem?: FirstItem | undefined
}

/** The first item of a returned stream. */
export interface FirstItem {
  atMs: number
  /** Whether it is text, which a user can see. */
  isText: boolean
}

/** How a run was ended from outside, before its agent was done. */
export interface Stop {
  outcome: 'timeout' | 'limit' | 'interrupted'
  message: string
}

// An agent that never ends must not fill the memory with what it did.
const mostSpans = 2_000

/**
 * One run while it goes: what its agent sees of it, and where its model calls are gathered. A class, for one is made for each
 * run and its getters must cost nothing until an agent asks for them.
 */
export class ActiveRun implements Run, CallSink {
  readonly input: unknown
  /** What `setup` returned; set before the agent is called. */
  state: unknown
  readonly index: number
  readonly name: string
  readonly size: RunSize | undefined
  readonly clock: Clock
  /** Model calls seen on the wire, in the order of their start. */
  calls: WireCall[] = []
  /** What the agent reported by hand; absent when it reported nothing. */
  reported: ReportedUsage[] | undefined
  /** Of each report the span that it was made in; absent outside any. */
  reportedWithin: (OpenSpan | undefined)[] | undefined
  /** Named parts and what frameworks told of, in the order of their start; absent without any. */
  spans: OpenSpan[] | undefined
  /** Spans that there was no room for. */
  spansDropped = 0
  turns: NamedPart[] | undefined
  /** Reads the process's CPU time in milliseconds; absent when it says nothing about this run alone. */
  readCpuMs: (() => number) | undefined
  /** What its agent keeps open beyond it; absent outside of an execution. */
  belongings: Belongings | undefined
  startedMs = 0
  /** When the run was over, on `clock`; absent while it is on. */
  endedMs: number | undefined
  /** First item of the returned stream, at its instant on `clock`; absent when there was none. */
  firstItem: FirstItem | undefined
  stopped: Stop | undefined
  /** What the agent threw; absent when it threw nothing. */
  thrown: { error: unknown } | undefined
  output: unknown
  onCallStarted?: (call: WireCall) => void
  onCallAfterEnd?: (() => void) | undefined
  execution?: object | undefined
  /** Told of its model calls when it is over, before their bodies are let go of. */
  onCalls?: ((calls: readonly WireCall[]) => void) | undefined
  onCallEnded?: (call: WireCall) => void
  onUsage?: (used: ReportedUsage) => void
  #controller: AbortController | undefined
  #onOver: (() => void) | undefined

  constructor(input: unknown, name: string, index: number, clock: Clock, size?: RunSize) {
    this.input = input
    this.name = name
    this.index = index
    this.clock = clock
    this.size = size
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.stopped !== undefined && !this.#controller.signal.aborted) this.#abort(this.stopped)
    return this.#controller.signal
  }

  // Getters that return closures, so that agents may destructure `({ turn, usage })`.
  get turn(): Run['turn'] {
    return (name, part) => this.#measurePart('turn', name, part)
  }

  get phase(): Run['phase'] {
    return (name, part) => this.#measurePart('phase', name, part)
  }

  get agent(): Run['agent'] {
    return (name, work) => this.#measurePart('agent', name, work)
  }

  get usage(): Run['usage'] {
    return (used) => {
      requireUsage(used)
      this.reported ??= []
      this.reported.push(used)
      this.reportedWithin ??= []
      this.reportedWithin.push(currentOwner() === this ? currentSink()?.within : undefined)
      this.onUsage?.(used)
    }
  }

  get over(): 'ended' | 'stopped' | undefined {
    if (this.endedMs === undefined) return undefined
    // What goes on after the agent threw are its other calls, which nobody waits for any more.
    return this.stopped === undefined && this.thrown === undefined ? 'ended' : 'stopped'
  }

  /** Resolves when the run is over: its agent is done, or it was stopped. */
  whenOver(): Promise<void> {
    return new Promise((resolve) => {
      if (this.endedMs === undefined) this.#onOver = resolve
      else resolve()
    })
  }

  /** Ends the run with what its agent gave. */
  finish(output: unknown): void {
    if (this.endedMs !== undefined) return
    this.output = output
    this.#end()
  }

  /** Ends the run with what its agent threw. */
  fail(error: unknown): void {
    if (this.endedMs !== undefined) return
    this.thrown = { error }
    this.#end()
  }

  /** Ends the run from outside and tells its agent through the signal. */
  stop(stop: Stop): void {
    if (this.endedMs !== undefined) return
    this.stopped = stop
    this.#end()
    this.#abort(stop)
  }

  #end(): void {
    this.endedMs = this.clock.nowMs()
    this.#onOver?.()
  }

  #abort(stop: Stop): void {
    const timedOut = stop.outcome === 'timeout'
    this.#controller?.abort(new DOMException(stop.message, timedOut ? 'TimeoutError' : 'AbortError'))
  }

  /** Takes a span of the run. */
  addSpan(span: OpenSpan): void {
    this.spans ??= []
    if (this.spans.length < mostSpans) this.spans.push(span)
    else this.spansDropped += 1
  }

  #measurePart<Returned>(
    kind: 'turn' | 'phase' | 'agent',
    name: string,
    part: () => Returned,
  ): Promise<OutputOf<Returned>> {
    requirePart(kind, name, part)
    // A part that is called inside of another one of the run lies in it; what a queue made of the scope does not matter.
    const sink: CallSink = (currentOwner() === this ? currentSink() : undefined) ?? this
    const readsProcess = this.readCpuMs !== undefined
    const heapBeforeBytes = readsProcess ? usedHeapBytes() : 0
    const cpuBeforeMs = this.readCpuMs?.()
    const span: OpenSpan = { kind, name, startedAtMs: this.clock.nowMs(), within: sink.within }
    sink.addSpan?.(span)
    const measured: NamedPart = { span }
    return attributeWithin(sink, span, async () => {
      let failure: string | undefined
      try {
        const output = await drain(await part(), (item) => {
          measured.firstItem = { atMs: this.clock.nowMs(), isText: typeof item === 'string' }
        })
        // `drain` turns a value into exactly what OutputOf says of its type.
        return output as OutputOf<Returned>
      } catch (error) {
        failure = messageOf(error)
        throw error
      } finally {
        span.endedAtMs = this.clock.nowMs()
        span.failure = failure
        if (cpuBeforeMs !== undefined) span.cpuMs = (this.readCpuMs?.() ?? cpuBeforeMs) - cpuBeforeMs
        if (readsProcess) span.heapGrowthBytes = usedHeapBytes() - heapBeforeBytes
        if (kind === 'turn') {
          this.turns ??= []
          this.turns.push(measured)
        }
      }
    })
  }
}

// A twentieth of what process.memoryUsage() takes, which would be part of what is measured.
function usedHeapBytes(): number {
  return getHeapStatistics().used_heap_size
}

const usageKeys: ReadonlySet<string> = new Set<keyof ReportedUsage>([
  'model',
  'modelCalls',
  'toolCalls',
  'costUsd',
  'inputTokens',
  'outputTokens',
  'cachedTokens',
  'cacheWriteTokens',
  'reasoningTokens',
  'estimatedTokens',
])

function requireUsage(used: ReportedUsage): void {
  const remedy = `Known here: ${[...usageKeys].join(', ')}.`
  const mistakes = Object.entries(used).flatMap(([path, value]) => {
    if (!usageKeys.has(path)) return [{ path, expected: 'a field', got: 'a name that is none', remedy }]
    const isRight =
      value === undefined ||
      (path === 'model' ? typeof value === 'string' : Number.isFinite(value) && Number(value) >= 0)
    return isRight ? [] : [{ path, expected: path === 'model' ? 'a text' : 'a number from 0', got: quoteValue(value) }]
  })
  if (mistakes.length > 0) throw mistakesError('BENCH_AGENT_USAGE', 'usage(…)', mistakes)
}

function requirePart(kind: string, name: unknown, part: unknown): void {
  const mistakes = [
    ...(typeof name === 'string' && name !== '' ? [] : [{ path: 'name', expected: 'a text', got: quoteValue(name) }]),
    ...(typeof part === 'function' ? [] : [{ path: 'part', expected: 'a function', got: quoteValue(part) }]),
  ]
  if (mistakes.length > 0) throw mistakesError('BENCH_AGENT_USAGE', `${kind}(name, part)`, mistakes)
}
