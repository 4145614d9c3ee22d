import { wallClock } from '../../domain/clock.ts'
import type { PromptBlocks } from '../../domain/prompt-blocks.ts'
import type { ModelCall } from '../../domain/span.ts'
import { parseJson } from '../provider/json.ts'
import type { WireCall } from '../wire-call.ts'
import { promptParts } from './prompt-parts.ts'
import { textOf } from './read-call.ts'
import { toolResultsOf } from './tool-results.ts'

const blocksOf = new WeakMap<ModelCall, PromptBlocks>()

// A few milliseconds: other runs may be on, whose times should not have more of it.
const mostUnpausedCharacters = 500_000

/** Notes the prompts of `calls` in blocks, for {@link promptBlocksOf}. */
export async function notePromptBlocks(wires: readonly WireCall[], calls: readonly ModelCall[]): Promise<void> {
  let unpausedCharacters = 0
  for (const [position, call] of calls.entries()) {
    const wire = wires[position]
    if (wire === undefined || call.embeds === true) continue
    const text = textOf(wire.requestChunks)
    unpausedCharacters += text.length
    if (unpausedCharacters > mostUnpausedCharacters) {
      unpausedCharacters = 0
      await wallClock.breathe()
    }
    const blocks = readBlocks(text)
    if (blocks !== undefined) blocksOf.set(call, blocks)
  }
}

/** The prompt of `call` in blocks; absent when it was not read. */
export function promptBlocksOf(call: ModelCall): PromptBlocks | undefined {
  return blocksOf.get(call)
}

/** The prompt in the body of a request, as `text`, in blocks; absent when it has none, or does not hold all of it. */
export function readBlocks(text: string): PromptBlocks | undefined {
  const body = parseJson(text)
  const prompt = promptParts(body, marks.test(text))
  if (prompt === undefined || prompt.after !== undefined) return undefined
  const characters = prompt.parts.reduce((sum, text) => sum + text.length, 0)
  const hashes: number[] = []
  const lengths: number[] = []
  const parts: PromptBlocks['parts'] = []
  const least = leastLength(characters)
  for (const part of prompt.parts) {
    parts.push({ name: nameOf(part), firstBlock: hashes.length })
    cut(part, least, (hash, length) => {
      hashes.push(hash)
      lengths.push(length)
    })
  }
  return {
    characters,
    hashes: Uint32Array.from(hashes),
    lengths: Uint32Array.from(lengths),
    parts,
    toolResults: toolResultsOf(body),
  }
}

// Where a cache should end is marked anew in each request, see `hasMarks`.
const marks = /"cache_control"|"cachePoint"/

// So that no prompt has many more than a thousand blocks, and prompts of about the same length are cut alike.
const mostBlocks = 1024
const shortest = 32

function leastLength(characters: number): number {
  let least = shortest
  while (least * mostBlocks < characters) least *= 2
  return least
}

// FNV-1a, see http://www.isthe.com/chongo/tech/comp/fnv/
const offset = 0x811c9dc5
const prime = 0x01000193
// On average, a block ends at the eighth word after it is long enough: which word that is, is said by the words alone, so that
// blocks fall into step again after a difference.
const wordsMask = 7
const longestFactor = 16
const space = 0x20
const ideographs = 0x3000

function cut(text: string, least: number, onBlock: (hash: number, length: number) => void): void {
  let hash = offset
  let word = offset
  let start = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    hash = Math.imul(hash ^ code, prime)
    word = Math.imul(word ^ code, prime)
    if (code !== space && code < ideographs) continue
    const length = at + 1 - start
    const isEnd = length >= least && ((word >>> 16) & wordsMask) === 0
    word = offset
    if (!isEnd && length < least * longestFactor) continue
    onBlock(hash >>> 0, length)
    hash = offset
    start = at + 1
  }
  if (start < text.length) onBlock(hash >>> 0, text.length - start)
}

// A part is JSON of our own writing: to look at its beginning and its end costs nothing beside reading all of it.
const marginCharacters = 80

function nameOf(text: string): string {
  const role = roleIn.exec(text.slice(0, marginCharacters)) ?? roleIn.exec(text.slice(-marginCharacters))
  if (role?.[1] !== undefined) return role[1]
  return text.startsWith('{') && toolIn.test(text.slice(0, marginCharacters)) ? 'tools' : 'text'
}

const roleIn = /"role":"(\w+)"/
const toolIn = /"(?:function|name|functionDeclarations|toolSpec)":/
