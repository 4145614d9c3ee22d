import { askChild, startChild } from './child.ts'
import type { Figure } from './figure.ts'
import type { ProfileAnswer, ProfileRequest } from './profile-process.ts'

const rounds = 15

/** What profiling adds to a run: as slow runs are profiled, and as all of them would be were the profiler always on. */
export async function profileFigures(): Promise<Figure[]> {
  const again = { way: 'again', intervalUs: 100 } as const
  const always = { way: 'always', intervalUs: 1_000 } as const
  const long = { agent: 'longLoops', way: 'again', intervalUs: 500, rounds: 5 } as const
  const loops = await asked({ agent: 'loops', ...again })
  const objects = await asked({ agent: 'objects', ...again })
  const peers = {
    'loops of 2 s, looking every 500 µs, ratio': addedRatio(await asked(long)),
    'loops ratio': addedRatio(loops),
    'objects ratio': addedRatio(objects),
    'waiting ratio': addedRatio(await asked({ agent: 'waiting', ...again })),
    'loops at 1 ms, the profiler always on, ratio': addedRatio(await asked({ agent: 'loops', ...always })),
    'objects at 1 ms, the profiler always on, ratio': addedRatio(await asked({ agent: 'objects', ...always })),
    'waiting at 1 ms, the profiler always on, ratio': addedRatio(await asked({ agent: 'waiting', ...always })),
  }
  return [
    {
      name: 'profile.added_ratio',
      value: Math.max(addedRatio(loops), addedRatio(objects)),
      unit: 'of a run',
      bound: 0.5,
      peers,
      meaning:
        'What looking every 100 µs, and optimizing code anew, adds to a run of 0.1 s that only computes. Such runs are in no metric.',
    },
    {
      name: 'profile.left_behind_ratio',
      value: Math.max(...[loops, objects].map(({ plainMs, secondMs }) => ratioTo(plainMs, secondMs))),
      unit: 'of a run',
      bound: 0.1,
      peers: { 'loops, the first run after it, ratio': ratioTo(loops.plainMs, loops.nextMs) },
      meaning: 'What is left of that in the second run after a profiled one.',
    },
  ]
}

function addedRatio({ plainMs, profiledMs }: ProfileAnswer): number {
  return ratioTo(plainMs, profiledMs)
}

// Of the fastest, for whatever else is at work on the machine only makes a run slower.
function ratioTo(plainMs: readonly number[], othersMs: readonly number[]): number {
  return Math.min(...othersMs) / Math.min(...plainMs) - 1
}

async function asked(request: Omit<ProfileRequest, 'rounds'> & { rounds?: number }): Promise<ProfileAnswer> {
  const child = startChild('profile-process.ts')
  const answer = await askChild<ProfileAnswer>(child, { rounds, ...request } satisfies ProfileRequest)
  child.disconnect()
  return answer
}
