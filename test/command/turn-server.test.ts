import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type Opening, socketPath, turnsProtocol } from '../../src/command/turn-message.ts'
import { serveTurns, type TurnServer } from '../../src/command/turn-server.ts'
import { ownFolder } from './git-project.ts'

/** A server, and what calls it. */
async function serve(): Promise<{ server: TurnServer; faults: string[]; call: () => Promise<Caller> }> {
  const path = socketPath(ownFolder())
  const faults: string[] = []
  const server = await serveTurns(
    path,
    () => undefined,
    (message) => faults.push(message),
  )
  onTestFinished(() => server.close())
  return {
    server,
    faults,
    call: async () => {
      const socket = connect(path)
      await once(socket, 'connect')
      return { socket, ask: (message) => ask(socket, message) }
    },
  }
}

interface Caller {
  socket: Socket
  ask: (message: unknown) => Promise<unknown>
}

async function ask(socket: Socket, message: unknown): Promise<unknown> {
  socket.write(typeof message === 'string' ? message : `${JSON.stringify(message)}\n`)
  const [data] = await once(socket, 'data')
  return JSON.parse(String(data))
}

const session = (side: string) => ({
  type: 'session',
  protocol: turnsProtocol,
  side,
  version: '1.2.3',
  files: ['a.perf.ts'],
})
const opening = (side: 'base' | 'candidate'): Opening => ({
  type: 'open',
  side,
  key: 'refund',
  test: 'refund',
  later: [],
  file: 'a.perf.ts',
  name: 'refund',
  comparability: 'same',
  execution: side,
  turns: 1,
})

test('sessions and scenarios of both sides meet over their sockets', async () => {
  const { server, call } = await serve()
  for (const side of ['base', 'candidate']) expect(await (await call()).ask(session(side))).toEqual({ type: 'go' })
  expect(server.begun()).toEqual({ base: '1.2.3', candidate: '1.2.3' })
  const [own, other] = [await call(), await call()]
  const first = own.ask(opening('base'))
  const second = other.ask(opening('candidate'))
  expect(await first).toEqual({ type: 'go' })
  const next = own.ask({ type: 'next' })
  expect(await second).toEqual({ type: 'go' })
  other.socket.destroy()
  expect(await next).toMatchObject({ type: 'stop' })
  expect(server.order.pairs()).toMatchObject([{ name: 'refund', lost: 'candidate' }])
})

test('a message may come in pieces, and several at once', async () => {
  const { call } = await serve()
  const { socket, ask: say } = await call()
  const text = `${JSON.stringify(session('base'))}\n`
  socket.write(text.slice(0, 10))
  expect(await say(text.slice(10))).toEqual({ type: 'go' })
})

test('sides that speak another protocol are told so, and do not begin', async () => {
  const { server, faults, call } = await serve()
  const answer = await (await call()).ask({ ...session('base'), protocol: 99 })
  expect(answer).toMatchObject({ type: 'stop', reason: expect.stringContaining('takes turns by protocol 99') })
  expect(server.begun()).toEqual({})
  expect(faults).toEqual([expect.stringContaining('bench-agent 1.2.3 of the base')])
})

test('what cannot be understood is told, and everybody else is heard', async () => {
  const { faults, call } = await serve()
  expect(await (await call()).ask('not json\n')).toMatchObject({ type: 'stop' })
  expect(await (await call()).ask({ type: 'dance' })).toMatchObject({ type: 'stop' })
  expect(faults).toHaveLength(2)
  expect(await (await call()).ask(session('base'))).toEqual({ type: 'go' })
})

test('a place that cannot be is an error', async () => {
  const nothing = () => undefined
  await expect(serveTurns(join(ownFolder(), 'no', 'such', 'folder'), nothing, nothing)).rejects.toThrow(
    'Expected to open a socket at',
  )
})
