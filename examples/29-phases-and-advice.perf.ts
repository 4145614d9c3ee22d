// Where the time goes, and what to do about it: phases, and the advice that follows from them.
//
//   npx vitest --project perf examples/29
//
// `run.phase` names parts of your own code; tools of a framework are seen without. Here the phases around tools bear the names
// that the model asks for, so they are known to be its tools. The first agent looks up one invoice after another, though the
// model asks for all three at once: under the table you read what that costs a run, where, and how to save it. The second
// one does what the advice says, and gets none. All advice is in `.bench-agent/RESULTS.md`, and in results.json for tools.

import { benchAgent, type Run } from 'bench-agent'
import OpenAI from 'openai'
import { chatTools } from '../fixtures/agents/reach-goal.ts'
import { callTool } from '../fixtures/model-server/tools.ts'

type Call = OpenAI.ChatCompletionMessageFunctionToolCall
type Answer = OpenAI.ChatCompletionToolMessageParam
type AnswerAll = (calls: Call[], answer: (call: Call) => Promise<Answer>) => Promise<Answer[]>

// As from a service on the network.
const databaseMs = 60
const lookUp = async (name: string, input: unknown) => {
  await new Promise((resolve) => setTimeout(resolve, databaseMs))
  return callTool(name, input)
}

const openai = new OpenAI()

async function total({ phase, signal }: Run, answerAll: AnswerAll): Promise<string> {
  const order = await phase('read the order', () => 'What is the total of invoices 3, 5 and 8?')
  const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: order }]
  const answer = async ({ id, function: { name, arguments: given } }: Call): Promise<Answer> => {
    const row = await phase(name, () => lookUp(name, JSON.parse(given)))
    return { role: 'tool', tool_call_id: id, content: JSON.stringify(row) }
  }
  for (;;) {
    const request = { model: 'gpt-5-mini', messages, tools: chatTools }
    const { choices } = await openai.chat.completions.create(request, { signal })
    const message = choices[0]?.message
    const calls = (message?.tool_calls ?? []).filter((call) => call.type === 'function')
    if (message === undefined || calls.length === 0) return message?.content ?? ''
    messages.push(message, ...(await answerAll(calls, answer)))
  }
}

const oneAfterAnother: AnswerAll = async (calls, answer) => {
  const answers: Answer[] = []
  for (const call of calls) answers.push(await answer(call))
  return answers
}
const atOnce: AnswerAll = (calls, answer) => Promise.all(calls.map(answer))

benchAgent(
  'lookups one after another',
  { agent: (run) => total(run, oneAfterAnother), thresholds: { latencyMs: { p50: 2_000 }, toolCalls: { max: 4 } } },
  ({ output, expect }) => expect(output).toContain('182.15'),
)

benchAgent(
  'lookups at once',
  { agent: (run) => total(run, atOnce), thresholds: { latencyMs: { p50: 2_000 }, toolCalls: { max: 4 } } },
  ({ output, expect }) => expect(output).toContain('182.15'),
)
