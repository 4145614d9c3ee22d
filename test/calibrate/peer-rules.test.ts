import { expect, test } from 'vitest'
import { peerRules } from '../../calibrate/peer-rules.ts'

const before = Array.from({ length: 20 }, (_, index) => 100 + index)
const times = (factor: number) => before.map((value) => value * factor)

test.for([
  { rule: 'mean_10', same: 1.09, worse: 1.11 },
  { rule: 'twice', same: 1.99, worse: 2.01 },
  { rule: 'mann_whitney', same: 1, worse: 1.5 },
  { rule: 'welch', same: 1, worse: 1.5 },
])('$rule calls $worse times the baseline worse, $same times not, and a half never', ({ rule, same, worse }) => {
  const isWorse = peerRules.find(({ name }) => name === rule)?.isWorse
  expect([same, worse, 0.5].map((factor) => isWorse?.('workingMs', times(factor), before))).toEqual([
    false,
    true,
    false,
  ])
})

test.for(peerRules)('$name calls fewer runs that are ok worse, and more not', ({ isWorse }) => {
  const ok = (share: number) => Array.from({ length: 20 }, (_, index) => (index < share * 20 ? 1 : 0))
  expect(isWorse('successRatio', ok(0.3), ok(0.95))).toBe(true)
  expect(isWorse('successRatio', ok(0.95), ok(0.3))).toBe(false)
})
