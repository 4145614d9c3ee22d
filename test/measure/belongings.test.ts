import { describe, expect, test } from 'vitest'
import { attribute } from '../../src/capture/attribution.ts'
import { ActiveRun } from '../../src/measure/active-run.ts'
import { type Belonging, belongings } from '../../src/measure/belongings.ts'
import { currentBelongings } from '../../src/measure/current-belongings.ts'
import { virtualClock } from '../virtual-clock.ts'

const counts = { opened: 1, reused: 2, waited: 0, mostOpen: 1 }

function closing(closed: string[], name: string): Belonging {
  return { close: async () => void closed.push(name), connections: () => counts }
}

describe('belongings', () => {
  test('are opened once, and closed together', async () => {
    const kept = belongings()
    const closed: string[] = []
    const [one, other] = [{}, {}]
    const first = kept.keep(one, () => closing(closed, 'one'))
    expect(kept.keep(one, () => closing(closed, 'never'))).toBe(first)
    kept.keep(other, () => closing(closed, 'other'))
    await kept.close()
    expect(closed).toEqual(['one', 'other'])
  })

  test('that have ended by themselves are not closed', async () => {
    const kept = belongings()
    const closed: string[] = []
    const key = {}
    kept.keep(key, () => closing(closed, 'one'))
    kept.forget(key)
    await kept.close()
    expect(closed).toEqual([])
  })

  test('tell how all connections were used, where there are any', () => {
    const kept = belongings()
    expect(kept.connections()).toBeUndefined()
    kept.keep({}, () => ({ close: async () => undefined }))
    expect(kept.connections()).toBeUndefined()
    kept.keep({}, () => closing([], ''))
    kept.keep({}, () => closing([], ''))
    expect(kept.connections()).toEqual({ opened: 2, reused: 4, waited: 0, mostOpen: 2 })
  })

  test('are those of the execution whose run it is, or else of the process', () => {
    const run = new ActiveRun(undefined, 'case', 0, virtualClock())
    run.belongings = belongings()
    const ofProcess = currentBelongings()
    expect(attribute(run, currentBelongings)).toBe(run.belongings)
    expect(currentBelongings()).toBe(ofProcess)
    expect(attribute({ calls: [] }, currentBelongings)).toBe(ofProcess)
  })
})
