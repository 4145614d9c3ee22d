import type { ModelServer, ServedCall } from '../../fixtures/model-server/server.ts'
import type { RunMeasurement } from '../../src/measure/measurement.ts'

/** What one run did: by what was captured, or by what the server says that it sent. */
export interface RunTruth {
  calls: number
  toolCalls: number
  inputTokens: number | undefined
  outputTokens: number | undefined
  cachedTokens: number | undefined
  cacheWriteTokens: number | undefined
  reasoningTokens: number | undefined
}

/** The run that prompts name `run-<index>`, as the server saw it. */
export function servedTruth({ log }: Pick<ModelServer, 'log'>, index: number): RunTruth {
  const served = log.filter((call) => call.run === `run-${index}`)
  const sum = (field: keyof NonNullable<ServedCall['usage']>) =>
    served.reduce<number | undefined>((total, { usage }) => {
      const tokens = usage?.[field]
      return total === undefined || tokens === undefined ? undefined : total + tokens
    }, 0)
  return {
    calls: served.length,
    toolCalls: served.reduce((total, call) => total + call.toolCalls.length, 0),
    inputTokens: sum('inputTokens'),
    outputTokens: sum('outputTokens'),
    cachedTokens: sum('cachedTokens'),
    cacheWriteTokens: sum('cacheWriteTokens'),
    reasoningTokens: sum('reasoningTokens'),
  }
}

/** `run` as it was captured. */
export function capturedTruth({ values }: RunMeasurement): RunTruth {
  return {
    calls: values.modelCalls ?? 0,
    toolCalls: values.toolCalls ?? 0,
    inputTokens: values.inputTokens,
    outputTokens: values.outputTokens,
    cachedTokens: values.cachedTokens,
    cacheWriteTokens: values.cacheWriteTokens,
    reasoningTokens: values.reasoningTokens,
  }
}
