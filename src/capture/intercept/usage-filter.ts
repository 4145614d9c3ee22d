import { parseJson, valueAt } from '../provider/json.ts'
import { readEvents } from '../stream.ts'

/** Takes out of a Chat Completions stream what is there only because somebody asked for its usage. */
export interface UsageFilter {
  /** What of the stream up to the end of `chunk` can be passed on; an event is held back until all of it is there. */
  pass: (chunk: Uint8Array) => Uint8Array
  /** What is held back, at the end of the stream. */
  rest: () => Uint8Array
}

const eventEnds = ['\n\n', '\r\n\r\n', '\r\r'] as const
const betweenEvents = /(?<=\n\n|\r\n\r\n|\r\r)/
const nullUsage = /,\s*"usage"\s*:\s*null|"usage"\s*:\s*null\s*,\s*/g

/**
 * A filter for one stream. Asked for its usage, OpenAI sends one chunk more, with the usage and without choices, and the field
 * as null in every other chunk.
 */
export function usageFilter(): UsageFilter {
  let held = ''
  return {
    pass: (chunk) => {
      // One character a byte, whatever the bytes say: nothing is lost on the way back, and all that is sought is ASCII.
      const text = held + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1')
      const end = endOfEvents(text)
      held = text.slice(end)
      return Buffer.from(withoutUsage(text.slice(0, end)), 'latin1')
    },
    rest: () => {
      const last = Buffer.from(withoutUsage(held), 'latin1')
      held = ''
      return last
    },
  }
}

function endOfEvents(text: string): number {
  let last = 0
  for (const end of eventEnds) {
    const at = text.lastIndexOf(end)
    if (at !== -1) last = Math.max(last, at + end.length)
  }
  return last
}

function withoutUsage(events: string): string {
  // The one that there is in most chunks, so that only the others have to be read.
  const withoutNulls = events.replace(nullUsage, '')
  if (!withoutNulls.includes('"usage"')) return withoutNulls
  return withoutNulls
    .split(betweenEvents)
    .filter((event) => !isUsageChunk(event))
    .join('')
}

function isUsageChunk(event: string): boolean {
  if (!event.includes('"usage"')) return false
  const [read] = [...readEvents([{ bytes: Buffer.from(event, 'latin1'), atMs: 0 }])]
  const chunk = parseJson(read?.data ?? '')
  const choices = valueAt(chunk, 'choices')
  return Array.isArray(choices) && choices.length === 0 && typeof valueAt(chunk, 'usage', 'prompt_tokens') === 'number'
}
