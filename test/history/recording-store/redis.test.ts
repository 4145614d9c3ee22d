import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { createClient } from '@redis/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../../../fixtures/redis-server.ts'
import { type Clock, wallClock } from '../../../src/domain/clock.ts'
import {
  isRedisUrl,
  RedisAway,
  readFromRedis,
  secretsInUrl,
  toldUrl,
  writeToRedis,
} from '../../../src/history/recording-store/redis.ts'

let redis: RedisServer
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.kill())

const hourMs = 3_600_000
const source = new URL('../../../src/history/recording-store/redis.ts', import.meta.url)

const connect = () => createClient({ url: redis.url })
type Client = ReturnType<typeof connect>

/** What `ask` gets of the Redis, as its own client sees it. */
async function plainly<Result>(ask: (client: Client) => Promise<Result>): Promise<Result> {
  const client = connect()
  await client.connect()
  try {
    return await ask(client)
  } finally {
    client.destroy()
  }
}

const rejection = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => Promise.reject(new Error('it came through')),
    (error: Error) => error,
  )

test('what is written is read, by another connection, whatever is in it', async () => {
  const text = `${JSON.stringify({ a: '€ \u0000 \n' })}\n`.repeat(10_000)
  await writeToRedis(redis, 'p/a.perf.ts > one', text, hourMs)
  expect(await readFromRedis(redis, 'p/a.perf.ts > one')).toBe(text)
  expect(await readFromRedis(redis, 'p/a.perf.ts > two')).toBeUndefined()
})

test('what is kept is under a name of ours, and goes by itself', async () => {
  await writeToRedis(redis, 'p/a.perf.ts > gone', 'text', hourMs)
  const key = 'bench-agent:recordings:1::p/a.perf.ts > gone'
  const leftMs = await plainly((client) => client.pTTL(key))
  expect(leftMs).toBeGreaterThan(hourMs - 60_000)
  expect(leftMs).toBeLessThanOrEqual(hourMs)
  // As if the hour had passed.
  await plainly((client) => client.pExpireAt(key, Date.now() - 1))
  expect(await readFromRedis(redis, 'p/a.perf.ts > gone')).toBeUndefined()
})

test('a connection is closed when it was asked', async () => {
  await writeToRedis(redis, 'closed', 'text', hourMs)
  await readFromRedis(redis, 'closed')
  const clients = await plainly(async (client) => {
    // The server learns of it a moment later.
    for (let tries = 0; tries < 100; tries++) {
      const list = await client.sendCommand(['CLIENT', 'LIST'])
      if (String(list).trim().split('\n').length === 1) break
    }
    return String(await client.sendCommand(['CLIENT', 'LIST']))
  })
  expect(clients.trim().split('\n')).toHaveLength(1)
})

test('a process that asked ends by itself', () => {
  const script = `
    const { readFromRedis, writeToRedis } = await import(${JSON.stringify(source)})
    await writeToRedis({ url: '${redis.url}' }, 'left', 'by another process', 60_000)
    process.stdout.write(await readFromRedis({ url: '${redis.url}' }, 'left'))`
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 15_000 })
  expect(String(printed)).toBe('by another process')
})

test('without its packages, what to install is told', () => {
  const script = `
    import { registerHooks } from 'node:module'
    registerHooks({ resolve: (name, context, next) => {
      if (name === '@keyv/redis') throw new Error('Cannot find it')
      return next(name, context)
    } })
    const { readFromRedis } = await import(${JSON.stringify(source)})
    await readFromRedis({ url: 'redis://:sesame@127.0.0.1' }, 'key').catch(({ code, message }) => process.stdout.write(code + ' ' + message))`
  const printed = String(execFileSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 15_000 }))
  expect(printed).toMatch(/^BENCH_AGENT_OPTIONS Expected the packages keyv and @keyv\/redis/)
  expect(printed).toContain('npm install --save-dev keyv@5 @keyv/redis@5')
  expect(printed).not.toContain('sesame')
})

describe('a Redis that cannot be asked', () => {
  test('nobody listens', async () => {
    const other = await startRedis()
    await writeToRedis(other, 'key', 'text', hourMs)
    await other.kill()
    const error = await rejection(readFromRedis(other, 'key'))
    expect(error).toBeInstanceOf(RedisAway)
    expect(error.message).toContain('ECONNREFUSED')
    expect(await rejection(writeToRedis(other, 'key', 'text', hourMs))).toBeInstanceOf(RedisAway)
  })

  test('a wrong password, which is never told', async () => {
    const guarded = await startRedis({ password: 'open/sesame' })
    try {
      await writeToRedis(guarded, 'key', 'text', hourMs)
      expect(await readFromRedis(guarded, 'key')).toBe('text')
      const wrong = await rejection(readFromRedis({ url: `redis://:wrong-password@127.0.0.1:${guarded.port}` }, 'key'))
      expect(wrong).toBeInstanceOf(RedisAway)
      expect(wrong.message).toContain('WRONGPASS')
      expect(wrong.message).not.toContain('wrong-password')
      const none = await rejection(readFromRedis({ url: `redis://127.0.0.1:${guarded.port}` }, 'key'))
      expect(none).toBeInstanceOf(RedisAway)
      expect(none.message).toContain('NOAUTH')
    } finally {
      await guarded.kill()
    }
  })

  test('a server that takes the connection and is silent is given up, and let go of', async () => {
    const sockets: Socket[] = []
    const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    let giveUp = (): void => undefined
    const after: Clock['after'] = (ms, then) => {
      expect(ms).toBe(1_500)
      giveUp = then
      return () => undefined
    }
    const url = `redis://127.0.0.1:${port}`
    const asked = rejection(readFromRedis({ url, clock: { ...wallClock, after }, patienceMs: 1_500 }, 'key'))
    if (sockets.length === 0) await once(silent, 'connection')
    const closed = sockets[0] && once(sockets[0].resume(), 'close')
    giveUp()
    const error = await asked
    expect(error).toBeInstanceOf(RedisAway)
    expect(error.message).toBe('no answer within 1500 ms')
    await closed
    silent.close()
  })

  test('a server that speaks something else', async () => {
    const other = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    expect(await rejection(readFromRedis({ url: `redis://127.0.0.1:${port}` }, 'key'))).toBeInstanceOf(RedisAway)
    other.close()
  })
})

test.each([
  ['a list', (client: Client, key: string) => client.rPush(key, 'x'), /WRONGTYPE/],
  ['no JSON', (client: Client, key: string) => client.set(key, '{half'), /JSON/],
  ['no text', (client: Client, key: string) => client.set(key, '{"value":7}'), /no text/],
])('an entry that is %s is the entry’s fault, and not that of the Redis', async (name, put, told) => {
  await plainly((client) => put(client, `bench-agent:recordings:1::${name}`) as Promise<unknown>)
  const error = await rejection(readFromRedis(redis, name))
  expect(error).not.toBeInstanceOf(RedisAway)
  expect(error.message).toMatch(told)
})

test('an address is told without its credentials', () => {
  expect(toldUrl('redis://user:open%2Fsesame@cache.example:6380/3')).toBe('redis://cache.example:6380/3')
  expect(toldUrl('rediss://cache.example')).toBe('rediss://cache.example')
  expect(secretsInUrl('redis://user:open%2Fsesame@cache.example')).toEqual(['open%2Fsesame', 'open/sesame'])
  expect(secretsInUrl('redis://cache.example')).toEqual([])
})

test.each([
  ['redis://localhost', true],
  ['rediss://user:secret@cache.example:6380/3', true],
  ['http://localhost', false],
  ['localhost:6379', false],
  ['redis://', false],
  ['', false],
])('%j is the address of a Redis: %s', (value, is) => {
  expect(isRedisUrl(value)).toBe(is)
})
