/** Where something stands, in parts. */
export interface Position {
  file: string
  /** 1-based; absent when the place names only a file. */
  line?: string | undefined
  column?: string | undefined
}

/** The parts of a place such as `test/refund.perf.ts:12:1`; absent without one. */
export function positionOf(place: string | undefined): Position | undefined {
  const [, file, line, column] = place?.match(/^(.+?)(?::(\d+))?(?::(\d+))?$/) ?? []
  return file === undefined ? undefined : { file, line, column }
}
