/** What one run has spent while it is on. */
export interface Account {
  /** Adds US dollars. */
  spend: (usd: number) => void
  /** Forgets what the run has spent: from then on who measured it counts it. */
  close: () => void
}

/** What the runs in flight have spent so far, as far as it is known, in US dollars. */
export interface Meter {
  open: () => Account
  totalUsd: () => number
}

/** A meter that tells `onSpent` whenever a run in flight has spent more. */
export function startMeter(onSpent: () => void): Meter {
  const accounts = new Map<Account, number>()
  return {
    open: () => {
      const account: Account = {
        spend: (usd) => {
          const before = accounts.get(account)
          if (before === undefined) return
          accounts.set(account, before + usd)
          onSpent()
        },
        close: () => accounts.delete(account),
      }
      accounts.set(account, 0)
      return account
    },
    totalUsd: () => [...accounts.values()].reduce((sum, usd) => sum + usd, 0),
  }
}
