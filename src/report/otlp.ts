import { createHash } from 'node:crypto'
import type { ExecutionRecord } from '../domain/record.ts'
import type { ModelCall } from '../domain/span.ts'
import type { RunTrace, Span } from '../domain/trace.ts'

// Names of attributes: open-telemetry/semantic-conventions-genai, docs/gen-ai/client-inference.md,
// commit 024a4f944a1291fcb627c9c47da69e79868dd15e, status Development. What they have no name for begins with `bench_agent.`.

/** A value of an attribute, as OTLP's JSON writes it. */
type Value = { stringValue: string } | { intValue: string } | { doubleValue: number } | { boolValue: boolean }

/** A span, as OTLP's JSON writes it. */
export interface OtlpSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  /** 1: internal, 3: client. */
  kind: 1 | 3
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: { key: string; value: Value }[]
  /** 2: error; 0: unset. */
  status: { code: 0 | 2; message?: string }
}

/** The traces of many records, as the body of an OTLP request over HTTP with JSON. */
export interface OtlpTraces {
  resourceSpans: {
    resource: { attributes: OtlpSpan['attributes'] }
    scopeSpans: { scope: { name: string; version: string }; spans: OtlpSpan[] }[]
  }[]
}

/**
 * The runs of `records` as OpenTelemetry traces: one trace a run, in it the named parts, tools, steps and model calls. What was
 * still open when its run ended, ends there.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function otlpTraces(records: readonly ExecutionRecord[]): OtlpTraces {
  return {
    resourceSpans: records.flatMap((record) => {
      const spans = (record.traces ?? []).flatMap((trace) => runSpans(record, trace))
      if (spans.length === 0) return []
      const { project, file, name } = record.identity
      const resource = {
        attributes: attributes({
          'service.name': record.about.agent ?? name,
          'service.version': record.about.version,
          'bench_agent.scenario': name,
          'bench_agent.project': project,
          'bench_agent.file': file,
        }),
      }
      return [
        { resource, scopeSpans: [{ scope: { name: 'bench-agent', version: record.environment.version }, spans }] },
      ]
    }),
  }
}

type Attributes = Record<string, string | number | boolean | undefined>

/** What all spans of a run share. */
interface Frame {
  traceId: string
  id: (part: string) => string
  /** Instant 0 of the run, in milliseconds since 1970. */
  originMs: number
  /** End of the run, on the run's clock. */
  endMs: number
}

function runSpans(record: ExecutionRecord, trace: RunTrace): OtlpSpan[] {
  const seed = `${record.execution}/${trace.index}`
  const frame: Frame = {
    traceId: digest(seed, 32),
    id: (part) => digest(`${seed}/${part}`, 16),
    originMs: Date.parse(record.loadStartedAt ?? record.startedAt) + trace.startedAtMs,
    endMs: trace.endedAtMs - trace.startedAtMs,
  }
  return [
    rootSpan(record, trace, frame),
    ...trace.spans.map((span, index) => partSpan(span, index, frame)),
    ...trace.calls.flatMap((call, index) => backOffSpan(trace.calls, call, index, frame)),
    ...trace.calls.map((call, index) => callSpan(call, index, resends(trace.calls, call), frame)),
  ]
}

function rootSpan({ identity, plan, samples, problems }: ExecutionRecord, { index }: RunTrace, frame: Frame): OtlpSpan {
  const problem = problems.find((one) => one.index === index)
  const caseIndex = problem?.caseIndex ?? samples?.caseIndex[index]
  const outcome = problem?.outcome ?? samples?.outcome[index]
  return {
    traceId: frame.traceId,
    spanId: frame.id('run'),
    name: identity.name,
    kind: 1,
    ...times(frame, { startedAtMs: 0, endedAtMs: frame.endMs }),
    attributes: attributes({
      'bench_agent.run.index': index,
      'bench_agent.case': caseIndex === undefined ? undefined : plan.cases[caseIndex]?.name,
      'bench_agent.outcome': outcome,
      'error.type': problem?.class ?? (problem === undefined ? undefined : outcome),
    }),
    status: statusOf(problem?.message),
  }
}

const partNames = {
  agent: (name: string) => `invoke_agent ${name}`,
  tool: (name: string) => `execute_tool ${name}`,
  step: (name: string) => `step ${name}`,
  phase: (name: string) => name,
  turn: (name: string) => name,
} as const satisfies Record<Span['kind'], (name: string) => string>

function partSpan(span: Span, index: number, frame: Frame): OtlpSpan {
  const { kind, name, handoffTo, failure, cpuMs, heapGrowthBytes } = span
  return {
    traceId: frame.traceId,
    spanId: frame.id(`span ${index}`),
    parentSpanId: parentOf(span, frame),
    name: partNames[kind](name),
    kind: 1,
    ...times(frame, span),
    attributes: attributes({
      'gen_ai.operation.name': kind === 'tool' ? 'execute_tool' : kind === 'agent' ? 'invoke_agent' : undefined,
      'gen_ai.tool.name': kind === 'tool' ? name : undefined,
      'gen_ai.agent.name': kind === 'agent' ? name : undefined,
      'bench_agent.part': kind,
      'bench_agent.handoff_to': handoffTo,
      'bench_agent.cpu_ms': cpuMs,
      'bench_agent.heap_growth_bytes': heapGrowthBytes,
      'error.type': failure === undefined ? undefined : 'error',
    }),
    status: statusOf(failure),
  }
}

const providers: Record<string, string> = { google: 'gcp.gemini', bedrock: 'aws.bedrock' }

function callSpan(call: ModelCall, index: number, resendCount: number, frame: Frame): OtlpSpan {
  const { model, usage, status, failure } = call
  const operation = operationOf(call)
  const url = URL.parse(call.url)
  const firstMs = call.firstContentAtMs
  return {
    traceId: frame.traceId,
    spanId: frame.id(`call ${index}`),
    parentSpanId: parentOf(call, frame),
    name: model === undefined ? operation : `${operation} ${model}`,
    kind: 3,
    ...times(frame, call),
    attributes: attributes({
      'gen_ai.operation.name': operation,
      'gen_ai.provider.name': providers[call.provider] ?? call.provider,
      // Of an answered call it is the one that the answer names, which may differ from the one that was asked for.
      'gen_ai.request.model': status === undefined || status >= 400 ? model : undefined,
      'gen_ai.response.model': status === undefined || status >= 400 ? undefined : model,
      'gen_ai.request.stream': call.streamed,
      'gen_ai.usage.input_tokens': usage?.inputTokens,
      'gen_ai.usage.output_tokens': usage?.outputTokens,
      'gen_ai.usage.cache_read.input_tokens': usage?.cachedTokens,
      'gen_ai.usage.cache_write.input_tokens': usage?.cacheWriteTokens,
      'gen_ai.usage.reasoning.output_tokens': usage?.reasoningTokens,
      'gen_ai.response.time_to_first_chunk': firstMs === undefined ? undefined : (firstMs - call.startedAtMs) / 1000,
      'server.address': url?.hostname,
      'server.port': url === null ? undefined : Number(url.port || (url.protocol === 'http:' ? 80 : 443)),
      'http.response.status_code': status,
      'http.request.resend_count': resendCount === 0 ? undefined : resendCount,
      'bench_agent.retry_after_ms': call.retryAfterMs,
      'bench_agent.tool_calls': call.toolCalls,
      'bench_agent.estimated_tokens': usage?.estimatedTokens,
      'bench_agent.resent_tokens': call.resentTokens,
      'bench_agent.cost_usd': call.costUsd,
      'error.type': failure === undefined ? undefined : String(status ?? failure.class),
    }),
    status: statusOf(failure?.message),
  }
}

function operationOf({ embeds, api }: ModelCall): string {
  if (embeds === true) return 'embeddings'
  return api === 'generateContent' ? 'generate_content' : 'chat'
}

/** The time from a call that failed to the one that repeats it; nothing before a first attempt. */
function backOffSpan(calls: readonly ModelCall[], call: ModelCall, index: number, frame: Frame): OtlpSpan[] {
  const failed = call.retryOf === undefined ? undefined : calls[call.retryOf]
  if (failed?.endedAtMs === undefined) return []
  return [
    {
      traceId: frame.traceId,
      spanId: frame.id(`back-off ${index}`),
      parentSpanId: parentOf(call, frame),
      name: 'back-off',
      kind: 1,
      ...times(frame, { startedAtMs: failed.endedAtMs, endedAtMs: Math.max(failed.endedAtMs, call.startedAtMs) }),
      attributes: attributes({ 'bench_agent.part': 'backOff', 'bench_agent.retry_after_ms': failed.retryAfterMs }),
      status: statusOf(undefined),
    },
  ]
}

/** How many attempts of the same call came before `call`. */
function resends(calls: readonly ModelCall[], call: ModelCall): number {
  let count = 0
  for (let at = call.retryOf; at !== undefined && count < calls.length; at = calls[at]?.retryOf) count += 1
  return count
}

function parentOf({ within }: { within?: number | undefined }, frame: Frame): string {
  return frame.id(within === undefined ? 'run' : `span ${within}`)
}

function times(
  { originMs, endMs }: Frame,
  { startedAtMs, endedAtMs = endMs }: { startedAtMs: number; endedAtMs?: number | undefined },
): Pick<OtlpSpan, 'startTimeUnixNano' | 'endTimeUnixNano'> {
  const start = originMs + startedAtMs
  return { startTimeUnixNano: nanoseconds(start), endTimeUnixNano: nanoseconds(Math.max(start, originMs + endedAtMs)) }
}

// A number of nanoseconds since 1970 has more digits than a double.
function nanoseconds(ms: number): string {
  const whole = Math.floor(ms)
  return String(BigInt(whole) * 1_000_000n + BigInt(Math.round((ms - whole) * 1e6)))
}

function digest(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits)
}

function statusOf(failure: string | undefined): OtlpSpan['status'] {
  return failure === undefined ? { code: 0 } : { code: 2, message: failure }
}

// The conventions want a double for these, even where the number is whole.
const doubles = new Set([
  'gen_ai.response.time_to_first_chunk',
  'bench_agent.cpu_ms',
  'bench_agent.retry_after_ms',
  'bench_agent.resent_tokens',
  'bench_agent.cost_usd',
])

function attributes(known: Attributes): OtlpSpan['attributes'] {
  return Object.entries(known).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: otlpValue(value, doubles.has(key)) }],
  )
}

function otlpValue(value: string | number | boolean, isDouble: boolean): Value {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  return isDouble || !Number.isInteger(value) ? { doubleValue: value } : { intValue: String(value) }
}
