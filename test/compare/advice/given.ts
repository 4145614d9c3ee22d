import type { Evidence, SeenRun } from '../../../src/compare/advice/evidence.ts'
import type { PromptBlocks } from '../../../src/domain/prompt-blocks.ts'
import type { ModelCall } from '../../../src/domain/span.ts'
import type { Span } from '../../../src/domain/trace.ts'

/** A model call that was answered at once, from `startedAtMs` to `endedAtMs`, with `more`. */
export function call(startedAtMs: number, endedAtMs: number, more: Partial<ModelCall> = {}): ModelCall {
  return {
    provider: 'openai',
    api: 'chat',
    url: 'https://api.openai.com/v1/chat/completions',
    model: 'gpt-5',
    streamed: false,
    status: 200,
    reasoningStreamed: false,
    toolCalls: 0,
    startedAtMs,
    endedAtMs,
    usage: { inputTokens: 1000, outputTokens: 100 },
    ...more,
  }
}

/** A call that asked for these tools. */
export function asking(startedAtMs: number, endedAtMs: number, ...names: string[]): ModelCall {
  return call(startedAtMs, endedAtMs, { toolCalls: names.length, toolUses: names.map((name) => ({ name })) })
}

/** A tool at work. */
export function tool(name: string, startedAtMs: number, endedAtMs: number, within?: number): Span {
  return { kind: 'tool', name, startedAtMs, endedAtMs, within }
}

/** A run of a second that did nothing, with `more`. */
export function seenRun(more: Partial<SeenRun> = {}): SeenRun {
  return { startedAtMs: 0, latencyMs: 1000, calls: [], spans: [], blocked: [], ...more }
}

/** Evidence of `runs`, one in flight at a time, whose prompts cannot be read and whose models have no price, with `more`. */
export function evidence(runs: readonly SeenRun[], more: Partial<Evidence> = {}): Evidence {
  return {
    runs,
    traced: runs,
    alone: true,
    replayed: false,
    promptOf: () => undefined,
    usdOf: () => undefined,
    ...more,
  }
}

/** A prompt of `words`, each a block of 100 characters and a part of its own. */
export function promptOf(words: readonly string[], results: PromptBlocks['toolResults'] = []): PromptBlocks {
  return {
    characters: words.length * 100,
    hashes: Uint32Array.from(words, hashOf),
    lengths: Uint32Array.from(words, () => 100),
    parts: words.map((name, firstBlock) => ({ name, firstBlock })),
    toolResults: results,
  }
}

function hashOf(word: string): number {
  return [...word].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) >>> 0, 7)
}
