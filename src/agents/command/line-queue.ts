import type { Readable } from 'node:stream'

/** Reads `stream` line by line: each call resolves with the next line that is not empty; absent when the stream has ended. */
export function lineQueue(stream: Readable): () => Promise<string | undefined> {
  const lines: string[] = []
  let rest = ''
  let ended = false
  let wake: (() => void) | undefined
  const end = (): void => {
    if (rest.trim() !== '') lines.push(rest)
    rest = ''
    ended = true
    wake?.()
  }
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts.filter((line) => line.trim() !== ''))
    wake?.()
  })
  stream.on('end', end)
  stream.on('close', end)
  stream.on('error', end)
  return async () => {
    while (lines.length === 0 && !ended) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    return lines.shift()
  }
}
