import type { HttpEvent } from './http-options.ts'

/**
 * The server-sent events in `parts` as they come.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export async function* eventsIn(parts: AsyncIterable<string>): AsyncGenerator<HttpEvent, void> {
  let rest = ''
  let event: string | undefined
  let data: string | undefined
  for await (const part of parts) {
    // A carriage return at the end may be the first half of a line end.
    const [whole, held] = splitAtLastLineEnd(rest + part)
    rest = held
    for (const line of whole) {
      if (line === '') {
        if (data !== undefined) yield { event, data }
        event = undefined
        data = undefined
        continue
      }
      const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? []
      if (field === 'data') data = data === undefined ? value : `${data}\n${value}`
      if (field === 'event') event = value
    }
  }
}

function splitAtLastLineEnd(text: string): [lines: string[], rest: string] {
  const lines = text.split(/\r\n|\n|\r(?!$)/)
  const rest = lines.pop() ?? ''
  return [lines, rest]
}

/** The text that an event brings by the protocols that are common; undefined when it brings none. */
export function textOfEvent({ data }: HttpEvent): string | undefined {
  if (data === '[DONE]') return undefined
  let value: unknown
  try {
    value = JSON.parse(data)
  } catch {
    return data
  }
  return textIn(value)
}

function textIn(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (!isFields(value)) return undefined
  const { type, choices, delta, text, content } = value
  // OpenAI's Responses and the AI SDK stream reasoning and tool calls by the same name as text.
  if (typeof type === 'string' && /reasoning|thinking|tool|arguments|refusal|done|completed/.test(type))
    return undefined
  const first: unknown = Array.isArray(choices) ? choices[0] : undefined
  if (isFields(first)) return textIn(first.delta)
  for (const candidate of [delta, text, content]) {
    if (typeof candidate === 'string') return candidate
    // Anthropic's is one field further inside.
    if (isFields(candidate)) return textIn(candidate)
  }
  return undefined
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
