import type { Colors } from 'picocolors/types.js'

/** What the parts of a terminal report are written on. */
export interface Paper {
  /** Width that no line of a table passes, and at which prose is broken. */
  columns: number
  colors: Colors
}

const fewestColumns = 40

/** Paper of this width, or of the smallest on which a report can be read. */
export function paperOf(columns: number, colors: Colors): Paper {
  return { columns: Math.max(fewestColumns, columns), colors }
}
