import type { Surroundings } from '../../src/command/surroundings.ts'

/** Surroundings of a command in `cwd`, with everything that it printed and said. */
export function surroundingsIn(cwd: string): Surroundings & { printed: string[]; said: string[] } {
  const [printed, said]: [string[], string[]] = [[], []]
  const { signal } = new AbortController()
  const print = (text: string) => {
    printed.push(text)
  }
  const say = (text: string) => {
    said.push(text)
  }
  const fixed = { columns: 120, colors: false, interactive: false }
  return { cwd, variables: process.env, print, say, show: say, signal, printed, said, ...fixed }
}
