import { describe, expect, test } from 'vitest'
import type { Advice } from '../../src/domain/advice.ts'
import type { ExecutionRecord } from '../../src/domain/record.ts'
import { describePlace, describeSaving } from '../../src/report/advice-line.ts'
import { renderMarkdown } from '../../src/report/markdown.ts'
import { renderTerminal } from '../../src/report/terminal.ts'
import { times } from '../domain/given.ts'
import { recordOf, sessionOf } from './sessions.ts'

const tools: Advice = {
  rule: 'sequentialTools',
  place: [
    { kind: 'phase', name: 'answer' },
    { kind: 'modelCall', name: 'model call 1' },
    { kind: 'tool', name: 'lookup' },
  ],
  impact: { savedMs: 160.4 },
  shareRatio: 0.457,
  seen: { runs: 12, of: 12 },
  cause:
    'The model asks for 3 calls of lookup together, and they run one after another: 241 ms, the longest of them 80.5 ms.',
  suggestion: 'Start them together and wait for all (`Promise.all`), where their order does not matter.',
  effort: 'small',
}

const advised = (name: string, ...advice: Advice[]): ExecutionRecord => {
  const record = recordOf('passing')
  return { ...record, identity: { ...record.identity, name }, advice }
}

const linesAbout = (text: string, word: string) => text.split('\n').filter((line) => line.includes(word))
const terminal = (...records: ExecutionRecord[]) => renderTerminal(sessionOf(records), { columns: 200, colors: false })

describe('what would be saved', () => {
  test.for([
    [{ savedMs: 160.4 }, 'up to 160 ms a run (45.7%)'],
    [{ savedTokens: 2644.2, savedUsd: 0.000595 }, 'up to 2,644 tokens, $0.000595 a run (45.7%)'],
    [{ savedMs: 30, savedTokens: 0, savedUsd: 0 }, 'up to 30 ms a run (45.7%)'],
    [{}, '45.7% of a run'],
  ] as const)('%o', ([impact, told]) => {
    expect(describeSaving({ ...tools, impact })).toBe(told)
  })

  test('by a cache are tokens that come from it', () => {
    expect(describeSaving({ ...tools, rule: 'cachePrefix', impact: { savedTokens: 2000 } })).toBe(
      'up to 2,000 tokens from the cache a run (45.7%)',
    )
  })
})

test('the place is told from the outside in', () => {
  expect(describePlace(tools)).toBe('phase answer, model call 1, tool lookup')
  expect(describePlace({ ...tools, place: [] })).toBe('')
})

describe('in the terminal', () => {
  test('advice stands under the table, with cause and suggestion', () => {
    const text = terminal(advised('refund', tools))
    expect(text).toContain(
      [
        'refund: up to 160 ms a run (45.7%), phase answer, model call 1, tool lookup',
        `  ${tools.cause}`,
        `  → ${tools.suggestion}`,
      ].join('\n'),
    )
    expect(text.indexOf('refund: up to')).toBeGreaterThan(text.indexOf('scenario'))
  })

  test('three are told, those with the largest share', () => {
    const places = times(5, (position): Advice => {
      const name = `tool-${position}`
      return { ...tools, place: [{ kind: 'tool', name }], shareRatio: (position + 1) / 10, cause: `cause of ${name}` }
    })
    const text = terminal(advised('refund', ...places))
    expect(linesAbout(text, 'cause of').map((line) => line.trim())).toEqual([
      'cause of tool-4',
      'cause of tool-3',
      'cause of tool-2',
    ])
    expect(text).toContain('…and 2 more pieces of advice in RESULTS.md.')
  })

  test('the same fault at the same place is told once, for the scenario that loses most', () => {
    const text = terminal(advised('small', { ...tools, shareRatio: 0.1 }), advised('large', tools))
    expect(linesAbout(text, 'up to 160 ms')).toEqual([
      'large and 1 more: up to 160 ms a run (45.7%), phase answer, model call 1, tool lookup',
    ])
  })

  test('nothing is told where nothing was found', () => {
    expect(terminal(recordOf('passing'))).not.toContain('up to')
  })
})

describe('in Markdown', () => {
  const markdown = (...records: ExecutionRecord[]) => renderMarkdown(sessionOf(records))

  test('each is a row, with its effort and in how many runs it was seen', () => {
    const text = markdown(advised('re|fund', { ...tools, seen: { runs: 5, of: 12 } }))
    expect(linesAbout(text, 'Promise.all')).toEqual([
      '| re\\|fund | up to 160 ms a run (45.7%) | phase answer, model call 1, tool lookup | The model asks for 3 calls of lookup together, and they run one after another: 241 ms, the longest of them 80.5 ms. | Start them together and wait for all (`Promise.all`), where their order does not matter. | small | 5 of 12 runs |',
    ])
  })

  test('the section is missing where nothing was found', () => {
    expect(markdown(recordOf('passing'))).not.toContain('What runs lose')
  })
})
