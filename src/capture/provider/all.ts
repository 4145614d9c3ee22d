import { openai } from './openai.ts'
import type { Protocol, Provider } from './provider.ts'

// In the order in which they are asked.
const providers: readonly Provider[] = [openai]

/** The protocol spoken at `path` (no query), absent when no provider knows it. */
export function recognise(path: string): Protocol | undefined {
  for (const provider of providers) {
    const protocol = provider.recognise(path)
    if (protocol !== undefined) return protocol
  }
  return undefined
}
