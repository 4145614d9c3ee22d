/** Bytes, and when they came. */
export interface Arrival {
  bytes: Uint8Array
  /** An instant on the clock of who gathered them. */
  atMs: number
}

/** One server-sent event. */
export interface StreamEvent {
  /** The event's `event` field; absent when it has none. */
  name?: string | undefined
  /** The event's `data` lines, joined by line feeds. */
  data: string
  /** When the bytes came that completed the event. */
  atMs: number
}

/**
 * The events in `arrivals`, in order; events without data are none.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function* readEvents(arrivals: Iterable<Arrival>): Generator<StreamEvent> {
  let name: string | undefined
  let data: string[] = []
  for (const { line, atMs } of readLines(arrivals)) {
    if (line === '') {
      if (data.length > 0) yield { name, data: data.join('\n'), atMs }
      name = undefined
      data = []
      continue
    }
    const [field, value] = fieldOf(line)
    if (field === 'data') data.push(value)
    else if (field === 'event') name = value
  }
}

function fieldOf(line: string): [name: string, value: string] {
  const colonAt = line.indexOf(':')
  if (colonAt === -1) return [line, '']
  return [line.slice(0, colonAt), line.slice(line[colonAt + 1] === ' ' ? colonAt + 2 : colonAt + 1)]
}

function* readLines(arrivals: Iterable<Arrival>): Generator<{ line: string; atMs: number }> {
  const decoder = new TextDecoder()
  const lineEnd = /\r\n?|\n/g
  let rest = ''
  let afterReturn = false
  let lastAtMs = 0
  for (const { bytes, atMs } of arrivals) {
    lastAtMs = atMs
    let text = decoder.decode(bytes, { stream: true })
    // A \r\n that two chunks share was taken as ended by its \r.
    if (afterReturn && text.startsWith('\n')) {
      text = text.slice(1)
      afterReturn = false
    }
    if (text === '') continue
    afterReturn = text.endsWith('\r')
    lineEnd.lastIndex = rest.length
    text = rest + text
    let start = 0
    for (let end = lineEnd.exec(text); end !== null; end = lineEnd.exec(text)) {
      yield { line: text.slice(start, end.index), atMs }
      start = lineEnd.lastIndex
    }
    rest = text.slice(start)
  }
  // Servers leave out the last blank line; of an event cut in the middle no reader can make sense.
  if (rest !== '') yield { line: rest, atMs: lastAtMs }
  yield { line: '', atMs: lastAtMs }
}
