import type { TestContext } from 'vitest'
import { messageOf } from '../domain/errors.ts'
import type { Identity } from '../domain/identity.ts'
import type { ProfileKeeping } from '../run/setting.ts'
import type { WorkerSettings } from './settings.ts'

/** What becomes of the CPU profiles of the scenario `identity`: files of the project, which are attached to its test. */
export function profilesInTest(
  identity: Identity,
  annotate: TestContext['annotate'] | undefined,
  settings: WorkerSettings | undefined,
): ProfileKeeping {
  const root = settings?.root ?? process.cwd()
  let keeper: Promise<import('../history/profile-file.ts').ProfileKeeper> | undefined
  return {
    root,
    refusal:
      settings?.coversCode === true
        ? 'Not profiled, for that would end the coverage of this session: run without `--coverage`.'
        : undefined,
    keep: async (profile, rank) => {
      keeper ??= import('../history/profile-file.ts').then(({ profileKeeper }) => profileKeeper(root, identity))
      const file = await (await keeper).keep(profile, rank)
      try {
        // Vitest makes a copy, named after this text: were that another one each time, there would be more and more of them.
        await annotate?.(`CPU profile of slow run ${rank}`, 'profile', { path: `${root}/${file}`, contentType })
        return { file }
      } catch (error) {
        return { file, problem: `Its file was not attached to the test: ${messageOf(error)}` }
      }
    },
  }
}

const contentType = 'application/json'
