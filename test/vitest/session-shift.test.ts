import { appendFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { sharedShift } from '../../src/compare/session/session-drift.ts'
import { addDeviation, sharedSoFar } from '../../src/vitest/session-shift.ts'
import type { WorkerSettings } from '../../src/vitest/settings.ts'
import { times } from '../domain/given.ts'
import { ownFolder } from '../history/folder.ts'

let sessionDirectory = ''
beforeEach(() => {
  sessionDirectory = ownFolder()
})

const settings = (project = 'perf'): WorkerSettings => ({
  project,
  root: '/',
  mode: 'live',
  update: 'new',
  sessionDirectory,
  prices: {},
  ensureStreamUsage: false,
  inconclusive: 'pass',
})
const deviation = (shift: number) => ({ shift, variance: 0.01 ** 2 })

describe('what the scenarios of a session lie off together', () => {
  test('is told as soon as five of them are known', () => {
    const deviations = times(5, (position) => deviation(0.2 + position / 100))
    for (const [position, one] of deviations.entries()) {
      expect(sharedSoFar(settings())).toBeUndefined()
      addDeviation(settings(), one)
      expect(sharedSoFar(settings()) === undefined).toBe(position < 4)
    }
    expect(sharedSoFar(settings())).toEqual(sharedShift(deviations))
    expect(sharedSoFar(settings())?.shift).toBe(0.22)
  })

  test('keeps every digit', () => {
    const odd = { shift: Math.log(1 / 3), variance: 1e-21 }
    for (let count = 0; count < 5; count++) addDeviation(settings(), odd)
    expect(sharedSoFar(settings())?.shift).toBe(odd.shift)
  })

  test('is each project’s own, whatever it is called', () => {
    for (let count = 0; count < 5; count++) addDeviation(settings('live / gpt-5 ../..'), deviation(0.3))
    expect(sharedSoFar(settings('live / gpt-5 ../..'))?.shift).toBe(0.3)
    expect(sharedSoFar(settings('perf'))).toBeUndefined()
    expect(readdirSync(sessionDirectory)).toHaveLength(1)
  })

  test('is not known of a scenario without a past', () => {
    for (let count = 0; count < 5; count++) addDeviation(settings(), undefined)
    expect(sharedSoFar(settings())).toBeUndefined()
    expect(readdirSync(sessionDirectory)).toEqual([])
  })

  test('is not known without a session', () => {
    addDeviation(undefined, deviation(0.1))
    expect(sharedSoFar(undefined)).toBeUndefined()
  })

  test('passes over what another process has written by half', () => {
    for (let count = 0; count < 5; count++) addDeviation(settings(), deviation(0.3))
    const [file = ''] = readdirSync(sessionDirectory)
    appendFileSync(join(sessionDirectory, file), '9 \n-0.7\nNaN 1\n\n0.4')
    expect(sharedSoFar(settings())?.shift).toBe(0.3)
  })
})
