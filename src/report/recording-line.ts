import { formatCount, plural } from '../domain/format.ts'
import { type RecordingLevel, type RecordingUse, recordingLevels } from '../domain/recording-use.ts'
import type { Session } from './session.ts'

const levelWords: Record<RecordingLevel, string> = { memory: 'memory', file: 'files', redis: 'Redis' }

/**
 * What recordings did for `session`, in calls: `Recordings: 12 model calls from memory, 3 from files, 2 missing.`; absent where models
 * were called and nothing was kept.
 */
export function describeRecordings({ executions }: Pick<Session, 'executions'>): string | undefined {
  const uses = executions.flatMap(({ record }) => record.recordings ?? [])
  const of = (count: (use: RecordingUse) => number): number => uses.reduce((sum, use) => sum + count(use), 0)
  const answered = recordingLevels.flatMap((level) => {
    const calls = of(({ from, answered }) => (from === level ? answered : 0))
    return calls === 0 ? [] : [{ calls, words: `from ${levelWords[level]}` }]
  })
  const missing = of((use) => use.missing)
  const expired = of((use) => use.expired)
  const recorded = of((use) => use.recorded)
  const parts = [
    ...answered,
    ...(missing === 0 ? [] : [{ calls: missing, words: 'missing' }]),
    ...(expired === 0 ? [] : [{ calls: expired, words: 'too old' }]),
    ...(recorded === 0 ? [] : [{ calls: recorded, words: 'recorded' }]),
  ]
  if (parts.length === 0) return undefined
  const words = parts.map(
    ({ calls, words }, at) => `${at === 0 ? plural(calls, 'model call') : formatCount(calls)} ${words}`,
  )
  return `Recordings: ${words.join(', ')}.`
}
