import { textAt, valueAt } from './json.ts'
import type { Protocol } from './provider.ts'
import { reportedFailure } from './reported-failure.ts'

/**
 * The protocol of a provider's embeddings, which have input tokens only.
 *
 * @param inputTokensOf What a parsed response says; absent when it does not.
 */
export function embeddings(provider: string, inputTokensOf: (body: unknown) => number | undefined): Protocol {
  return {
    provider,
    api: 'embeddings',
    embeds: true,
    readBody(body, answer) {
      answer.model = textAt(body, 'model') ?? answer.model
      answer.failure = reportedFailure(valueAt(body, 'error')) ?? answer.failure
      const inputTokens = inputTokensOf(body)
      if (inputTokens !== undefined) answer.usage = { inputTokens, outputTokens: 0 }
    },
    readEvent: () => undefined,
  }
}
