import type { RecordedKind, RecordedRequest } from '../../domain/recording.ts'
import { recognise } from '../provider/all.ts'

/** Of which kind the call of a recorded request is. */
export function recordedKind({ path }: Pick<RecordedRequest, 'path'>): RecordedKind {
  const protocol = recognise(path)
  if (protocol === undefined) return 'other'
  return protocol.embeds === true ? 'embedding' : 'generating'
}
