// Serves the model of all examples on this machine, so that they need no key and no network. It is the `globalSetup` of the
// perf project in vitest.config.ts; yours needs none, for your agents call models that are there.

import { startModelServer } from '../fixtures/model-server/server.ts'

export default async function serveModel() {
  const server = await startModelServer({ timing: { ttftMs: 8, tokenGapMs: 1 } })
  // Read by OpenAI's client, by the AI SDK, LangChain and OpenAI's agents.
  process.env.OPENAI_BASE_URL = server.baseUrl
  process.env.OPENAI_API_KEY = 'any'
  process.env.ANTHROPIC_BASE_URL = server.url
  process.env.ANTHROPIC_API_KEY = 'any'
  // Times are kept to be compared with. Examples must pass on a busy machine too, so theirs are not.
  process.env.BENCH_AGENT_HISTORY ??= 'read'
  return () => server.close()
}
