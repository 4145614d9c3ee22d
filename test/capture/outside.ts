import { AsyncLocalStorage } from 'node:async_hooks'

/** The result of `work`, done outside of any run: in the scope in which this module was loaded. */
export const outsideRuns: <Result>(work: () => Result) => Result = AsyncLocalStorage.snapshot()
