import type { Mistake } from '../errors.ts'
import type { Bounds } from '../scenario.ts'
import { countArrivals } from './arrival.ts'
import {
  type ClosedLoad,
  type ClosedStage,
  isOpen,
  type Load,
  type OpenLoad,
  type OpenStage,
  type Segment,
  type Trace,
} from './load.ts'
import {
  type ClosedShape,
  type ClosedStages,
  isTimed,
  isTraced,
  type LoadShape,
  type OpenShape,
  type OpenStages,
} from './load-shape.ts'

/** What says how runs reach the agent. */
export type Loading = Pick<Bounds, 'runs' | 'concurrency' | 'runsPerSecond' | 'load'>

/**
 * The load that `options` ask for.
 *
 * @param trace what the file of the load holds; absent when there is none
 */
export function planLoad({ concurrency = 1, runsPerSecond, load }: Loading, trace?: Trace): Load {
  if (load === undefined) return { concurrency, runsPerSecond }
  if (isTraced(load)) return tracedLoad(load, trace)
  if ('ratePerSecond' in load) return openLoad(load, { ratePerSecond: load.ratePerSecond, durationMs: load.durationMs })
  if ('concurrency' in load) return closedLoad(load)
  return isRated(load) ? openStages(load) : closedStages(load)
}

function closedLoad({ concurrency, runsPerSecond, durationMs, gracefulStopMs }: ClosedShape): ClosedLoad {
  return { concurrency, runsPerSecond, durationMs, gracefulStopMs }
}

function closedStages({ stages, startConcurrency, gracefulStopMs }: ClosedStages): ClosedLoad {
  const concurrency = Math.max(startConcurrency ?? 0, ...stages.map((stage) => stage.concurrency))
  return { concurrency, durationMs: stagesMs(stages), stages, startConcurrency, gracefulStopMs }
}

function openStages(shape: OpenStages): OpenLoad {
  const { stages, startRatePerSecond } = shape
  const ratePerSecond = Math.max(startRatePerSecond ?? 0, ...stages.map((stage) => stage.ratePerSecond))
  return { ...openLoad(shape, { ratePerSecond, durationMs: stagesMs(stages) }), stages, startRatePerSecond }
}

function openLoad(
  { arrival = 'constant', seed = 1, maxInFlight, pacing = 'timer', segment, gracefulStopMs }: Partial<OpenShape>,
  rate: Pick<OpenLoad, 'ratePerSecond' | 'durationMs'>,
): OpenLoad {
  return { ...rate, arrival, seed, maxInFlight, pacing, gracefulStopMs, segment: segmentOf(segment) }
}

function tracedLoad(shape: Partial<OpenShape>, trace: Trace | undefined): OpenLoad {
  if (trace === undefined) throw new Error('expected the trace to be read before its load is planned')
  const { durationMs = Number.POSITIVE_INFINITY } = shape
  const dueAtMs = trace.dueAtMs.filter((dueMs) => dueMs < durationMs)
  const lastMs = Math.min(durationMs, dueAtMs.at(-1) ?? 0)
  const ratePerSecond = lastMs === 0 ? dueAtMs.length : (dueAtMs.length * 1000) / lastMs
  return {
    ...openLoad(shape, { ratePerSecond, durationMs: shape.durationMs }),
    trace: { ...trace, runs: dueAtMs.length, dueAtMs },
  }
}

function isRated(load: ClosedStages | OpenStages): load is OpenStages {
  const [first] = load.stages
  return first !== undefined && 'ratePerSecond' in first
}

function stagesMs(stages: readonly (ClosedStage | OpenStage)[]): number {
  return stages.reduce((sum, { durationMs }) => sum + durationMs, 0)
}

/** '2/8' as numbers; absent without one. */
export function segmentOf(text: string | undefined): Segment | undefined {
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(text ?? '') ?? []
  return index === undefined || of === undefined ? undefined : { index: Number(index), of: Number(of) }
}

/**
 * How many runs `load` makes here; absent when that depends on how long they take.
 *
 * @param runs how many end it, those of other segments included; absent when time does
 */
export function runsUnder(load: Load, runs?: number): number | undefined {
  if (!isOpen(load)) return runs
  if (runs === undefined) return countArrivals(load)
  const { index, of } = load.segment ?? { index: 1, of: 1 }
  return Math.max(0, Math.ceil((runs - (index - 1)) / of))
}

/** For how long `load` starts runs, in milliseconds; absent when their number ends it. */
export function startsForMs(load: Load): number | undefined {
  if (isOpen(load) && load.trace !== undefined)
    return Math.min(load.durationMs ?? Number.POSITIVE_INFINITY, load.trace.dueAtMs.at(-1) ?? 0)
  return load.durationMs
}

/** What is wrong with how `options` say the load, beyond what each of them is. */
export function loadMistakes(options: Loading): Mistake[] {
  const { runs, load } = options
  if (load === undefined) return []
  const twice = (['concurrency', 'runsPerSecond'] as const).filter((name) => options[name] !== undefined)
  const mistakes: Mistake[] = twice.map((path) => ({
    path,
    expected: 'absent beside `load`',
    got: String(options[path]),
    remedy: 'Say it within `load`.',
  }))
  const timed = isTimed(load)
  if (timed && runs !== undefined)
    mistakes.push({
      path: 'runs',
      expected: 'absent, for time ends this load',
      got: JSON.stringify(runs),
      remedy: 'Leave out `runs`, or the `durationMs` of the load.',
    })
  if (!timed && typeof runs === 'object' && 'ratePerSecond' in load)
    mistakes.push({
      path: 'runs',
      expected: 'a number under a load that does not wait',
      got: '{ max, stop }',
      remedy: 'Only a load of `concurrency` can stop to look whether its answer is clear.',
    })
  return [...mistakes, ...stageMistakes(load), ...segmentMistakes(load)]
}

function stageMistakes(load: LoadShape): Mistake[] {
  if (!('stages' in load)) return []
  const { stages } = load
  const kinds = new Set(stages.map((stage) => ('ratePerSecond' in stage ? 'ratePerSecond' : 'concurrency')))
  if (kinds.size > 1)
    return [{ path: 'load.stages', expected: 'all with `concurrency` or all with `ratePerSecond`', got: 'both' }]
  const total = stagesMs(stages)
  const levels = stages.map((stage) => ('ratePerSecond' in stage ? stage.ratePerSecond : stage.concurrency))
  if (total === 0 || Math.max(...levels) === 0)
    return [{ path: 'load.stages', expected: 'some time at a level above 0', got: total === 0 ? 'no time' : 'no run' }]
  return []
}

function segmentMistakes(load: LoadShape): Mistake[] {
  if (!('segment' in load) || load.segment === undefined) return []
  const segment = segmentOf(load.segment)
  if (segment !== undefined && segment.index >= 1 && segment.index <= segment.of) return []
  return [{ path: 'load.segment', expected: 'a part and the number of parts, such as "2/8"', got: `"${load.segment}"` }]
}
