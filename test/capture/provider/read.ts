import { type Answer, type ContentKind, emptyAnswer, type Protocol } from '../../../src/capture/provider/provider.ts'

/** What `protocol` reads from a whole response. */
export function readBody(protocol: Protocol, body: unknown): Answer {
  const answer = emptyAnswer()
  protocol.readBody(body, answer)
  return answer
}

/** What `protocol` reads from the events of a stream, and what content each of them brought. */
export function readAll(
  protocol: Protocol,
  ...events: readonly (object | string)[]
): { answer: Answer; kinds: (ContentKind | undefined)[] } {
  const answer = emptyAnswer()
  const kinds = events.map((event, index) => {
    const data = typeof event === 'string' ? event : JSON.stringify(event)
    return protocol.readEvent({ data, atMs: index }, answer)
  })
  return { answer, kinds }
}
