import type { Protocol } from './provider.ts'

/** Whoever is asked like a model at a path that no provider knows: calls and times are counted, tokens stay unknown. */
export const unknownProtocol: Protocol = {
  provider: 'unknown',
  api: 'unknown',
  readBody: () => undefined,
  readEvent: (event, answer) => {
    if (event.data === '[DONE]') answer.finished = true
    return event.data === '[DONE]' ? undefined : 'text'
  },
}

const openingBrace = 0x7b
const questions = ['"messages"', '"prompt"', '"input"', '"contents"']

/** Whether `body`, or the first part of it, is JSON that names a model and asks it something. */
export function asksModel(body: Uint8Array): boolean {
  if (body[0] !== openingBrace) return false
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  return bytes.includes('"model"') && questions.some((question) => bytes.includes(question))
}
