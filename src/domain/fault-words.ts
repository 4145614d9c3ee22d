import { type Fault, type FaultKind, faultKinds } from './fault.ts'
import { formatCount, formatMs, formatRatio } from './format.ts'

const kindWords: Record<FaultKind, string> = {
  rateLimit: '429',
  serverError: 'server error',
  connectionRefused: 'connection refused',
  connectionReset: 'connection reset',
  slowFirstToken: 'slow first token',
  stalledStream: 'stalled stream',
  cutStream: 'cut stream',
  malformedChunk: 'malformed chunk',
  truncatedJson: 'truncated JSON',
  timeout: 'no answer',
}

/** `faults` in a few words, as they stand in a baseline; empty without any. */
export function describeFaults(faults: readonly Fault[]): string {
  return faults.map((fault) => `${effectWords(fault)} ${timingWords(fault)}`).join(', ')
}

/** How many calls met which kind, in a few words: `429 8, cut stream 2`. */
export function describeInjected(injected: Readonly<Record<FaultKind, number>>): string {
  return faultKinds
    .filter((kind) => injected[kind] > 0)
    .map((kind) => `${kindWords[kind]} ${formatCount(injected[kind])}`)
    .join(', ')
}

function effectWords(fault: Fault): string {
  const { kind, provider } = fault
  const whose = provider === undefined ? '' : ` of ${provider}`
  if (kind === 'serverError') return `${fault.status}${whose}`
  if (kind === 'slowFirstToken') return `${kindWords[kind]} (${formatMs(fault.delayMs)})${whose}`
  if (kind === 'stalledStream' && fault.stallMs !== undefined)
    return `${kindWords[kind]} (${formatMs(fault.stallMs)})${whose}`
  return `${kindWords[kind]}${whose}`
}

function timingWords({ rate, burst, schedule, calls }: Fault): string {
  if (rate !== undefined) return `to ${formatRatio(rate)} of the calls`
  if (burst !== undefined) return `to ${burst.calls} of every ${burst.everyCalls} calls`
  if (schedule !== undefined)
    return `from ${schedule.map(({ fromMs, toMs }) => `${formatMs(fromMs)} to ${formatMs(toMs)}`).join(' and ')}`
  return `to calls ${(calls ?? []).join(', ')}`
}
