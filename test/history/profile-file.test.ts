import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Identity } from '../../src/domain/identity.ts'
import type { CpuProfile } from '../../src/domain/profile/cpu-profile.ts'
import { profileFolder, profileKeeper } from '../../src/history/profile-file.ts'
import { ownFolder } from './folder.ts'

const refund: Identity = { project: 'perf', file: 'test/a.perf.ts', suite: ['EU'], name: 'Refund: 17 €', id: 'refund' }
const profile = (startTime: number): CpuProfile => ({ nodes: [], startTime, endTime: startTime, samples: [] })

describe('the folder of the profiles of a scenario', () => {
  test('is named after it', () => {
    expect(profileFolder(refund)).toMatch(/^\.bench-agent\/profiles\/eu-refund-17-[0-9a-f]{8}$/)
    expect(profileFolder({ ...refund, suite: [], name: '返金' })).toMatch(/^\.bench-agent\/profiles\/[0-9a-f]{8}$/)
    expect(profileFolder({ ...refund, name: '../../etc' })).toMatch(/^\.bench-agent\/profiles\/eu-etc-[0-9a-f]{8}$/)
  })

  test('is its alone', () => {
    const others = [
      { ...refund, file: 'test/b.perf.ts' },
      { ...refund, project: 'live' },
      { ...refund, id: 'other' },
    ]
    expect(new Set([refund, ...others].map(profileFolder)).size).toBe(4)
  })
})

describe('a profile', () => {
  test('is kept in a file that tells all of it', async () => {
    const root = ownFolder()
    const file = await profileKeeper(root, refund).keep(profile(1), 1)
    expect(file).toBe(`${profileFolder(refund)}/slow-run-1.cpuprofile`)
    expect(JSON.parse(await readFile(join(root, file), 'utf8'))).toEqual(profile(1))
  })

  test('takes the place of those of an earlier execution, and of nothing else', async () => {
    const root = ownFolder()
    const folder = join(root, profileFolder(refund))
    const other = { ...refund, id: 'other' }
    await profileKeeper(root, other).keep(profile(0), 1)
    const earlier = profileKeeper(root, refund)
    for (const rank of [1, 2, 3]) await earlier.keep(profile(rank), rank)
    await writeFile(join(folder, 'notes.txt'), 'mine')
    const later = profileKeeper(root, refund)
    await later.keep(profile(20), 2)
    expect(await readdir(folder)).toEqual(['notes.txt', 'slow-run-2.cpuprofile'])
    await later.keep(profile(30), 3)
    expect(await readdir(folder)).toEqual(['notes.txt', 'slow-run-2.cpuprofile', 'slow-run-3.cpuprofile'])
    expect(await readdir(join(root, profileFolder(other)))).toEqual(['slow-run-1.cpuprofile'])
  })

  test('is not kept when it is too large, and those of before are', async () => {
    const root = ownFolder()
    await profileKeeper(root, refund).keep(profile(1), 1)
    const large = { ...profile(2), samples: Array(500).fill(1) }
    await expect(profileKeeper(root, refund, 1000).keep(large, 1)).rejects.toThrow(
      'Expected a profile of at most 1,000 B, got one of 1.03 KiB, which is not kept.',
    )
    expect(await readFile(join(root, profileFolder(refund), 'slow-run-1.cpuprofile'), 'utf8')).toContain(
      '"startTime":1,',
    )
  })

  test('that cannot be written is told as such, and leaves nothing behind', async () => {
    const root = ownFolder()
    await mkdir(join(root, '.bench-agent'))
    // A file where the folder would be, which no user may write through.
    await writeFile(join(root, '.bench-agent', 'profiles'), '')
    await expect(profileKeeper(root, refund).keep(profile(1), 1)).rejects.toThrow('make the folder writable')
    expect(existsSync(join(root, profileFolder(refund)))).toBe(false)
  })
})
