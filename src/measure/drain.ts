/** Whether reading `returned` to its end is part of the run. */
export function isStream(returned: unknown): returned is AsyncIterable<unknown> | Response {
  return (
    typeof returned === 'object' &&
    returned !== null &&
    (returned instanceof Response || Symbol.asyncIterator in returned)
  )
}

/**
 * What `returned` is once it has been read to its end. A stream of strings becomes their concatenation, any other stream an
 * array of its items; a Response becomes one with the same status, headers and body that can be read again; anything
 * else stays as it is.
 *
 * @param onFirst called with the first item that is not an empty text
 */
export function drain(returned: unknown, onFirst: (item: unknown) => void): unknown {
  return isStream(returned) ? drainStream(returned, onFirst) : returned
}

async function drainStream(
  stream: AsyncIterable<unknown> | Response,
  onFirst: (item: unknown) => void,
): Promise<unknown> {
  if (stream instanceof Response) return drainResponse(stream, onFirst)
  const items: unknown[] = []
  let begun = false
  for await (const item of stream) {
    // Models open their answers with empty pieces, which nobody can see.
    if (!begun && item !== '') {
      begun = true
      onFirst(item)
    }
    items.push(item)
  }
  return items.length > 0 && items.every((item) => typeof item === 'string') ? items.join('') : items
}

async function drainResponse(response: Response, onFirst: (item: unknown) => void): Promise<Response> {
  const { status, statusText, headers } = response
  if (response.body === null) return response
  const chunks: Uint8Array<ArrayBuffer>[] = []
  for await (const chunk of response.body) {
    if (chunks.length === 0) onFirst(chunk)
    chunks.push(chunk)
  }
  return new Response(new Blob(chunks), { status, statusText, headers })
}
