import type { Transform } from 'node:stream'
import zlib from 'node:zlib'
import type { Arrival } from '../stream.ts'

interface Coding {
  stream: (firstBytes: Uint8Array) => Transform
  /** Decodes as much as there is; the end may be missing. */
  now: (bytes: Uint8Array) => Uint8Array
}

// A flush after every write gives each chunk what it completed, and lets a body that was cut be read up to the cut.
const flush = { flush: zlib.constants.Z_SYNC_FLUSH, finishFlush: zlib.constants.Z_SYNC_FLUSH }
const brotliFlush = { finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH }
const zstdFlush = { finishFlush: zlib.constants.ZSTD_e_flush }

const gzip: Coding = { stream: () => zlib.createGunzip(flush), now: (bytes) => zlib.gunzipSync(bytes, flush) }
const deflate: Coding = {
  stream: (firstBytes) => (hasZlibHeader(firstBytes) ? zlib.createInflate(flush) : zlib.createInflateRaw(flush)),
  now: (bytes) => (hasZlibHeader(bytes) ? zlib.inflateSync(bytes, flush) : zlib.inflateRawSync(bytes, flush)),
}
const codings = new Map<string, Coding>([
  ['gzip', gzip],
  ['x-gzip', gzip],
  ['deflate', deflate],
  [
    'br',
    { stream: () => zlib.createBrotliDecompress(), now: (bytes) => zlib.brotliDecompressSync(bytes, brotliFlush) },
  ],
  ['zstd', { stream: () => zlib.createZstdDecompress(), now: (bytes) => zlib.zstdDecompressSync(bytes, zstdFlush) }],
])

/**
 * `arrivals` decompressed, each part with the instant at which the bytes came that completed it. What cannot be decoded is
 * left out: everything after damaged bytes, and the whole of an unknown coding.
 *
 * @param contentEncoding The response's header; absent or `identity` when nothing is compressed.
 */
export async function decodeArrivals(arrivals: readonly Arrival[], contentEncoding = ''): Promise<readonly Arrival[]> {
  let decoded = arrivals
  for (const name of codingNames(contentEncoding)) decoded = await decompress(decoded, codings.get(name))
  return decoded
}

/** `bytes`, the start of a body, decompressed as far as they go; empty when they cannot be decoded. */
export function decodeNow(bytes: Uint8Array, contentEncoding = ''): Uint8Array {
  let decoded = bytes
  try {
    for (const name of codingNames(contentEncoding)) decoded = codings.get(name)?.now(decoded) ?? new Uint8Array()
  } catch {
    return new Uint8Array()
  }
  return decoded
}

// The header names the codings in the order in which they were applied.
function codingNames(contentEncoding: string): string[] {
  const names = contentEncoding.toLowerCase().split(',')
  return names
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity')
    .reverse()
}

async function decompress(arrivals: readonly Arrival[], coding: Coding | undefined): Promise<Arrival[]> {
  const decoded: Arrival[] = []
  const first = arrivals[0]
  if (coding === undefined || first === undefined) return decoded
  const decompressor = coding.stream(first.bytes)
  let atMs = first.atMs
  decompressor.on('data', (bytes: Uint8Array) => decoded.push({ bytes, atMs }))
  decompressor.on('error', () => undefined) // closes it; what came before stays
  const closed = new Promise((resolve) => decompressor.on('close', resolve))
  for (const arrival of arrivals) {
    atMs = arrival.atMs
    const written = new Promise((resolve) => decompressor.write(arrival.bytes, resolve))
    await Promise.race([written, closed])
    if (decompressor.destroyed) break
  }
  decompressor.destroy()
  return decoded
}

// `deflate` means zlib, but some servers send it without zlib's header.
function hasZlibHeader(bytes: Uint8Array): boolean {
  return ((bytes[0] ?? 0) & 0x0f) === 0x08
}
