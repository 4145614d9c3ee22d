import { embeddings } from './embeddings.ts'
import { countAt } from './json.ts'
import { openaiChat, openaiCompletions } from './openai-chat.ts'
import { openaiResponses } from './openai-responses.ts'
import type { Provider } from './provider.ts'

// An agent's own API may well end so too: what stands before must be a version, `openai`, a deployment or nothing.
const responsesPath = /(?:^|\/v\d+|\/openai)\/responses(?:\/compact)?$/
const completionsPath = /(?:^|\/v\d+|\/openai|\/deployments\/[^/]+)\/completions$/
// Mistral's, which answer like chat.
const chatPath = /\/(?:chat|fim|agents)\/completions$/

const openaiEmbeddings = embeddings(
  'openai',
  // Those who speak its protocol leave one or the other out.
  (body) => countAt(body, 'usage', 'prompt_tokens') ?? countAt(body, 'usage', 'total_tokens'),
)

/** OpenAI, and whoever speaks its protocols: Azure, Mistral, gateways, local servers. */
export const openai: Provider = {
  name: 'openai',
  recognise(path) {
    if (path.endsWith('/completions')) {
      if (chatPath.test(path)) return openaiChat
      return completionsPath.test(path) ? openaiCompletions : undefined
    }
    if (path.endsWith('/embeddings')) return openaiEmbeddings
    return path.includes('/responses') && responsesPath.test(path) ? openaiResponses : undefined
  },
}
