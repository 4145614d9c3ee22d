import { expect, test } from 'vitest'
import { heapAfterCollection } from '../../src/measure/memory.ts'
import { theilSenSlope } from '../../src/stats/theil-sen.ts'

const kibibyte = 1024

/** Growth per run of the heap over 6,000 runs of `agent`, read as an execution does: after each sixth. */
async function growthBytes(agent: () => Promise<unknown>): Promise<number> {
  const runs: number[] = []
  const bytes: number[] = []
  for (let sixth = 1; sixth <= 6; sixth++) {
    for (let run = 0; run < 1_000; run++) await agent()
    runs.push(sixth * 1_000)
    bytes.push(heapAfterCollection())
  }
  return theilSenSlope(runs, bytes)?.slope ?? Number.NaN
}

test('what is held is seen, on the heap and outside of it', () => {
  const before = heapAfterCollection()
  const onHeap = Array.from({ length: 1_000 }, (_, index) => Array.from({ length: 128 }, () => index + 0.5))
  const withObjects = heapAfterCollection()
  expect(withObjects - before).toBeGreaterThan(0.8 * 1_000 * kibibyte)
  expect(withObjects - before).toBeLessThan(1.5 * 1_000 * kibibyte)
  const outside = new Uint8Array(4_000 * kibibyte)
  const withBuffer = heapAfterCollection()
  expect(withBuffer - withObjects).toBeGreaterThan(0.9 * 4_000 * kibibyte)
  expect(withBuffer - withObjects).toBeLessThan(1.1 * 4_000 * kibibyte)
  expect(onHeap.length + outside.length).toBe(1_000 + 4_000 * kibibyte)
})

test('what is held no more is not seen', () => {
  const before = heapAfterCollection()
  let held: unknown[] | undefined = Array.from({ length: 4_000 }, () => new Uint8Array(kibibyte))
  expect(held).toHaveLength(4_000)
  held = undefined
  expect(heapAfterCollection() - before).toBeLessThan(400 * kibibyte)
})

test('a leak of 1 KiB a run is seen within 20%', async () => {
  const kept: unknown[] = []
  // A number with a fraction takes 8 bytes, and an array of them some 50 more.
  const growth = await growthBytes(async () => kept.push(Array.from({ length: 122 }, (_, index) => index + 0.5)))
  expect(kept).toHaveLength(6_000)
  expect(growth).toBeGreaterThan(0.8 * kibibyte)
  expect(growth).toBeLessThan(1.2 * kibibyte)
})

test('an agent that keeps nothing leaks next to nothing', async () => {
  const growth = await growthBytes(async () => JSON.parse(JSON.stringify({ text: 'x'.repeat(2_000) })))
  expect(Math.abs(growth)).toBeLessThan(64)
})
