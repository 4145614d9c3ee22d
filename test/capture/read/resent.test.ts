import { describe, expect, test } from 'vitest'
import { openaiChat } from '../../../src/capture/provider/openai-chat.ts'
import { emptyAnswer } from '../../../src/capture/provider/provider.ts'
import { noteResent } from '../../../src/capture/read/resent.ts'
import { startedWireCall } from '../../../src/capture/wire-call.ts'
import type { ModelCall } from '../../../src/domain/span.ts'

interface Asked extends Partial<ModelCall> {
  body: unknown
  /** Id of the answer. */
  id?: string
}

/** Of each call what it sends again, and how much of that leads. */
async function resent(...asked: readonly Asked[]): Promise<(number | undefined)[][]> {
  const wires = asked.map(({ body, id }) => ({
    ...startedWireCall(openaiChat, 'POST', 'http://model/v1', 0),
    requestChunks: [Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))],
    answer: { ...emptyAnswer(), id },
  }))
  const calls = asked.map(
    ({ body: _, id: __, ...rest }, position): ModelCall => ({
      provider: 'openai',
      api: 'chat',
      url: 'http://model/v1',
      model: 'm',
      streamed: false,
      startedAtMs: position * 100,
      endedAtMs: position * 100 + 50,
      status: 200,
      reasoningStreamed: false,
      ...rest,
    }),
  )
  await noteResent(wires, calls)
  return calls.map(({ resentTokens, leadingTokens }) => [resentTokens, leadingTokens])
}

const say = (content: string) => ({ role: 'user', content })
const tokens = (inputTokens: number) => ({ usage: { inputTokens, outputTokens: 1 } })
const nothing = [0, 0]

describe('what is sent again', () => {
  test('is the whole prompt of the call that a conversation goes on from, by the tokens of that', async () => {
    const [first, second, third] = [[say('a')], [say('a'), say('b')], [say('a'), say('b'), say('c')]]
    expect(
      await resent(
        { body: { messages: first }, ...tokens(10) },
        { body: { messages: second }, ...tokens(25) },
        { body: { messages: third }, ...tokens(40) },
      ),
    ).toEqual([nothing, [10, 10], [25, 25]])
  })

  test('leads only up to the first difference, though all that follows comes again', async () => {
    const at = (time: string) => ({ messages: [say(`It is ${time}, be kind.`), say('a'.repeat(100))] })
    const [, [sent = 0, leading = 0] = []] = await resent(
      { body: at('10:41'), ...tokens(100) },
      { body: at('10:42'), ...tokens(100) },
    )
    expect(sent).toBeGreaterThan(60)
    expect(sent).toBeLessThan(80)
    expect(leading).toBeGreaterThan(15)
    expect(leading).toBeLessThan(30)
  })

  test('counts a part as often as both have it', async () => {
    const twice = { messages: [say('a'), say('a')] }
    expect(
      (await resent({ body: twice, ...tokens(20) }, { body: { messages: [say('a')] }, ...tokens(10) }))[1],
    ).toEqual([10, 10])
  })

  test('is taken from the call that has most of it: agents beside one another have a conversation each', async () => {
    const [long, other] = [[say('a'.repeat(200))], [say('b')]]
    const calls = [
      { body: { messages: long }, ...tokens(80) },
      { body: { messages: other }, ...tokens(5) },
    ]
    expect((await resent(...calls, { body: { messages: [...long, ...other] }, ...tokens(90) }))[2]).toEqual([80, 80])
  })

  const one = { messages: [say('a')] }
  test.each<[string, Partial<ModelCall>]>([
    ['another model', { model: 'other' }],
    ['another place', { url: 'http://other/v1' }],
    ['a call that was not answered', { status: 429 }],
    ['a call that failed', { failure: { class: 'connection', message: 'cut' } }],
    ['a call that goes on', { endedAtMs: 120 }],
    ['a call that embeds', { embeds: true }],
  ])('is nothing of what went to %s', async (_, before) => {
    expect((await resent({ body: one, ...tokens(10), ...before }, { body: one, ...tokens(10) }))[1]).toEqual(nothing)
  })

  test('is all of what the provider keeps, where it goes on from an answer or in a conversation', async () => {
    const next = { body: { input: 'b', previous_response_id: 'r1' }, ...tokens(30) }
    expect((await resent({ body: { input: 'a' }, id: 'r1', ...tokens(10) }, next))[1]).toEqual([10, 10])
    expect((await resent({ body: { input: 'a' }, id: 'r2', ...tokens(10) }, next))[1]).toEqual(nothing)
    const talk = (input: string) => ({ input, conversation: 'c1' })
    expect((await resent({ body: talk('a'), ...tokens(10) }, { body: talk('b'), ...tokens(30) }))[1]).toEqual([10, 10])
  })

  test('is unknown where a request cannot be read, or the tokens before are; of the first call it is nothing', async () => {
    const unknown = [undefined, undefined]
    expect((await resent({ body: one, ...tokens(10) }, { body: '{"messages":', ...tokens(10) }))[1]).toEqual(unknown)
    expect(await resent({ body: 'x', ...tokens(10) }, { body: one, ...tokens(10) })).toEqual([nothing, unknown])
    expect((await resent({ body: one }, { body: one, ...tokens(10) }))[1]).toEqual(unknown)
    expect((await resent({ body: one }, { body: { messages: [say('else')] }, ...tokens(10) }))[1]?.[0]).toBe(0)
  })

  test('is never more than the call itself had', async () => {
    expect((await resent({ body: one, ...tokens(10) }, { body: one, ...tokens(8) }))[1]).toEqual([8, 8])
  })
})
