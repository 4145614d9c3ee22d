import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { relativePath } from '../load.ts'
import { type RecordingPlace, scenarioName } from '../recording-file.ts'

/** What the recordings of a scenario go by in a Redis: the same on every machine that has the package. */
export function sharedKey({ testFile, scenario }: RecordingPlace): string {
  const { name, folder } = packageOf(dirname(testFile))
  return `${name}/${relativePath(folder, testFile)} > ${scenarioName(scenario)}`
}

/** The package that holds `folder`; the folder itself when none does. */
function packageOf(folder: string): { name: string; folder: string } {
  for (let at = folder; ; at = dirname(at)) {
    const name = packageNameIn(at)
    if (name !== undefined) return { name, folder: at }
    if (dirname(at) === at) return { name: basename(folder), folder }
  }
}

function packageNameIn(folder: string): string | undefined {
  try {
    const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return typeof name === 'string' && name !== '' ? name : undefined
  } catch {
    return undefined
  }
}
