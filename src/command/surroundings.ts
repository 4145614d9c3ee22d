/** What a command is given by the process it runs in. */
export interface Surroundings {
  /** Working directory. */
  cwd: string
  variables: NodeJS.ProcessEnv
  /** Prints an answer, for people or programs, to the standard output. */
  print: (text: string) => void
  /** Tells people how things stand, on the standard error. */
  say: (text: string) => void
  /** Likewise for what is soon outdated: the next text takes its place where the standard error is a terminal. */
  show: (text: string) => void
  /** Width of the terminal. */
  columns: number
  colors: boolean
  /** Whether the standard error is a terminal. */
  interactive: boolean
  /** Aborted when the user wants no more of it. */
  signal: AbortSignal
}

/** What commands exit with: 0 when nothing got worse, 1 when something did, 2 when that cannot be told from what was given. */
export type ExitCode = 0 | 1 | 2
