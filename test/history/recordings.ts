import type { RecordedCall, RecordedRun, Recordings } from '../../src/domain/recording.ts'

/** What was recorded at `recordedAt` of one case, a call for each of `answers`, which were given to a request each. */
export function recordingsOf(
  recordedAt: string,
  answers: readonly string[],
  path = '/v1/chat/completions',
): Recordings {
  return { recordedAt, cases: new Map([['one', [runOf(answers, path)]]]) }
}

/** A run with a call for each of `answers`. */
export function runOf(answers: readonly string[], path = '/v1/chat/completions'): RecordedRun {
  return answers.map((answer, at) => callOf(answer, at, path))
}

function callOf(answer: string, at: number, path: string): RecordedCall {
  return {
    request: { key: `${path} ${at}`, method: 'POST', path, body: { model: 'm', at } },
    response: {
      status: 200,
      headers: { 'content-type': 'application/json' },
      headersAtMs: 1,
      chunks: [{ atMs: 2, bytes: Buffer.from(answer) }],
      endedAtMs: 3,
    },
  }
}

/** The answers in `recordings`, in their order. */
export function answersIn(recordings: Recordings | undefined): string[] | undefined {
  return (
    recordings &&
    [...recordings.cases.values()]
      .flat(2)
      .map(({ response }) => (response?.chunks ?? []).map(({ bytes }) => Buffer.from(bytes).toString()).join(''))
  )
}
