import { describe, expect, test } from 'vitest'
import { sleep } from '../../../src/domain/clock.ts'
import { execute } from '../../../src/run/load/execute.ts'
import { lookingBefore } from '../../../src/run/load/looks.ts'
import { virtualClock } from '../../virtual-clock.ts'

interface Given {
  concurrency?: number
  total?: number
  looks?: number[]
  stopAt?: number
  runMs?: (index: number) => number
}

/** What happens, in order, when runs are made that look before some of them. */
async function happening({ concurrency = 1, total = 6, looks = [2, 4], stopAt, runMs = () => 10 }: Given) {
  const clock = { ...virtualClock(), breathe: async () => undefined }
  const told: string[] = []
  let over = false
  const run = async (index: number) => {
    told.push(`start ${index}`)
    await sleep(clock, runMs(index))
    told.push(`end ${index}`)
  }
  const look = (index: number) => {
    told.push(`look ${index}`)
    over = index === stopAt
  }
  const loop = lookingBefore(new Set(looks), look, { run, stopped: () => over })
  await clock.run(() => execute({ concurrency }, { runs: total }, loop, clock))
  return told
}

describe('lookingBefore', () => {
  test('looks between the runs', async () => {
    expect(await happening({ total: 3, looks: [2] })).toEqual([
      'start 0',
      'end 0',
      'start 1',
      'end 1',
      'look 2',
      'start 2',
      'end 2',
    ])
  })

  test('starts no further run once it is over', async () => {
    const told = await happening({ stopAt: 2 })
    expect(told.at(-1)).toBe('look 2')
    expect(told).not.toContain('start 2')
  })

  test('waits for all runs in flight, and lets none start before it has looked', async () => {
    const told = await happening({ concurrency: 3, total: 9, looks: [4], runMs: (index) => (index === 0 ? 100 : 10) })
    const look = told.indexOf('look 4')
    expect(told.slice(0, look).filter((one) => one.startsWith('end'))).toHaveLength(4)
    expect(told.slice(0, look).filter((one) => one.startsWith('start'))).toHaveLength(4)
    expect(told.slice(look).filter((one) => one.startsWith('end'))).toHaveLength(5)
  })

  test('waits for those that came just before, of more lanes than there are runs from look to look', async () => {
    const told = await happening({ concurrency: 5, total: 6, looks: [2, 4] })
    const [first, second] = [told.indexOf('look 2'), told.indexOf('look 4')]
    const between = (from: number, to: number) => told.slice(from, to).sort()
    expect(between(0, first)).toEqual(['end 0', 'end 1', 'start 0', 'start 1'])
    expect(between(first + 1, second)).toEqual(['end 2', 'end 3', 'start 2', 'start 3'])
    expect(told).toHaveLength(14)
  })

  test('stops all lanes', async () => {
    const told = await happening({ concurrency: 3, total: 9, looks: [3], stopAt: 3 })
    expect(told.filter((one) => one.startsWith('start'))).toHaveLength(3)
  })

  test('does not look when something else has ended the runs', async () => {
    const clock = { ...virtualClock(), breathe: async () => undefined }
    const looks: number[] = []
    let over = false
    const run = async (index: number) => {
      over = index === 1
    }
    const loop = lookingBefore(new Set([2]), (index) => looks.push(index), { run, stopped: () => over })
    await clock.run(() => execute({ concurrency: 1 }, { runs: 4 }, loop, clock))
    expect(looks).toEqual([])
  })
})
