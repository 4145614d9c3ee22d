// Checked by `npm run types`: types flow from the cases through agents elsewhere to the check.
import { benchAgent, commandAgent, httpAgent, mcpAgent } from '../../src/index.ts'

declare function isAnswer(value: unknown): value is { answer: string }

// What is streamed as text reaches the check as text.
benchAgent('command', { cases: [{ input: 'a' }], agent: commandAgent({ command: 'agent' }) }, ({ output }) => {
  const text: string = output
  return text
})
benchAgent('events', { agent: httpAgent({ url: 'http://a', answer: 'events' }) }, ({ output }) => {
  const text: string = output
  return text
})

// JSON is unknown until `read` says what it is.
benchAgent('json', { cases: [{ input: 'a' }], agent: httpAgent({ url: 'http://a' }) }, ({ output }) => {
  // @ts-expect-error nobody knows what it is
  const text: string = output
  return text
})
benchAgent(
  'read',
  {
    cases: [{ input: { question: 'a' }, expected: 'b' }],
    agent: httpAgent<{ question: string }, { answer: string }>({
      url: ({ input }) => `http://a/${input.question}`,
      body: ({ input }) => input.question.toUpperCase(),
      read: (body, { status }) => {
        if (!isAnswer(body)) throw new Error(`no answer: ${status}`)
        return body
      },
    }),
  },
  ({ output, expected, expect }) => {
    const text: string = output.answer
    expect(text).toBe(expected.toUpperCase())
  },
)

// What is written inside of the options has the type of the cases.
benchAgent('inferred', {
  cases: [{ input: { question: 'a' } }],
  agent: commandAgent({ command: 'agent', args: ({ input }) => [input.question.toUpperCase()] }),
})
benchAgent(
  'inferred',
  {
    cases: [{ input: { question: 'a' } }],
    agent: mcpAgent({
      command: 'agent',
      tool: 'ask',
      arguments: ({ input }) => ({ text: input.question.toUpperCase() }),
      read: () => 3,
    }),
  },
  ({ output }) => output.toFixed(),
)

benchAgent('another input', {
  cases: [{ input: 3 }],
  // @ts-expect-error it takes texts
  agent: commandAgent<string>({ command: 'agent' }),
})
// @ts-expect-error by a command or by a URL
mcpAgent({ url: 'http://a', command: 'agent', tool: 'ask' })
// @ts-expect-error it says what it is called
httpAgent({ url: 'http://a', retries: 3 })
// @ts-expect-error text is not read
commandAgent({ command: 'agent', read: () => 3 })
