import type { Unit } from './unit.ts'

/** `value` with its unit, as a person reads it: `840 ms`, `1.52 s`, `3,012 tokens`, `$0.0212`, `4.2 MiB`, `95.0%`. */
export function formatValue(unit: Unit, value: number): string {
  switch (unit) {
    case 'ms':
      return formatMs(value)
    case 'tokens':
      return `${formatCount(value)} tokens`
    case 'usd':
      return formatUsd(value)
    case 'bytes':
      return formatBytes(value)
    case 'ratio':
      return formatRatio(value)
    case 'perSecond':
      return `${significant(value)}/s`
    case 'count':
      return formatCount(value)
    case 'score':
      return significant(value)
  }
}

/** A duration: microseconds below one millisecond, minutes from 100 seconds on. */
export function formatMs(value: number): string {
  const size = Math.abs(value)
  if (size === 0) return '0 ms'
  if (size < 0.9995) return `${significant(value * 1000)} µs`
  if (size < 999.5) return `${significant(value)} ms`
  if (size < 99_950) return `${significant(value / 1000)} s`
  const seconds = Math.round(size / 1000)
  return `${value < 0 ? '-' : ''}${formatMinutes(seconds)}`
}

/** A share of one as a percentage: `95.0%`; only all of it reads `100%`, and only none of it `0%`. */
export function formatRatio(value: number): string {
  if (value === 0 || value === 1) return `${value * 100}%`
  if (value > 0 && value < 0.0005) return '<0.1%'
  if (value < 1 && value >= 0.9995) return '>99.9%'
  return `${(value * 100).toFixed(1)}%`
}

/** A relative change with its sign: `+40.0%`; `~` when it is none. */
export function formatChange(ratio: number): string {
  const text = (ratio * 100).toFixed(Math.abs(ratio) < 9.995 ? 1 : 0)
  if (Number(text) === 0) return '~'
  return `${ratio > 0 ? '+' : ''}${text}%`
}

/** How far `after` is from `before`: in percent, of a share in percentage points, and in words where `before` is 0. */
export function formatDifference(unit: Unit | undefined, before: number, after: number): string {
  if (unit === 'ratio') {
    const points = (after - before) * 100
    return `${points > 0 ? '+' : ''}${points.toFixed(1)} points`
  }
  return before === 0 ? 'from 0' : formatChange(after / before - 1)
}

/** A count: one decimal below a hundred when it is not whole. */
export function formatCount(value: number): string {
  const digits = Number.isInteger(value) || Math.abs(value) >= 99.95 ? 0 : 1
  return grouped(nudged(value).toFixed(digits))
}

/** Dollars; three significant digits below one dollar, cents above. */
export function formatUsd(value: number): string {
  if (value === 0) return '$0'
  const sign = value < 0 ? '-' : ''
  const size = Math.abs(value)
  return `${sign}$${size < 0.9995 ? significant(size) : grouped(nudged(size).toFixed(2))}`
}

/** Bytes in steps of 1024. */
export function formatBytes(value: number): string {
  const steps = ['B', 'KiB', 'MiB', 'GiB'] as const
  let size = value
  let step = 0
  while (Math.abs(size) >= 1023.5 && step < steps.length - 1) {
    size /= 1024
    step += 1
  }
  return `${step === 0 ? formatCount(Math.round(size)) : significant(size)} ${steps[step] ?? 'B'}`
}

/** A probability: `<0.001` below that. */
export function formatProbability(value: number): string {
  return value < 0.001 ? '<0.001' : value.toFixed(3)
}

/** `count` with its noun: `1 run`, `20 runs`. */
export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : many}`
}

function significant(value: number): string {
  const rounded = Number(nudged(value).toPrecision(3))
  if (rounded === 0) return '0'
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(rounded))))
  const text = rounded.toFixed(Math.min(digits, 100))
  return grouped(text.includes('.') ? text.replace(/\.?0+$/, '') : text)
}

// As people round: 1.005 is a little less than that in binary, and becomes 1.01 all the same.
function nudged(value: number): number {
  return value * (1 + 2 ** -51)
}

// By hand, for the first use of Intl takes a process longer than its whole report.
function grouped(text: string): string {
  const [whole = '', fraction] = text.replace(/^-(?=[0.]*$)/, '').split('.')
  const commas = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? commas : `${commas}.${fraction}`
}

function formatMinutes(seconds: number): string {
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
