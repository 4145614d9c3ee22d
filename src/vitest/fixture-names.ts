/**
 * The names that `callback` takes out of its first argument: `['db', 'expect']` for `async ({ db, expect: e = 1 }) => …`.
 * Empty when it takes the argument whole, or none. Vitest finds out which fixtures to set up in the same way.
 */
export function destructuredNames(callback: (...given: never[]) => unknown): string[] {
  const pattern = firstPattern(Function.prototype.toString.call(callback))
  if (pattern === undefined) return []
  return splitTopLevel(pattern)
    .map((part) => /^\s*([\w$]+)/.exec(part)?.[1])
    .filter((name) => name !== undefined)
}

/** The text inside the braces of a destructured first parameter; absent when it is not destructured. */
function firstPattern(source: string): string | undefined {
  if (/^(?:async\s+)?[\w$]+\s*=>/.test(source)) return undefined
  const parameters = source.indexOf('(')
  if (parameters === -1) return undefined
  const rest = source.slice(parameters + 1).replace(/^(?:\s|\/\*[\s\S]*?\*\/|\/\/[^\n]*\n)*/, '')
  if (!rest.startsWith('{')) return undefined
  const end = closingBrace(rest)
  return end === undefined ? undefined : rest.slice(1, end)
}

function closingBrace(text: string): number | undefined {
  let depth = 0
  for (const { character, index } of code(text)) {
    if ('{[('.includes(character)) depth += 1
    if ('}])'.includes(character)) depth -= 1
    if (depth === 0) return index
  }
  return undefined
}

function splitTopLevel(pattern: string): string[] {
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (const { character, index } of code(pattern)) {
    if ('{[('.includes(character)) depth += 1
    if ('}])'.includes(character)) depth -= 1
    if (character !== ',' || depth > 0) continue
    parts.push(pattern.slice(from, index))
    from = index + 1
  }
  return [...parts, pattern.slice(from)]
}

/** The characters of `text` that are code, not quoted text. */
function* code(text: string): Generator<{ character: string; index: number }> {
  let quote: string | undefined
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? ''
    if (quote !== undefined) {
      if (character === '\\') index += 1
      else if (character === quote) quote = undefined
    } else if (character === '"' || character === "'" || character === '`') quote = character
    else yield { character, index }
  }
}
