import type { Mistake } from '../../domain/errors.ts'
import { longestTimerMs } from '../../domain/limit.ts'
import { z } from '../../domain/zod.ts'
import { mistakesIn } from './validation.ts'

const maybe = z.optional
const positive = z.number().check(z.positive())
const atLeastOne = z.int().check(z.minimum(1))
const atLeastNone = z.int().check(z.minimum(0))
const level = z.number().check(z.minimum(0))
const durationMs = level.check(z.maximum(longestTimerMs))
const ending = { gracefulStopMs: maybe(durationMs) }
const opening = {
  ...ending,
  maxInFlight: maybe(atLeastOne),
  pacing: maybe(z.enum(['timer', 'precise'])),
  segment: maybe(z.string()),
}
const arriving = {
  arrival: maybe(
    z.union(
      [z.literal('constant'), z.literal('poisson'), z.strictObject({ gamma: positive })],
      "'constant', 'poisson' or { gamma }",
    ),
  ),
  seed: maybe(atLeastNone.check(z.maximum(2 ** 32 - 1))),
}

const shapes = {
  concurrency: z.strictObject({
    concurrency: atLeastOne,
    runsPerSecond: maybe(positive),
    durationMs: maybe(durationMs.check(z.positive())),
    ...ending,
  }),
  closedStages: z.strictObject({
    stages: z.array(z.strictObject({ durationMs, concurrency: atLeastNone })).check(z.minLength(1)),
    startConcurrency: maybe(atLeastNone),
    ...ending,
  }),
  rate: z.strictObject({
    ratePerSecond: positive,
    durationMs: maybe(durationMs.check(z.positive())),
    ...arriving,
    ...opening,
  }),
  openStages: z.strictObject({
    stages: z.array(z.strictObject({ durationMs, ratePerSecond: level })).check(z.minLength(1)),
    startRatePerSecond: maybe(level),
    ...arriving,
    ...opening,
  }),
  trace: z.strictObject({
    path: z.string(),
    speed: positive,
    durationMs: maybe(durationMs.check(z.positive())),
    read: z.custom((value) => typeof value === 'function', 'a function'),
    ...opening,
  }),
}

/** What is wrong with `load`, which a user gave: by the fields of the form that it has. */
export function loadShapeMistakes(load: object): Mistake[] {
  return mistakesIn(shapes[formOf(load)], load, 'load')
}

function formOf(load: object): keyof typeof shapes {
  if ('read' in load) return 'trace'
  if ('stages' in load) return isRated(load.stages) || 'startRatePerSecond' in load ? 'openStages' : 'closedStages'
  return 'ratePerSecond' in load ? 'rate' : 'concurrency'
}

function isRated(stages: unknown): boolean {
  const [first]: unknown[] = Array.isArray(stages) ? stages : []
  return typeof first === 'object' && first !== null && 'ratePerSecond' in first
}
