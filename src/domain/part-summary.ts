import { type Distribution, distributionOf } from './distribution.ts'
import { metrics } from './metric.ts'
import { isTimed, type Samples, type SpanSample } from './sample.ts'

/** A named part of the runs, see `run.turn`. */
export interface TurnSummary {
  name: string
  latencyMs: Distribution
  /** Absent when no turn of this name streamed. */
  ttftMs?: Distribution | undefined
}

/** A part of the runs that their code named, see `run.phase`. */
export interface PhaseSummary {
  name: string
  /** How often it was entered, and how often it failed. */
  count: number
  failures: number
  durationMs: Distribution
  /** All of its time / the latency of all runs. Above 1 where it lay beside itself. */
  shareRatio: number
  /** CPU time of the process meanwhile; absent when it was not read. */
  cpuMs?: Distribution | undefined
  /** Growth of the heap meanwhile, garbage included; absent when it was not read. */
  heapGrowthBytes?: Distribution | undefined
}

/** A tool of the agent, as its framework tells. */
export type ToolSummary = Omit<PhaseSummary, 'cpuMs' | 'heapGrowthBytes'>

/** The turns of `samples`, by name. */
export function summarizeTurns(samples: Samples): TurnSummary[] {
  const timed = samples.turns.filter(({ index }) => isTimed(samples, index))
  const names = [...new Set(timed.map((turn) => turn.name))]
  return names.flatMap((name) => {
    const turns = timed.filter((turn) => turn.name === name)
    const latencyMs = distributionOf(turns.map((turn) => turn.latencyMs))
    if (latencyMs === undefined) return []
    const first = turns.map((turn) => turn.ttftMs).filter((value) => value !== undefined)
    return [{ name, latencyMs, ttftMs: distributionOf(first, turns.length - first.length) }]
  })
}

/** The parts of `samples`, by name. */
export function summarizeSpans(samples: Samples): {
  phases: PhaseSummary[]
  tools: ToolSummary[]
  agents?: PhaseSummary[] | undefined
  handoffs?: ToolSummary[] | undefined
} {
  const spans = samples.spans.filter(({ index }) => isTimed(samples, index))
  const untraced = (kind: 'tool' | 'handoff') =>
    summarizeKind(samples, spans, kind).map(({ cpuMs, heapGrowthBytes, ...part }) => part)
  return {
    phases: summarizeKind(samples, spans, 'phase'),
    tools: untraced('tool'),
    agents: known(summarizeKind(samples, spans, 'agent')),
    handoffs: known(untraced('handoff')),
  }
}

function known<Part>(parts: Part[]): Part[] | undefined {
  return parts.length === 0 ? undefined : parts
}

function summarizeKind(samples: Samples, all: readonly SpanSample[], kind: SpanSample['kind']): PhaseSummary[] {
  const spans = all.filter((span) => span.kind === kind)
  if (spans.length === 0) return []
  const latencyMs = timedMs(samples)
  return [...new Set(spans.map(({ name }) => name))].flatMap((name) => {
    const named = spans.filter((span) => span.name === name)
    const totalMs = named.reduce((sum, span) => sum + span.durationMs, 0)
    const durationMs = distributionOf(named.map((span) => span.durationMs))
    if (durationMs === undefined) return []
    return [
      {
        name,
        count: named.length,
        failures: named.filter(({ failed }) => failed).length,
        durationMs,
        shareRatio: latencyMs === 0 ? 0 : totalMs / latencyMs,
        cpuMs: knownDistribution(named.map((span) => span.cpuMs)),
        heapGrowthBytes: knownDistribution(named.map((span) => span.heapGrowthBytes)),
      },
    ]
  })
}

function timedMs(samples: Samples): number {
  let total = 0
  for (let index = 0; index < samples.length; index++)
    if (isTimed(samples, index)) total += metrics.latencyMs.read(samples, index) ?? 0
  return total
}

function knownDistribution(values: readonly (number | undefined)[]): Distribution | undefined {
  const known = values.filter((value) => value !== undefined)
  return distributionOf(known, values.length - known.length)
}
