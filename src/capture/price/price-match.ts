import type { MatchLogic } from '@pydantic/genai-prices'

// What may follow a model's name without making it another model: its date, its revision, its stage.
const piece =
  '(?:\\d{8}|\\d{4}-\\d{2}-\\d{2}|\\d{2}-\\d{2}(?:\\d{2})?|\\d{3,4}|v\\d+|latest|default|preview|exp|beta|thinking)'
const sameModel = new RegExp(`^(?:[-@]${piece}|:\\d+|:thinking)*$`)
const separators = '-@:/'
const revision = /[-@](?:\d{8}|\d{4}-\d{2}-\d{2}|\d{3})$/

/**
 * Whether `match`, which holds for `model`, holds for all of its name but a date, a revision or a stage. The list takes many
 * models by the beginning of their name or a part of it, so that `claude-sonnet-5-5` gets the price of `claude-sonnet-5`
 * until it has its own, and `gemini-1.5-flash-8b` that of a model twice its price: no price is better than a wrong one.
 */
export function matchesWholeName(match: MatchLogic, model: string): boolean {
  if ('or' in match) return match.or.some((one) => matchesWholeName(one, model))
  if ('and' in match) return match.and.some((one) => matchesWholeName(one, model))
  const name = model.toLowerCase()
  if ('equals' in match) return name === match.equals.toLowerCase()
  if ('ends_with' in match) return name.endsWith(match.ends_with.toLowerCase())
  return isSameModel(name, matchedUpTo(match, name))
}

/** `model` without its date or revision: `gpt-5` of `gpt-5-2026-01-31`; absent when it has none. */
export function unrevised(model: string): string | undefined {
  const without = model.replace(revision, '')
  return without === model ? undefined : without
}

function matchedUpTo(
  match: { starts_with: string } | { contains: string } | { regex: string },
  name: string,
): number | undefined {
  if ('regex' in match) {
    const found = new RegExp(match.regex).exec(name)
    return found === null ? undefined : found.index + found[0].length
  }
  const part = ('starts_with' in match ? match.starts_with : match.contains).toLowerCase()
  const at = name.indexOf(part)
  return at === -1 || ('starts_with' in match && at > 0) ? undefined : at + part.length
}

function isSameModel(name: string, end: number | undefined): boolean {
  if (end === undefined) return false
  let start = end
  // The part that matched may end in the middle of a date.
  while (start < name.length && start > 0 && !separators.includes(name.charAt(start))) start--
  const rest = name.slice(start)
  // Of a tuned model, whose it is and how it is called.
  return sameModel.test(name.startsWith('ft:') ? rest.replace(/:.*$/, '') : rest)
}
