import type { PromptBlocks } from '../../domain/prompt-blocks.ts'
import { has, listAt, textAt, valueAt } from '../provider/json.ts'

interface ToolResult {
  /** What the model called it by; absent where it says the name itself. */
  id?: string | undefined
  name?: string | undefined
  content: unknown
}

/** The results of tools in the `body` of a request, of whichever API, by the name of the tool: how many, and how long. */
export function toolResultsOf(body: unknown): PromptBlocks['toolResults'] {
  const items = ['messages', 'input', 'contents'].flatMap((key) => listAt(body, key))
  const pieces = items.flatMap((item) => [item, ...listAt(item, 'content'), ...listAt(item, 'parts')])
  const names = new Map(pieces.flatMap((piece) => [...listAt(piece, 'tool_calls'), piece].flatMap(askedAs)))
  const found = new Map<string, PromptBlocks['toolResults'][number]>()
  for (const piece of pieces) {
    const result = resultIn(piece)
    if (result === undefined) continue
    const name = result.name ?? names.get(result.id ?? '') ?? unnamed
    const before = found.get(name) ?? { name, count: 0, characters: 0 }
    before.count += 1
    before.characters += JSON.stringify(result.content ?? null).length
    found.set(name, before)
  }
  return [...found.values()]
}

const unnamed = 'a tool'

/** What a tool call is called by and the name of its tool; nothing when `piece` is none. */
function askedAs(piece: unknown): [id: string, name: string][] {
  const id = textAt(piece, 'call_id') ?? textAt(piece, 'id') ?? textAt(piece, 'toolUse', 'toolUseId')
  const name = textAt(piece, 'function', 'name') ?? textAt(piece, 'name') ?? textAt(piece, 'toolUse', 'name')
  return id === undefined || name === undefined ? [] : [[id, name]]
}

function resultIn(piece: unknown): ToolResult | undefined {
  if (textAt(piece, 'role') === 'tool')
    return {
      id: textAt(piece, 'tool_call_id'),
      name: textAt(piece, 'name') ?? textAt(piece, 'tool_name'),
      content: valueAt(piece, 'content'),
    }
  if (textAt(piece, 'type') === 'function_call_output')
    return { id: textAt(piece, 'call_id'), content: valueAt(piece, 'output') }
  if (textAt(piece, 'type') === 'tool_result')
    return { id: textAt(piece, 'tool_use_id'), content: valueAt(piece, 'content') }
  if (has(piece, 'functionResponse'))
    return { name: textAt(piece, 'functionResponse', 'name'), content: valueAt(piece, 'functionResponse', 'response') }
  if (has(piece, 'toolResult'))
    return { id: textAt(piece, 'toolResult', 'toolUseId'), content: valueAt(piece, 'toolResult', 'content') }
  return undefined
}
