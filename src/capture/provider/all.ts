import { anthropic } from './anthropic.ts'
import { bedrock } from './bedrock.ts'
import { cohere } from './cohere.ts'
import { google } from './google.ts'
import { ollama } from './ollama.ts'
import { openai } from './openai.ts'
import type { Protocol, Provider } from './provider.ts'

// In the order in which they are asked: Ollama has embeddings at a path that looks like one of OpenAI's.
const providers: readonly Provider[] = [ollama, openai, anthropic, google, bedrock, cohere]

/** The protocol spoken at `path` (no query), absent when no provider knows it. */
export function recognise(path: string): Protocol | undefined {
  for (const provider of providers) {
    const protocol = provider.recognise(path)
    if (protocol !== undefined) return protocol
  }
  return undefined
}
