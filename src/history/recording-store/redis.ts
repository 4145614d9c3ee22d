import { type Clock, wallClock } from '../../domain/clock.ts'
import { BenchAgentError, fullMessageOf, messageOf } from '../../domain/errors.ts'

/** A Redis that several machines share. */
export interface RedisPlace {
  /** `redis://…` or `rediss://…`, with the credentials that it takes. */
  url: string
  /** How long it may take to answer, in milliseconds. @default 2000 */
  patienceMs?: number | undefined
  /** @default the wall clock */
  clock?: Clock | undefined
}

/** A Redis that cannot be asked: it is away, slow, or lets us not in. What an entry is wrong in is none of it. */
export class RedisAway extends Error {
  override name = 'RedisAway'
}

// A version of what is kept that cannot be read by another one has another name.
const namespace = 'bench-agent:recordings:1'
const patienceMs = 2_000

/**
 * The text that is kept by `key`; absent when none is, or it has expired.
 *
 * @throws RedisAway, or Error when what is there is no text of ours
 */
export async function readFromRedis(place: RedisPlace, key: string): Promise<string | undefined> {
  const found: unknown = await withRedis(place, (keyv) => keyv.get(key))
  if (found === undefined || typeof found === 'string') return found
  throw new Error(`a value that is no text (${typeof found})`)
}

/** Keeps `text` by `key` for `ttlMs`. @throws RedisAway */
export async function writeToRedis(place: RedisPlace, key: string, text: string, ttlMs: number): Promise<void> {
  await withRedis(place, (keyv) => keyv.set(key, text, ttlMs))
}

/** `url` as it may be told: without user and password. */
export function toldUrl(url: string): string {
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`
}

/** What in `url` is nobody's business, as it stands there and as it is meant. */
export function secretsInUrl(url: string): string[] {
  if (!URL.canParse(url)) return []
  const { password } = new URL(url)
  return password === '' ? [] : [...new Set([password, decoded(password)])]
}

/** Whether `value` is the address of a Redis. */
export function isRedisUrl(value: string): boolean {
  if (!URL.canParse(value)) return false
  const { protocol, hostname } = new URL(value)
  return (protocol === 'redis:' || protocol === 'rediss:') && hostname !== ''
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

type Keyv = import('keyv').Keyv<string>

/** What `ask` gets of a connection that is closed when it has: nothing of it is left while runs are measured. */
async function withRedis<Result>(place: RedisPlace, ask: (keyv: Keyv) => Promise<Result>): Promise<Result> {
  const { url, clock = wallClock, patienceMs: patience = patienceMs } = place
  const { Keyv, KeyvRedis } = await loadKeyv()
  const over = new AbortController()
  const socket = { connectTimeout: patience, reconnectStrategy: false, signal: over.signal } as const
  const store = new KeyvRedis<string>({ url, socket }, { namespace, throwOnErrors: true })
  const keyv = new Keyv<string>({ store, namespace, useKeyPrefix: false, throwOnErrors: true })
  // What is thrown for it says less.
  let first: unknown
  for (const emitter of [keyv, store, store.client])
    emitter.on('error', (error: unknown) => {
      first ??= error
    })
  let cancel = (): void => undefined
  const late = new Promise<never>((_, reject) => {
    cancel = clock.after(patience, () => reject(new RedisAway(`no answer within ${patience} ms`)))
  })
  const asked = ask(keyv)
  asked.catch(() => undefined)
  try {
    return await Promise.race([asked, late])
  } catch (error) {
    throw error instanceof RedisAway ? error : problemOf(first ?? error, url)
  } finally {
    cancel()
    disconnect(store)
    // What is only about to be a connection is none of the client's yet.
    over.abort()
  }
}

// What Redis says of an entry, and what is no answer of Redis at all.
const ofEntry = /^WRONGTYPE|JSON/

function problemOf(error: unknown, url: string): Error {
  const message = secretsInUrl(url).reduce((text, secret) => text.replaceAll(secret, '[masked]'), fullMessageOf(error))
  return ofEntry.test(message) ? new Error(message) : new RedisAway(message)
}

function disconnect({ client }: { client: { destroy: () => unknown } }): void {
  try {
    client.destroy()
  } catch {
    // It never connected.
  }
}

async function loadKeyv() {
  try {
    const [{ Keyv }, { default: KeyvRedis }] = await Promise.all([import('keyv'), import('@keyv/redis')])
    return { Keyv, KeyvRedis }
  } catch (error) {
    throw new BenchAgentError(
      'BENCH_AGENT_OPTIONS',
      `Expected the packages keyv and @keyv/redis, for recordings are shared by a Redis, got: ${messageOf(error)}. Install them: npm install --save-dev keyv@5 @keyv/redis@5`,
      { cause: error },
    )
  }
}
