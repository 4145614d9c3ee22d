import { createHash } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { BenchAgentError } from '../domain/errors.ts'
import { formatBytes } from '../domain/format.ts'
import type { Identity } from '../domain/identity.ts'
import type { CpuProfile } from '../domain/profile/cpu-profile.ts'
import { writeWhole } from './write-whole.ts'

// More than Chrome opens with ease.
const mostBytes = 64 * 1024 ** 2
const longestName = 60

/** The folder that holds the CPU profiles of a scenario, relative to that of the project. */
export function profileFolder({ project, file, suite, name, id }: Identity): string {
  const slug = [...suite, name]
    .join(' ')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, longestName)
    .replace(/^-|-$/g, '')
  // Scenarios of different files may share their name.
  const who = createHash('sha256')
    .update(JSON.stringify([project, file, suite, id]))
    .digest('hex')
    .slice(0, 8)
  return `.bench-agent/profiles/${slug === '' ? '' : `${slug}-`}${who}`
}

/** Keeps the CPU profiles of one execution. */
export interface ProfileKeeper {
  /**
   * Writes a profile, the `rank`th of the execution, whole or not at all. The first one that is written takes the place of all that
   * the scenario has kept before.
   *
   * @returns its file, relative to the folder of the project
   * @throws BenchAgentError when it cannot be written, or is too large
   */
  keep: (profile: CpuProfile, rank: number) => Promise<string>
}

/**
 * Keeps the profiles of the scenario `identity`, so that its folder holds those of the latest execution that made any.
 *
 * @param root folder of the project, which holds `.bench-agent`
 */
export function profileKeeper(root: string, identity: Identity, most = mostBytes): ProfileKeeper {
  const folder = profileFolder(identity)
  let isFirst = true
  return {
    keep: async (profile, rank) => {
      const name = `slow-run-${rank}.cpuprofile`
      const text = JSON.stringify(profile)
      const bytes = Buffer.byteLength(text)
      if (bytes > most) {
        const message = `Expected a profile of at most ${formatBytes(most)}, got one of ${formatBytes(bytes)}, which is not kept. Profile a shorter run, or lower \`limits.latencyMs\`.`
        throw new BenchAgentError('BENCH_AGENT_FILE', message)
      }
      await writeWhole(join(root, folder, name), text)
      if (isFirst) removeOthers(join(root, folder), name)
      isFirst = false
      return `${folder}/${name}`
    },
  }
}

function removeOthers(folder: string, kept: string): void {
  for (const name of readdirSync(folder))
    if (name !== kept && name.endsWith('.cpuprofile')) rmSync(join(folder, name), { force: true })
}
