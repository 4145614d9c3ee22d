import { type Fields, isFields } from '../fields.ts'

/** Takes secrets out of text. */
export interface Mask {
  text: (text: string) => string
  /** The texts of a whole, of which a secret may lie in two. */
  pieces: (texts: readonly string[]) => string[]
}

/** What stands in the place of a secret. */
export const masked = '[masked]'

// As keys are named in environments and headers.
const secretName = /key|token|secret|passw|credential|authorization|cookie|\bauth\b/i

// What is shorter would be found in any text.
const shortest = 8

/** Forms of the keys of well-known providers, and of tokens that name a user. */
const secretForms: readonly RegExp[] = [
  /\bsk-[\w-]{16,}/g,
  /\bAIza[\w-]{30,}/g,
  /\bAKIA[A-Z0-9]{16}\b/g,
  /\bgh[pousr]_\w{30,}/g,
  /\bxox[abprs]-[\w-]{10,}/g,
  /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/g,
  /\bBearer [\w.~+/-]{16,}=*/g,
]

/** The values in `variables` whose names say that they are secret. */
export function secretsInVariables(variables: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(variables).flatMap(([name, value]) =>
    value !== undefined && value.length >= shortest && secretName.test(name) ? [value] : [],
  )
}

/** The values of headers whose names say that they are secret, with and without the scheme before them. */
export function secretsInHeaders(rawHeaders: unknown): string[] {
  return headersIn(rawHeaders).flatMap(([name, value]) => {
    if (!secretName.test(name)) return []
    const words = value.split(/[\s;,=]+/)
    return [value, ...words].filter((word) => word.length >= shortest)
  })
}

/** Takes `secrets` and what looks like one out of text. */
export function maskFor(secrets: Iterable<string>): Mask {
  const known = [...new Set(secrets)].sort((a, b) => b.length - a.length)
  // In JSON, some characters are written otherwise.
  const spelt = known.flatMap((secret) => [
    ...new Set([secret, JSON.stringify(secret).slice(1, -1), encodeURI(secret)]),
  ])
  const found = (text: string): [start: number, end: number][] => [
    ...spelt.flatMap((secret) => placesOf(text, secret)),
    ...secretForms.flatMap((form) =>
      [...text.matchAll(form)].map(({ 0: match, index }): [number, number] => [index, index + match.length]),
    ),
  ]
  const pieces = (texts: readonly string[]): string[] => without(texts, merged(found(texts.join(''))))
  return { text: (text) => pieces([text])[0] ?? '', pieces }
}

/** `texts` of a whole without what lies in `spans` of it; each stands where it began. */
function without(texts: readonly string[], spans: readonly [start: number, end: number][]): string[] {
  if (spans.length === 0) return [...texts]
  let offset = 0
  return texts.map((text) => {
    const from = offset
    offset += text.length
    let kept = ''
    let at = from
    for (const [start, end] of spans) {
      if (end <= at || start >= offset) continue
      if (start >= at) kept += text.slice(at - from, start - from) + masked
      at = Math.min(end, offset)
    }
    return kept + text.slice(at - from)
  })
}

function merged(spans: [start: number, end: number][]): [start: number, end: number][] {
  const sorted = spans.sort(([a], [b]) => a - b)
  const whole: [number, number][] = []
  for (const [start, end] of sorted) {
    const last = whole.at(-1)
    if (last !== undefined && start < last[1]) last[1] = Math.max(last[1], end)
    else whole.push([start, end])
  }
  return whole
}

function placesOf(text: string, part: string): [start: number, end: number][] {
  const places: [number, number][] = []
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + part.length))
    places.push([at, at + part.length])
  return places
}

function headersIn(rawHeaders: unknown): [name: string, value: string][] {
  if (Array.isArray(rawHeaders))
    return rawHeaders.flatMap((name, at): [string, string][] =>
      at % 2 === 0 ? [[String(name), String(rawHeaders[at + 1])]] : [],
    )
  if (typeof rawHeaders === 'string')
    return rawHeaders.split('\r\n').map((line): [string, string] => {
      const colonAt = line.indexOf(':')
      return [line.slice(0, colonAt), line.slice(colonAt + 1).trim()]
    })
  return isFields(rawHeaders) ? Object.entries(rawHeaders as Fields).map(([name, value]) => [name, String(value)]) : []
}
