import pc from 'picocolors'
import type { StudyRecord, StudyResult } from '../../../src/domain/study/study.ts'
import { studyLines } from '../../../src/report/study/study-lines.ts'
import { paperOf } from '../../../src/report/terminal-paper.ts'
import { sessionOf } from '../sessions.ts'
import { overConcurrency, studyOf } from './given.ts'

/** A study that came to `result`. */
export function studyWith(result: StudyResult, status: StudyRecord['status'] = 'pass'): StudyRecord {
  return studyOf(overConcurrency, { result, status })
}

/** What a terminal of `columns` shows of a study that came to `result`. */
export function linesOf(result: StudyResult, status: StudyRecord['status'], columns = 140): string[] {
  const study = { record: studyWith(result, status), failed: status === 'fail', place: 'test/refund.perf.ts:4:1' }
  return studyLines(sessionOf([], { studies: [study] }), paperOf(columns, pc.createColors(false)))
}
