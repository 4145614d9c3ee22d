import { isFields } from '../fields.ts'

const unused = new WeakSet<object>()
const used = new WeakSet<object>()

/** Notes that `connection` is there, and that nothing went over it. */
export function connectionOpened(connection: unknown): void {
  if (isFields(connection)) unused.add(connection)
}

/** Whether nothing went over `connection`, of which {@link connectionOpened} was told, before now. */
export function isFirstUse(connection: unknown): boolean {
  return isFields(connection) && unused.delete(connection)
}

/** Whether nothing went over `connection` before now that was followed. */
export function isFirstUseSeen(connection: unknown): boolean {
  if (!isFields(connection) || used.has(connection)) return false
  used.add(connection)
  // The second is what somebody connected beforehand, for an agent to take.
  return connection.connecting === true || connection.bytesWritten === 0
}

const waiting = new WeakMap<object, ((none: unknown) => void)[]>()

/** Calls `then` once `connection`, a socket or a session of HTTP/2, can be written to; at once when it can already. */
export function onceConnected(connection: unknown, then: (none: unknown) => void): void {
  if (!isFields(connection)) return
  if (connection.connecting !== true || typeof connection.once !== 'function') {
    then(undefined)
    return
  }
  const others = waiting.get(connection)
  if (others !== undefined) {
    others.push(then)
    return
  }
  // One listener for all: Node warns of a session that has many.
  const all = [then]
  waiting.set(connection, all)
  const event = connection.encrypted === true ? 'secureConnect' : 'connect'
  const onConnect = (): void => {
    waiting.delete(connection)
    for (const one of all) one(undefined)
  }
  Reflect.apply(connection.once, connection, [event, onConnect])
}
