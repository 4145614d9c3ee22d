/** Accepted executions that are kept of each scenario. */
export const executionsKept = 10
