import type { ModelCall, ToolUse } from '../../domain/span.ts'
import { fruitlessCalls } from '../../domain/token-use.ts'
import { isFields } from '../fields.ts'
import { parseJson } from '../provider/json.ts'
import type { AskedTool } from '../provider/provider.ts'
import type { WireCall } from '../wire-call.ts'

/**
 * Sets `toolUses` of every call. Of one that came to nothing, the agent never saw what it asked for, so that asking for it again is
 * no repetition. Arguments are compared here and not kept.
 *
 * @param wires in the order of their start
 * @param calls what was read of each, with their repetitions
 */
export function noteToolUses(wires: readonly WireCall[], calls: readonly ModelCall[]): void {
  const asked = new Set<string>()
  const fruitless = fruitlessCalls(calls)
  for (const [position, call] of calls.entries()) {
    const tools = [...(wires[position]?.answer?.toolCalls.values() ?? [])].filter(isTold)
    if (tools.length === 0) continue
    call.toolUses = tools.map((tool): ToolUse => {
      if (fruitless.has(position)) return { name: tool.name }
      const key = JSON.stringify([tool.name, canonical(argumentsOf(tool))])
      const repeated = asked.has(key)
      asked.add(key)
      return repeated ? { name: tool.name, repeated } : { name: tool.name }
    })
  }
}

function isTold(tool: AskedTool): tool is AskedTool & { name: string } {
  return tool.name !== undefined
}

// A model that has no arguments to give writes them as an empty object or not at all; those of some tools are no JSON.
function argumentsOf({ input = '{}' }: AskedTool): unknown {
  return typeof input === 'string' ? (parseJson(input) ?? input) : input
}

/** `value` with the keys of all objects in order, so that the same arguments are the same text. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (!isFields(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, canonical(value[key])]),
  )
}
