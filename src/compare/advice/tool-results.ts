import { formatCount, plural } from '../../domain/format.ts'
import type { ModelCall } from '../../domain/span.ts'
import { sumKnown } from '../../domain/usage.ts'
import { type Evidence, meanOf, type Observation, type Rule } from './evidence.ts'

// Some pages of text: what a search or a document gives is smaller, as a rule.
const bigTokens = 2_000
const worthRatio = 0.25

/** What the results of one tool came to in the prompt of a call. */
interface Carried {
  call: ModelCall
  name: string
  count: number
  tokens: number
}

/**
 * Results of a tool that have 2,000 tokens and more each and are a quarter and more of all input: they are sent again with every
 * call after them. Tokens are the call's input tokens, by the share of the prompt's characters. What would be saved at most is
 * all that they took.
 */
export const toolResults: Rule = (evidence) => {
  const { runs } = evidence
  const carried = runs.map(({ calls }) => calls.flatMap((call) => carriedBy(call, evidence)))
  const inputTokens = meanOf(runs.map(({ calls }) => sum(calls.map(({ usage }) => usage?.inputTokens ?? 0))))
  const names = new Set(carried.flat().map(({ name }) => name))
  return [...names].flatMap((name): Observation[] => {
    const ofRun = carried.map((all) => all.filter((one) => one.name === name))
    const all = ofRun.flat()
    const each = sum(all.map(({ tokens }) => tokens)) / sum(all.map(({ count }) => count))
    const savedTokens = ofRun.map((some) => sum(some.map(({ tokens }) => tokens)))
    if (each < bigTokens || meanOf(savedTokens) < worthRatio * inputTokens) return []
    const times = all.length / runs.length
    return [
      {
        rule: 'toolResults',
        place: [{ kind: 'tool', name }],
        savedTokens,
        savedUsd: ofRun.map((some) => sumKnown([0, ...some.map((one) => usdOf(one, evidence))])),
        cause: `Each result of ${name} has about ${formatCount(Math.round(each))} tokens, and ${plural(times, 'model call')} a run ${times === 1 ? 'carries' : 'carry'} some: ${formatCount(Math.round(meanOf(savedTokens)))} of ${formatCount(Math.round(inputTokens))} input tokens.`,
        suggestion:
          'Return only what the model needs: fewer fields, the first rows, a summary; keep the rest where a further call can ask for it.',
        effort: 'medium',
      },
    ]
  })
}

function carriedBy(call: ModelCall, { promptOf }: Evidence): Carried[] {
  const prompt = promptOf(call)
  const inputTokens = call.usage?.inputTokens
  if (prompt === undefined || inputTokens === undefined || prompt.characters === 0) return []
  return prompt.toolResults.map(({ name, count, characters }) => {
    return { call, name, count, tokens: Math.min(1, characters / prompt.characters) * inputTokens }
  })
}

function usdOf({ call, tokens }: Carried, evidence: Evidence): number | undefined {
  const { usage } = call
  if (usage?.inputTokens === undefined) return undefined
  const inputTokens = usage.inputTokens - tokens
  const rest = { ...usage, inputTokens, cachedTokens: Math.min(usage.cachedTokens ?? 0, inputTokens) }
  const [before, after] = [evidence.usdOf(call, usage), evidence.usdOf(call, rest)]
  return before === undefined || after === undefined ? undefined : before - after
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
