import { guarded, recordFault } from '../guard.ts'
import { observe } from '../observe.ts'
import { openHttp2Door } from './door-http2.ts'
import { openNodeHttpDoor } from './door-node-http.ts'
import { openUndiciDoor } from './door-undici.ts'
import { openLoopback } from './loopback.ts'
import { type Departure, type Door, mark, ownerAtDoor, type Passage } from './passage.ts'

/** Who decides. */
export interface Doorkeeper {
  /** What becomes of a model request; absent: it goes its way. Asked once for each, in the order of their start. */
  decide: (departure: Departure) => Passage | undefined
  /** Whether it is asked for the requests of checks and hooks, too. @default false */
  asksBeside?: boolean | undefined
}

/**
 * Opens the door where model requests leave the process, until the returned function is called; it closes with what hangs at it,
 * which is cut off then. Only requests in the scope of a run are asked for, and of its check and hooks: not those of nobody.
 *
 * Reached are `fetch` and all dispatchers of undici, built in and of the package, node:http and node:https, and node:http2, by
 * clients that are older than the door, too. Not reached are WebSockets, a `fetch` that never comes to the wire because somebody
 * replaced it, and other threads and processes.
 */
export async function openDoor({ decide, asksBeside = false }: Doorkeeper): Promise<() => Promise<void>> {
  const closing = new Set<() => void>()
  let isOpen = true
  const passageAt = (departure: Departure): Passage | undefined => {
    try {
      return isOpen && (asksBeside || departure.owner.beside !== true) ? decide(departure) : undefined
    } catch (error) {
      recordFault(error)
      return undefined
    }
  }
  const door: Door = {
    decide: passageAt,
    passageOf: ({ wire, sink }) => {
      const owner = ownerAtDoor(sink)
      const { protocol, url, method, startedAtMs } = wire
      const passage =
        owner && passageAt({ protocol, url, method, startedAtMs, owner, rawHeaders: () => wire.rawRequestHeaders })
      if (passage !== undefined) mark(wire, passage)
      return passage
    },
    onClose: (then) => {
      closing.add(then)
      return () => closing.delete(then)
    },
  }
  const loopback = await openLoopback()
  // First, so that requests are followed before the door is asked, and the record has what comes out of it.
  const stops = [observe(), openUndiciDoor(door), openNodeHttpDoor(door, loopback), openHttp2Door(door, loopback)]
  return async () => {
    isOpen = false
    for (const stop of stops.splice(0).reverse()) stop()
    for (const then of closing) guarded(then)(undefined)
    closing.clear()
    await loopback.close()
  }
}
