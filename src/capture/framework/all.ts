import { observeAiSdk } from './ai-sdk.ts'
import { langchainIsLoaded, observeLangchain } from './langchain.ts'
import { observeOpenaiAgents } from './openai-agents.ts'

let observers = 0
const ends: (() => void)[] = []
let hearsLangchain = false

/**
 * Notes what agent frameworks tell of the runs in this process, as their spans, until the returned function is called.
 * Observers share one observation, which ends with the last of them.
 *
 * No framework is loaded for it. The AI SDK and the OpenAI Agents SDK may be loaded later, even in a run; LangChain is heard
 * when it had been loaded before the latest observer came.
 *
 * @param from Path of a file or folder of the user's, in which an import of LangChain gives the copy that the agent uses.
 */
export function observeFrameworks(from: string): () => void {
  observers++
  let observing = true
  if (ends.length === 0) ends.push(observeAiSdk(), observeOpenaiAgents())
  if (!hearsLangchain && langchainIsLoaded()) {
    hearsLangchain = true
    ends.push(observeLangchain(from))
  }
  return () => {
    if (!observing) return
    observing = false
    observers--
    if (observers > 0) return
    hearsLangchain = false
    for (const end of ends.splice(0)) end()
  }
}
