import { openaiChat } from './openai-chat.ts'
import { openaiResponses } from './openai-responses.ts'
import type { Provider } from './provider.ts'

// An agent's own API may well end in /responses too, so what stands before it must be a version, `openai` or nothing.
const responsesPath = /(?:^|\/v\d+|\/openai)\/responses$/

/** OpenAI, and whoever speaks its protocols: Azure, gateways, local servers. */
export const openai: Provider = {
  name: 'openai',
  recognise(path) {
    if (path.endsWith('/chat/completions')) return openaiChat
    if (path.endsWith('/responses') && responsesPath.test(path)) return openaiResponses
    return undefined
  },
}
