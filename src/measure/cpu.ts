/** User and system CPU time of this process so far, in milliseconds. */
export function readCpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
