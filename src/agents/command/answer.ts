import { quoteValue } from '../../domain/errors.ts'

/** `input` as a program is given it. */
export function inputText(input: unknown): string {
  return typeof input === 'string' ? input : (JSON.stringify(input) ?? '')
}

/**
 * The JSON that `text` is, or its last line. @throws an error that says what is there instead
 *
 * @param who the program, as errors call it
 */
export function jsonIn(text: string, who: string): unknown {
  const whole = text.trim()
  const last = whole.slice(whole.lastIndexOf('\n') + 1)
  for (const candidate of [whole, last]) {
    try {
      return JSON.parse(candidate)
    } catch {
      // The next one may be.
    }
  }
  const got = whole === '' ? 'nothing' : quoteValue(last)
  throw new Error(`Expected ${who} to write JSON to stdout, got ${got}. Let it write what it logs to stderr.`)
}

/** The parts of a text as they come, without the line ends behind the last one. */
export async function* withoutLastLineEnds(parts: AsyncIterable<string>): AsyncGenerator<string, void> {
  let held = ''
  for await (const part of parts) {
    const text = held + part
    const kept = text.replace(/[\r\n]+$/, '')
    held = text.slice(kept.length)
    if (kept !== '') yield kept
  }
}
