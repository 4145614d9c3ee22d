import { findRecordings, storeRecordings } from '../../src/history/recording-store.ts'
import { answersIn, recordingsOf } from './recordings.ts'

// A machine of its own, as far as recordings go: `store` or `find`, the Redis, and a test file.
const [what, url = '', testFile = ''] = process.argv.slice(2)
const place = { testFile, scenario: { suite: ['pay'], id: 'refund' } }
const shared = { url }
if (what === 'store') {
  await storeRecordings(place, recordingsOf('2026-03-30T00:00:00Z', ['of another process']), { shared })
} else {
  const found = await findRecordings(place, { shared, nowMs: Date.now(), kindOf: () => 'generating' })
  process.send?.({ level: found.level, answers: answersIn(found.recordings) })
}
process.disconnect()
