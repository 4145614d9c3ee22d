import { describe, expect, test } from 'vitest'
import { readBlocks } from '../../../src/capture/read/prompt-blocks.ts'
import { times } from '../../domain/given.ts'

const rules = times(200, (index) => `Rule ${index}: answer topic ${index * 7} politely, in section ${index % 9}.`).join(
  ' ',
)
const asked = (system: string, ...messages: string[]) => ({
  tools: [{ type: 'function', function: { name: 'search', parameters: {} } }],
  messages: [{ role: 'system', content: system }, ...messages.map((content) => ({ role: 'user', content }))],
})

function blocksOf(body: unknown) {
  const blocks = readBlocks(JSON.stringify(body))
  if (blocks === undefined) throw new Error('expected a prompt')
  return blocks
}

/** Characters of the blocks that two prompts have in common. */
function common(one: ReturnType<typeof blocksOf>, other: ReturnType<typeof blocksOf>): number {
  const known = new Set(one.hashes)
  return [...other.hashes].reduce((sum, hash, at) => sum + (known.has(hash) ? (other.lengths[at] ?? 0) : 0), 0)
}

test('blocks are those of all parts, which are named by whose they are', () => {
  const blocks = blocksOf(asked(rules, 'hello'))
  expect(blocks.lengths.reduce((sum, length) => sum + length, 0)).toBe(blocks.characters)
  expect(blocks.parts.map(({ name }) => name)).toEqual(['tools', 'system', 'user'])
})

test('the same prompt has the same blocks', () => {
  expect(blocksOf(asked(rules)).hashes).toEqual(blocksOf(asked(rules)).hashes)
})

describe('a difference', () => {
  test.each(['It is 9:00. ', 'It is twenty-five minutes past eleven. ', ''])(
    '%j at the beginning leaves the rest as it is',
    (start) => {
      const [one, other] = [blocksOf(asked(`It is 10:00. ${rules}`)), blocksOf(asked(`${start}${rules}`))]
      expect(common(one, other)).toBeGreaterThan(other.characters - 300)
      expect(common(one, other)).toBeLessThan(other.characters)
    },
  )

  test('at the end leaves what stands before as it is, at the same places', () => {
    const [one, other] = [blocksOf(asked(rules, 'first')), blocksOf(asked(rules, 'second question'))]
    const lastOf = (blocks: typeof one) => blocks.parts.at(-1)?.firstBlock ?? 0
    expect(one.hashes.slice(0, lastOf(one))).toEqual(other.hashes.slice(0, lastOf(other)))
  })
})

test('a mark of where a cache should end is no difference', () => {
  const message = (content: unknown) => ({
    messages: [
      { role: 'user', content },
      { role: 'user', content: 'hello' },
    ],
  })
  const marked = [{ type: 'text', text: rules, cache_control: { type: 'ephemeral' } }]
  expect(blocksOf(message(marked)).hashes).toEqual(blocksOf(message(rules)).hashes)
})

test('texts that have nothing in common have no block in common', () => {
  const other = times(200, (index) => `Never mind item ${index * 3} of list ${index % 5}, please.`).join(' ')
  const [one, two] = [blocksOf({ messages: [{ role: 'user', content: rules }] }), blocksOf({ prompt: other })]
  expect(common(one, two)).toBe(0)
})

test.each([
  ['words', rules.repeat(200)],
  ['no space', 'x'.repeat(1_000_000)],
  ['ideographs', '語言模型'.repeat(100_000)],
])('a long prompt of %s has about a thousand blocks at most', (_, content) => {
  expect(blocksOf({ messages: [{ role: 'user', content }] }).hashes.length).toBeLessThan(1100)
})

test.each([
  ['is none', { model: 'gpt-5' }],
  ['lies with the provider in part', { input: 'hello', previous_response_id: 'r1' }],
])('a prompt that %s has no blocks', (_, body) => {
  expect(readBlocks(JSON.stringify(body))).toBeUndefined()
})
