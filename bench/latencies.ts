import { exponential, random } from '../src/stats/random.ts'

/** The same latencies, as they are and in whole microseconds for who counts whole numbers. */
export interface Latencies {
  ms: Float64Array
  us: Int32Array
}

/** Latencies as agents have them: lognormal about 0.8 s, 1% of another and slower mode, 0.05% stalls of 30 to 50 s. */
export function latencies(count: number, seed: number): Latencies {
  const next = random(seed)
  const normal = () => Math.sqrt(2 * exponential(next)) * Math.cos(2 * Math.PI * next())
  const latencyMs = () => {
    const kind = next()
    if (kind < 0.0005) return 30_000 + 20_000 * next()
    return kind < 0.0105 ? 3000 * Math.exp(0.4 * normal()) : 800 * Math.exp(0.5 * normal())
  }
  const ms = Float64Array.from({ length: count }, latencyMs)
  return { ms, us: Int32Array.from(ms, (value) => Math.round(value * 1000)) }
}
