import type { Side } from '../../src/command/turn-message.ts'
import type { Pair, Unpaired } from '../../src/command/turn-order.ts'
import type { Measured, SideOutcome } from '../../src/command/used-pairs.ts'
import type { ExecutionRecord } from '../../src/domain/record.ts'
import { random } from '../../src/stats/random.ts'
import { recordWith } from '../report/given.ts'
import { recordOf } from '../report/sessions.ts'

// Passes are told apart by the ids of their records.
const idOf = (side: Side, name: string, pass: string) => `${pass} ${side} ${name}`.trim()

/** An execution of `name` on one side, with samples. */
export function executed(side: Side, name: string, more: Partial<ExecutionRecord> = {}, pass = ''): ExecutionRecord {
  const { samples } = recordOf('passing')
  return { ...recordWith(name, {}), execution: idOf(side, name, pass), samples, ...more }
}

/** Both sides of `name`. */
export function pair(name: string, more: Partial<Pair> = {}, pass = ''): Pair {
  const executions = { base: idOf('base', name, pass), candidate: idOf('candidate', name, pass) }
  return { name, file: 'perf > refund.perf.ts', executions, ...more }
}

/** What `side` alone came to. */
export function alone(side: Side, name: string, kind: Unpaired['kind']): Unpaired {
  return { side, name, kind, file: fileOf(name), reason: 'something else' }
}

function fileOf(name: string): string {
  return `perf > ${recordWith(name, {}).identity.file}`
}

/** Both sides measured `names`, and `more`. */
export function measured(names: readonly string[], more: Partial<Measured> = {}, pass = ''): Measured {
  return {
    pairs: names.map((name) => pair(name, {}, pass)),
    unpaired: [],
    outcomes: {
      base: { records: names.map((name) => executed('base', name, {}, pass)), dead: [] },
      candidate: { records: names.map((name) => executed('candidate', name, {}, pass)), dead: [] },
    },
    ...more,
  }
}

/**
 * Both sides measured `name`, whose runs took about 700 ms in the base and `ratio` times as long in the candidate, and were alike
 * in all the rest.
 */
export function timed(name: string, ratio: number, pass = ''): Measured {
  const record = recordOf('passing')
  const draw = random(pass.length + 1)
  const outcome = (side: Side, levelMs: number): SideOutcome => {
    const { samples, identity } = record
    const endedAtMs = samples?.startedAtMs.map((startedAtMs) => (startedAtMs ?? 0) + levelMs * (0.95 + draw() / 10))
    const kept = samples && { ...samples, endedAtMs: endedAtMs ?? [] }
    const own = { execution: idOf(side, name, pass), identity: { ...identity, name, id: name } }
    return { records: [{ ...record, ...own, samples: kept }], dead: [] }
  }
  return {
    pairs: [pair(name, {}, pass)],
    unpaired: [],
    outcomes: { base: outcome('base', 700), candidate: outcome('candidate', 700 * ratio) },
  }
}
