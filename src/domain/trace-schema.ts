import { faultKinds } from './fault.ts'
import { errorClasses, type ModelCall } from './span.ts'
import { type RunTrace, type Span, spanKinds } from './trace.ts'
import type { Usage } from './usage.ts'
import { z } from './zod.ts'

const finite = z.number()
const count = z.int().check(z.minimum(0))
const maybe = z.optional

const UsageSchema = z.strictObject({
  inputTokens: maybe(finite),
  outputTokens: maybe(finite),
  cachedTokens: maybe(finite),
  cacheWriteTokens: maybe(finite),
  reasoningTokens: maybe(finite),
  estimatedTokens: maybe(finite),
}) satisfies z.ZodMiniType<Usage>

const ModelCallSchema = z.strictObject({
  provider: z.string(),
  api: z.string(),
  url: z.string(),
  model: maybe(z.string()),
  streamed: z.boolean(),
  startedAtMs: finite,
  sentAtMs: maybe(finite),
  newConnection: maybe(z.boolean()),
  headersAtMs: maybe(finite),
  firstContentAtMs: maybe(finite),
  firstTextAtMs: maybe(finite),
  lastContentAtMs: maybe(finite),
  endedAtMs: maybe(finite),
  status: maybe(count),
  givenUp: maybe(z.boolean()),
  unreached: maybe(z.boolean()),
  failure: maybe(z.strictObject({ class: z.enum(errorClasses), message: z.string() })),
  injected: maybe(z.enum(faultKinds)),
  retryAfterMs: maybe(finite),
  retryOf: maybe(count),
  within: maybe(count),
  usage: maybe(UsageSchema),
  toolCalls: maybe(count),
  toolUses: maybe(z.array(z.strictObject({ name: z.string(), repeated: maybe(z.boolean()) }))),
  resentTokens: maybe(finite),
  leadingTokens: maybe(finite),
  costUsd: maybe(finite),
  embeds: maybe(z.boolean()),
  reasoningStreamed: z.boolean(),
}) satisfies z.ZodMiniType<ModelCall>

const SpanSchema = z.strictObject({
  kind: z.enum(spanKinds),
  name: z.string(),
  startedAtMs: finite,
  endedAtMs: maybe(finite),
  within: maybe(count),
  handoffTo: maybe(z.string()),
  failure: maybe(z.string()),
  cpuMs: maybe(finite),
  heapGrowthBytes: maybe(finite),
}) satisfies z.ZodMiniType<Span>

/** A {@link RunTrace} as it stands in a record. */
export const RunTraceSchema = z.strictObject({
  index: count,
  startedAtMs: finite,
  endedAtMs: finite,
  calls: z.array(ModelCallSchema),
  spans: z.array(SpanSchema),
}) satisfies z.ZodMiniType<RunTrace>
