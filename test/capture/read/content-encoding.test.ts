import { randomBytes } from 'node:crypto'
import zlib from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { decodeArrivals, decodeNow } from '../../../src/capture/read/content-encoding.ts'
import type { Arrival } from '../../../src/capture/stream.ts'

const parts = [
  'data: Grüße\n\n',
  'data: 世界\n\n',
  `data: ${randomBytes(200_000).toString('hex')}\n\n`,
  'data: [DONE]\n\n',
]

const codings = {
  gzip: () => zlib.createGzip(),
  br: () => zlib.createBrotliCompress(),
  deflate: () => zlib.createDeflate(),
  'deflate without its header': () => zlib.createDeflateRaw(),
  zstd: () => zlib.createZstdCompress(),
}

/** `parts` compressed as one body, flushed after each part: one chunk a part, and the end. */
async function compress(compressor: zlib.Gzip | zlib.BrotliCompress): Promise<Arrival[]> {
  const chunks: Arrival[] = []
  let gathered: Uint8Array[] = []
  compressor.on('data', (bytes: Uint8Array) => gathered.push(bytes))
  for (const [index, part] of parts.entries()) {
    compressor.write(part)
    await new Promise<void>((resolve) => compressor.flush(resolve))
    await new Promise(setImmediate)
    chunks.push({ bytes: Buffer.concat(gathered), atMs: index + 1 })
    gathered = []
  }
  const ended = new Promise((resolve) => compressor.on('end', resolve))
  compressor.end()
  await ended
  chunks.push({ bytes: Buffer.concat(gathered), atMs: parts.length + 1 })
  return chunks
}

function textsByInstant(decoded: readonly Arrival[]): Record<number, string> {
  const texts: Record<number, string> = {}
  for (const { bytes, atMs } of decoded) texts[atMs] = (texts[atMs] ?? '') + Buffer.from(bytes).toString()
  return texts
}

describe.each(Object.entries(codings))('%s', (name, create) => {
  const header = name.split(' ')[0] ?? ''

  test('each part has the instant of the chunk that completed it', async () => {
    const decoded = await decodeArrivals(await compress(create()), header)
    expect(textsByInstant(decoded)).toEqual(Object.fromEntries(parts.map((part, index) => [index + 1, part])))
  })

  test('a body that was cut is read up to the cut', async () => {
    const chunks = (await compress(create())).slice(0, 2)
    expect(textsByInstant(await decodeArrivals(chunks, header))).toEqual({ 1: parts[0], 2: parts[1] })
    expect(Buffer.from(decodeNow(Buffer.concat(chunks.map(({ bytes }) => bytes)), header)).toString()).toBe(
      `${parts[0]}${parts[1]}`,
    )
  })

  test('what follows damaged bytes is left out', async () => {
    const [first] = await compress(create())
    if (first === undefined) throw new Error('expected a chunk')
    const damaged = [
      first,
      { bytes: Buffer.alloc(300, 'damaged'), atMs: 2 },
      { bytes: Buffer.alloc(300, 'more'), atMs: 3 },
    ]
    expect(textsByInstant(await decodeArrivals(damaged, header))[1]).toBe(parts[0])
  })
})

test('several codings are undone in the reverse order', async () => {
  const bytes = zlib.brotliCompressSync(zlib.gzipSync('twice'))
  expect(textsByInstant(await decodeArrivals([{ bytes, atMs: 1 }], 'gzip, BR'))).toEqual({ 1: 'twice' })
  expect(Buffer.from(decodeNow(bytes, 'gzip, br')).toString()).toBe('twice')
})

test('nothing is decoded without a coding, and all is left out under an unknown one', async () => {
  const chunks = [{ bytes: Buffer.from('plain'), atMs: 1 }]
  expect(await decodeArrivals(chunks)).toEqual(chunks)
  expect(await decodeArrivals(chunks, 'identity')).toEqual(chunks)
  expect(await decodeArrivals(chunks, 'compress')).toEqual([])
  expect(decodeNow(Buffer.from('plain'), 'compress')).toHaveLength(0)
})
