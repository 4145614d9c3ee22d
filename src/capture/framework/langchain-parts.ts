import type { SpanKind } from '../../domain/trace.ts'
import { currentSink, type Place, placedIn } from '../attribution.ts'
import { propertyOf } from '../fields.ts'
import { endSpan, startSpan } from '../trace.ts'
import { messageOf } from './failure-message.ts'

const scopeKey = Symbol.for('ls:tracing_async_local_storage')
const configKey = Symbol.for('lc:child_config')

/** The name of a graph that was given none. */
const unnamedGraph = 'LangGraph'

interface Part {
  /** Where what the part does belongs: in its own span, or in the one around it; absent outside any. */
  place: Place | undefined
  hasSpan: boolean
}

/** What hears of the parts of chains, graphs and tools, and tells in which of them the code runs. */
export function chainParts() {
  const parts = new Map<unknown, Part>()

  const start = (kind: SpanKind | undefined, name: unknown, id: string, aroundId: string | undefined) => {
    const around = parts.get(aroundId)?.place
    const sink = currentSink()
    const span = kind && sink && startSpan(kind, nameOf(name, around), placedIn(sink, around))
    parts.set(id, { place: sink && span ? { sink, span } : around, hasSpan: span !== undefined })
  }
  const end = (id: string, failure?: string, handoffTo?: string) => {
    const part = parts.get(id)
    parts.delete(id)
    if (part?.hasSpan !== true || part.place === undefined) return
    part.place.span.handoffTo = handoffTo
    endSpan(part.place.span, failure)
  }

  const listener = {
    name: 'bench-agent',
    // Else LangChain puts what it tells in a queue, outside of the run and late.
    awaitHandlers: true,
    raiseError: false,
    ignoreLLM: true,
    ignoreRetriever: true,
    ignoreCustomEvent: true,
    ignoreChain: false,
    ignoreAgent: false,
    copy: () => listener,
    handleChainStart(
      chain: unknown,
      _inputs: unknown,
      id: string,
      aroundId: string | undefined,
      tags: unknown,
      metadata: unknown,
      _type: unknown,
      name: unknown,
    ) {
      const isInside = parts.get(aroundId)?.place !== undefined
      start(kindOf(chain, name, tags, metadata, isInside), name, id, aroundId)
    },
    handleChainEnd: (_outputs: unknown, id: string) => end(id),
    handleChainError: (error: unknown, id: string) => end(id, failureOf(error)),
    handleToolStart(
      tool: unknown,
      _input: unknown,
      id: string,
      aroundId: string | undefined,
      _tags: unknown,
      _metadata: unknown,
      name: unknown,
    ) {
      start('tool', name ?? propertyOf(tool, 'name') ?? 'tool', id, aroundId)
    },
    handleToolEnd: (output: unknown, id: string) => end(id, undefined, goalOf(output)),
    handleToolError: (error: unknown, id: string) => end(id, failureOf(error)),
  }

  return { listener, locate: () => parts.get(currentPart())?.place }
}

/** What a part of a graph is; absent for the many parts that chains are made of, and for a graph without a name in no other. */
function kindOf(
  chain: unknown,
  name: unknown,
  tags: unknown,
  metadata: unknown,
  isInside: boolean,
): SpanKind | undefined {
  const path = propertyOf(chain, 'id')
  if (Array.isArray(path) && path[0] === 'langgraph') return name === unnamedGraph && !isInside ? undefined : 'agent'
  const isNode = name !== undefined && name === propertyOf(metadata, 'langgraph_node')
  const tagList: unknown[] = Array.isArray(tags) ? tags : []
  // A node's own parts have its metadata too, and may have its name, but not its tag.
  const isStep = tagList.some((tag) => String(tag).startsWith('graph:step:')) && !tagList.includes('langsmith:hidden')
  return isNode && isStep ? 'step' : undefined
}

// A graph without a name is called as the node or the tool is that it lies in.
function nameOf(name: unknown, around: Place | undefined): string {
  return name === unnamedGraph && around !== undefined ? around.span.name : String(name)
}

/** Where a tool sends the graph: the agent that it hands over to; absent for what only answers. */
function goalOf(output: unknown): string | undefined {
  if (propertyOf(output, 'lg_name') !== 'Command') return undefined
  const goals = propertyOf(output, 'goto')
  const goal: unknown = Array.isArray(goals) ? goals[0] : goals
  const node = typeof goal === 'string' ? goal : propertyOf(goal, 'node')
  return typeof node === 'string' ? node : undefined
}

/** The id of the part in which the code runs that asks. */
function currentPart(): unknown {
  const scope: unknown = Reflect.get(globalThis, scopeKey)
  const getStore = propertyOf(scope, 'getStore')
  if (typeof getStore !== 'function') return undefined
  const extra = propertyOf(Reflect.apply(getStore, scope, []), 'extra')
  const config: unknown = typeof extra === 'object' && extra !== null ? Reflect.get(extra, configKey) : undefined
  return propertyOf(propertyOf(config, 'callbacks'), '_parentRunId')
}

/** Absent for what a graph throws to be interrupted or to go elsewhere. */
function failureOf(error: unknown): string | undefined {
  return propertyOf(error, 'is_bubble_up') === true ? undefined : messageOf(error)
}
