import { basename, dirname, join } from 'node:path'
import { z } from '../domain/zod.ts'

/** The two versions of a project that are measured in turns: what is compared with, and what is judged. */
export const sides = ['base', 'candidate'] as const
export type Side = (typeof sides)[number]

/**
 * Names the folder in which a session of Vitest finds the other side's coordinator and leaves its results. A version that takes
 * no turns does not know it and ends at once, before a model was called.
 */
export const turnsVariable = 'BENCH_AGENT_TURNS'

/** Version of the messages below: sides of different ones cannot take turns. */
export const turnsProtocol = 1

/** What a session of Vitest needs to know of the turns that it takes. */
export interface SideFolder {
  side: Side
  /** Where the coordinator listens. */
  socket: string
  /** Where the session leaves its results. */
  results: string
  /** Where it leaves the scenarios whose process died. */
  dead: string
}

/** What lies in `folder`, which is named after its side; absent when it is named after none. */
export function sideFolder(folder: string): SideFolder | undefined {
  const side = sides.find((one) => one === basename(folder))
  if (side === undefined) return undefined
  return {
    side,
    socket: socketPath(dirname(folder)),
    results: join(folder, 'results.json'),
    dead: join(folder, 'dead.json'),
  }
}

/** Where the coordinator of the folder `room` listens; Windows has pipes with names of their own. */
export function socketPath(room: string): string {
  return process.platform === 'win32' ? `\\\\.\\pipe\\${basename(room)}` : join(room, 'turns.sock')
}

const count = z.int().check(z.minimum(0))
const Side = z.enum(sides)

/** A scenario that asks to be measured in turns. */
const Opening = z.object({
  type: z.literal('open'),
  side: Side,
  /** What it is called on both sides. */
  key: z.string(),
  /** What the test around it is called on both sides; several measurements may share one. */
  test: z.string(),
  /** Tests that come after it in its file. */
  later: z.array(z.string()),
  /** Its file, with its project. */
  file: z.string(),
  name: z.string(),
  /** What must be the same on both sides for their runs to be comparable: its cases and its load. */
  comparability: z.string(),
  /** Id of its record. */
  execution: z.string(),
  /** Turns that it takes, the warm-up left out. */
  turns: count,
})
export type Opening = z.infer<typeof Opening>

/** What a side says to the coordinator. */
export const SideMessage = z.discriminatedUnion('type', [
  /** A session begins; `files` are those that it is about to run. Answered. */
  z.object({
    type: z.literal('session'),
    protocol: z.number(),
    side: Side,
    version: z.string(),
    files: z.array(z.string()),
  }),
  /** A file has ended; `error` tells why it could not be loaded, absent when it could. */
  z.object({ type: z.literal('fileEnded'), side: Side, file: z.string(), error: z.optional(z.string()) }),
  /** Answered when the warm-up may begin. */
  Opening,
  /** A turn is over. Answered when the next one may begin. */
  z.object({ type: z.literal('next') }),
  /** The last turn is over. Answered when the other side has come to its end, too. */
  z.object({ type: z.literal('done') }),
])
export type SideMessage = z.infer<typeof SideMessage>

/** What the coordinator answers: go on, or make no further run. */
export const Reply = z.discriminatedUnion('type', [
  z.object({ type: z.literal('go') }),
  z.object({ type: z.literal('stop'), reason: z.string() }),
])
export type Reply = z.infer<typeof Reply>

/** A scenario that was left unfinished because its process died. */
export const Dead = z.array(z.object({ name: z.string(), reason: z.string(), remedy: z.string() }))
export type Dead = z.infer<typeof Dead>
