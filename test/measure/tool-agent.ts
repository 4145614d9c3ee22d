import type OpenAI from 'openai'
import { callTool, tools } from '../../fixtures/model-server/tools.ts'

const toolDefinitions = tools.map(({ name, description, parameters }) => ({
  type: 'function' as const,
  function: { name, description, parameters },
}))

/** How {@link reachGoal} goes about it. */
export interface Reaching {
  signal?: AbortSignal | undefined
  /** @default 'gpt-5-mini' */
  model?: string | undefined
  /** Whether answers are streamed, with their usage. @default false */
  streamed?: boolean | undefined
}

/** The answer to `goal`, found with the tools of the model server, one step after the other. */
export async function reachGoal(client: OpenAI, goal: string, reaching: Reaching = {}): Promise<string> {
  const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: goal }]
  for (;;) {
    const message = await ask(client, messages, reaching)
    if (message === undefined) throw new Error('expected a message')
    messages.push(message)
    const calls = (message.tool_calls ?? []).filter((call) => call.type === 'function')
    if (calls.length === 0) return message.content ?? ''
    for (const { id, function: asked } of calls) {
      const content = JSON.stringify(callTool(asked.name, JSON.parse(asked.arguments)))
      messages.push({ role: 'tool', tool_call_id: id, content })
    }
  }
}

async function ask(
  client: OpenAI,
  messages: OpenAI.ChatCompletionMessageParam[],
  { signal, model = 'gpt-5-mini', streamed = false }: Reaching,
): Promise<OpenAI.ChatCompletionMessage | undefined> {
  const request = { model, messages, tools: toolDefinitions }
  const completion = streamed
    ? await client.chat.completions
        .stream({ ...request, stream_options: { include_usage: true } }, { signal })
        .finalChatCompletion()
    : await client.chat.completions.create(request, { signal })
  return completion.choices[0]?.message
}
