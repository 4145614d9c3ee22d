import { outcomes } from '../sample.ts'
import { z } from '../zod.ts'
import type { ProfiledFunction, ProfiledTime, SlowRunProfile } from './profile.ts'

const finite = z.number()
const count = z.int().check(z.minimum(0))
const maybe = z.optional

const FunctionSchema = z.strictObject({
  name: z.string(),
  place: maybe(z.string()),
  selfMs: finite,
  totalMs: finite,
}) satisfies z.ZodMiniType<ProfiledFunction>

const TimeSchema = z.strictObject({
  durationMs: finite,
  samples: count,
  intervalUs: finite,
  idleMs: finite,
  garbageCollectionMs: finite,
  nativeMs: finite,
  ownMs: finite,
  functions: z.array(FunctionSchema),
}) satisfies z.ZodMiniType<ProfiledTime>

/** A {@link SlowRunProfile} as it stands in a record. */
export const SlowRunProfileSchema = z.strictObject({
  index: count,
  caseIndex: count,
  latencyMs: finite,
  profiledMs: maybe(finite),
  outcome: maybe(z.enum(outcomes)),
  atOnce: maybe(count),
  modelMs: maybe(finite),
  toolMs: maybe(finite),
  waitingMs: maybe(finite),
  time: maybe(TimeSchema),
  file: maybe(z.string()),
  problem: maybe(z.string()),
}) satisfies z.ZodMiniType<SlowRunProfile>
