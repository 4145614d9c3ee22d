import { writeFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import type { DeathNote, WatchdogData, WatchedScenario } from './watchdog.ts'
import { slot } from './watchdog-slots.ts'

// Runs in a thread of its own, because the thread that it watches may never give control back.

const { shared, notePath } = workerData as WatchdogData
const slots = new Int32Array(shared)
const pollMs = 50
const graceMs = 1000
const nearlyFullRatio = 0.7

let watched: WatchedScenario | undefined
let beat = -1
let beatMs = 0
let peakRssBytes = 0

parentPort?.on('message', (scenario: WatchedScenario | undefined) => {
  watched = scenario
  beat = -1
})

setInterval(() => {
  if (watched === undefined) return
  const nowMs = performance.now()
  const current = Atomics.load(slots, slot.beat)
  if (current !== beat) {
    beat = current
    beatMs = nowMs
  }
  noteMemory(watched)
  const blockedMs = nowMs - beatMs
  const limitMs = Atomics.load(slots, slot.inFlight) > 0 ? watched.limitMs : watched.hookTimeoutMs
  if (blockedMs < limitMs + graceMs) return
  write({ kind: 'blocked', scenario: watched.name, run: Atomics.load(slots, slot.run), blockedMs, limitMs })
  // Nothing gentler reaches a thread that is stuck in a loop.
  process.kill(process.pid, 'SIGKILL')
}, pollMs)

// An exhausted heap ends the process without a last word: the word has to be written before.
function noteMemory(scenario: WatchedScenario): void {
  const rssBytes = process.memoryUsage.rss()
  if (rssBytes <= peakRssBytes * 1.05 || rssBytes < scenario.heapLimitBytes * nearlyFullRatio) return
  peakRssBytes = rssBytes
  write({
    kind: 'memory',
    scenario: scenario.name,
    run: Atomics.load(slots, slot.run),
    rssBytes,
    heapLimitBytes: scenario.heapLimitBytes,
  })
}

function write(note: DeathNote): void {
  try {
    writeFileSync(notePath, JSON.stringify(note))
  } catch {
    // A thread that is stuck has to be killed, with or without a word.
  }
}
