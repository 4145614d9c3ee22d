import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { BenchAgentError } from '../../src/domain/errors.ts'
import { writeWhole } from '../../src/history/write-whole.ts'
import { ownFolder } from './folder.ts'

/** What writing fails with. */
async function failure(path: string, text = 'new'): Promise<unknown> {
  return writeWhole(path, text).then(
    () => 'it was written',
    (error) => error,
  )
}

describe('writeWhole', () => {
  test.for([false, true])('writes what was given, and makes the folders on the way (durable: %s)', async (durable) => {
    const path = join(ownFolder(), 'a', 'b', 'file.json')
    await writeWhole(path, 'söme\ntext', durable)
    expect(await readFile(path, 'utf8')).toBe('söme\ntext')
  })

  test('takes the place of what was there, and leaves nothing beside it', async () => {
    const folder = ownFolder()
    const path = join(folder, 'file.json')
    await writeFile(path, 'a much longer text than the new one')
    await writeWhole(path, 'new')
    expect(await readFile(path, 'utf8')).toBe('new')
    expect(await readdir(folder)).toEqual(['file.json'])
  })

  test('what an earlier process left behind is no obstacle', async () => {
    const folder = ownFolder()
    const path = join(folder, 'file.json')
    await writeFile(`${path}.${process.pid}.tmp`, 'half of an old')
    await writeWhole(path, 'new')
    expect(await readFile(path, 'utf8')).toBe('new')
    expect(await readdir(folder)).toEqual(['file.json'])
  })

  test('a megabyte arrives whole', async () => {
    const path = join(ownFolder(), 'file.json')
    const text = 'é'.repeat(500_000)
    await writeWhole(path, text)
    expect((await readFile(path, 'utf8')).length).toBe(text.length)
  })
})

describe('what cannot be written', () => {
  test('is an error that names the file, the cause and what to do', async () => {
    const folder = ownFolder()
    await writeFile(join(folder, 'file'), 'no folder')
    const path = join(folder, 'file', 'below.json')
    const error = await failure(path)
    expect(error).toBeInstanceOf(BenchAgentError)
    expect(error).toMatchObject({
      code: 'BENCH_AGENT_FILE',
      message: expect.stringMatching(/^Expected to write .*below\.json, got: E.*Nothing was changed; free some space/),
      cause: expect.objectContaining({ code: expect.stringMatching(/^E(NOTDIR|EXIST)$/) }),
    })
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('no folder')
  })

  test('leaves what was there, and no temporary file', async () => {
    const folder = ownFolder()
    const path = join(folder, 'file.json')
    await mkdir(join(path, 'in-the-way'), { recursive: true })
    expect(await failure(path)).toBeInstanceOf(BenchAgentError)
    expect(await readdir(folder)).toEqual(['file.json'])
    expect(await readdir(path)).toEqual(['in-the-way'])
  })

  // Every write to /dev/full fails as one to a full disk does. The temporary file goes by the process's id.
  test.skipIf(!existsSync('/dev/full'))('for the disk is full leaves the old file whole', async () => {
    const folder = ownFolder()
    const path = join(folder, 'file.json')
    await writeFile(path, 'old')
    await symlink('/dev/full', `${path}.${process.pid}.tmp`)
    expect(await failure(path)).toMatchObject({
      code: 'BENCH_AGENT_FILE',
      message: expect.stringContaining('ENOSPC'),
      cause: expect.objectContaining({ code: 'ENOSPC' }),
    })
    expect(await readFile(path, 'utf8')).toBe('old')
    expect(await readdir(folder)).toEqual(['file.json'])
  })
})
