// Limits end one run while it goes, and a cap on spending ends a scenario.
//
//   npx vitest --project perf examples/08
//
// Thresholds judge what has happened; limits keep it from getting worse. The first agent never comes to an end, so every run
// is stopped after its twentieth step, and what it took until then is shown with ≥. The second scenario stops when it has
// spent a cent, as its `prices` tell: its verdict is inconclusive, so the test passes with a warning. With
// `inconclusive: 'fail'` it would fail. Prices and a cap for all tests belong in `perfProject` in vitest.config.ts.

import { benchAgent, type Prices } from 'bench-agent'
import { toolAgent } from '../fixtures/agents/tool-agent.ts'
import { endlessGoal } from '../fixtures/model-server/goals.ts'

const prices: Prices = { 'gpt-5-mini': { inputUsdPerMillionTokens: 0.25, outputUsdPerMillionTokens: 2 } }

benchAgent('endless loop', {
  cases: [{ input: endlessGoal }],
  runs: 3,
  agent: toolAgent,
  limits: { steps: 20, latencyMs: 10_000 },
  // A stopped run is no success, and all runs must succeed unless you say otherwise.
  thresholds: { successRatio: 0 },
})

benchAgent('capped', {
  cases: [{ input: 'Refund invoice 17' }],
  runs: 10,
  agent: toolAgent,
  prices,
  spendUsd: 0.01,
  thresholds: { costUsd: { mean: 0.002 } },
})
