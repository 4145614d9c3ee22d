// A slow run explains itself: it is made again under a CPU profiler, which tells whose functions took its time.
//
//   npx vitest --project perf examples/30
//
// One question of three searches all documents, and takes over 50 ms. When everything is measured, the slowest such run is made
// once more, profiled, and in no metric. The report says that it computes rather than waits, and what: not the similarity of
// vectors, as one might think, but the vectors of words, which are made anew for every document. The whole profile lies in
// `.bench-agent/profiles/` and is attached to the test: open it in Chrome's DevTools (Performance, Load profile) or in VS Code.

import { setTimeout } from 'node:timers/promises'
import { benchAgent } from 'bench-agent'

const size = 256
const vectorOf = (seed: number): Float64Array => Float64Array.from({ length: size }, (_, at) => Math.sin(seed * at))
const documents = Array.from({ length: 1_000 }, (_, id) => vectorOf(id + 1))

function similarity(a: Float64Array, b: Float64Array): number {
  let [dot, aa, bb] = [0, 0, 0]
  for (let at = 0; at < size; at++) {
    const [x = 0, y = 0] = [a[at], b[at]]
    dot += x * y
    aa += x * x
    bb += y * y
  }
  return dot / Math.sqrt(aa * bb)
}

function search(words: number, among: readonly Float64Array[]): number {
  let best = 0
  for (let word = 1; word <= words; word++)
    for (const document of among) best = Math.max(best, similarity(vectorOf(word), document))
  return best
}

benchAgent('slow search', {
  cases: [
    { name: 'one document', input: { words: 3, among: documents.slice(0, 1) } },
    { name: 'ten documents', input: { words: 3, among: documents.slice(0, 10) } },
    { name: 'all documents', input: { words: 12, among: documents } },
  ],
  runs: 2,
  profile: { slowerThanMs: 50, slowest: 1 },
  agent: async ({ input: { words, among }, usage }) => {
    await setTimeout(5) // stands for the model
    usage({ model: 'gpt-5-mini', inputTokens: 10 * words, outputTokens: 20 })
    return search(words, among)
  },
})
