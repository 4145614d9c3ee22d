import { describe, expect, test } from 'vitest'
import { cachePrefix } from '../../../src/compare/advice/cache-prefix.ts'
import { toolResults } from '../../../src/compare/advice/tool-results.ts'
import type { PromptBlocks } from '../../../src/domain/prompt-blocks.ts'
import type { ModelCall } from '../../../src/domain/span.ts'
import type { Usage } from '../../../src/domain/usage.ts'
import { call, evidence, promptOf, seenRun } from './given.ts'

const usdOf = (_: ModelCall, { inputTokens = 0, cachedTokens = 0 }: Usage) =>
  (inputTokens - cachedTokens + cachedTokens / 10) / 1e6

/** Runs of calls, each with its prompt; every block has 100 tokens. */
function given(runs: readonly (readonly [prompt: PromptBlocks, more?: Partial<ModelCall> | undefined])[][]) {
  const prompts = new Map<ModelCall, PromptBlocks>()
  const seen = runs.map((calls, run) =>
    seenRun({
      startedAtMs: run * 1000,
      calls: calls.map(([prompt, more], position) => {
        const usage = { inputTokens: prompt.characters, outputTokens: 10, ...more?.usage }
        const one = call(position * 100, position * 100 + 50, { ...more, usage })
        prompts.set(one, prompt)
        return one
      }),
    }),
  )
  return evidence(seen, { promptOf: (one) => prompts.get(one), usdOf })
}

const rules = Array.from({ length: 20 }, (_, index) => `rule ${index}`)

describe('a prompt that no cache serves', () => {
  const between = (first: string[], second: string[], more?: Partial<ModelCall>) =>
    cachePrefix(given([[[promptOf(first)]], [[promptOf(second), more]]]))

  test('begins otherwise than that of the run before, and goes on as that does', () => {
    expect(between(['nine o’clock', ...rules], ['ten o’clock', ...rules])).toMatchObject([
      { savedTokens: [0, 2000], savedUsd: [0, expect.closeTo(0.0018)], place: [{ name: 'model call 1' }] },
    ])
  })

  test('begins otherwise than that of the call before in its run', () => {
    const [one] = cachePrefix(given([[[promptOf(['nine', ...rules])], [promptOf(['ten', ...rules, 'answer'])]]]))
    expect(one).toMatchObject({ savedTokens: [2000], place: [{ name: 'model call 2' }] })
    expect(one?.cause).toContain(
      'that of the call before, but the first difference lies in its ten part, after 0 tokens',
    )
  })

  test.for([
    ['differs at its end', [...rules, 'first question'], [...rules, 'second question'], {}],
    ['has less in common than is cached', ['nine', ...rules.slice(0, 10)], ['ten', ...rules.slice(0, 10)], {}],
    [
      'differs late',
      [...rules.slice(0, 12), 'nine', ...rules.slice(12)],
      [...rules.slice(0, 12), 'ten', ...rules.slice(12)],
      {},
    ],
    ['came from the cache all the same', ['nine', ...rules], ['ten', ...rules], { usage: { cachedTokens: 2000 } }],
    ['is another model’s', ['nine', ...rules], ['ten', ...rules], { model: 'gpt-5-mini' }],
    ['has nothing in common', rules, rules.map((rule) => `other ${rule}`), {}],
  ] as const)('is none that %s', ([, first, second, more]) => {
    expect(between([...first], [...second], more as Partial<ModelCall>)).toEqual([])
  })

  test('is none where providers have forgotten the one before', () => {
    const later = given([[[promptOf(['nine', ...rules])]], [[promptOf(['ten', ...rules])]]])
    const runs = later.runs.map((run, index) => ({ ...run, startedAtMs: index * 400_000 }))
    expect(cachePrefix({ ...later, runs })).toEqual([])
  })
})

describe('big results of tools', () => {
  const carrying = (characters: number, count = 1) => promptOf(rules, [{ name: 'search', count, characters }])
  const tokens = { usage: { inputTokens: 10_000 } }

  test('count with every call that carries them, by their share of the prompt', () => {
    const found = toolResults(
      given([
        [
          [promptOf(rules), tokens],
          [carrying(1000), tokens],
          [carrying(1000), tokens],
        ],
      ]),
    )
    expect(found).toMatchObject([
      { savedTokens: [10_000], savedUsd: [expect.closeTo(0.01)], place: [{ name: 'search' }] },
    ])
    expect(found[0]?.cause).toContain(
      'about 5,000 tokens, and 2 model calls a run carry some: 10,000 of 30,000 input tokens',
    )
  })

  test('are none below 2,000 tokens each, or below a quarter of the input', () => {
    expect(toolResults(given([[[carrying(1000, 3), tokens]]]))).toEqual([])
    expect(
      toolResults(
        given([
          [
            [carrying(450), tokens],
            [promptOf(rules), tokens],
          ],
        ]),
      ),
    ).toEqual([])
  })
})
