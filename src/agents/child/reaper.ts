import { type ChildProcess, spawn } from 'node:child_process'
import { Socket } from 'node:net'

// Waits until this process has ended, however it did, and kills what it left: a process that is killed runs no code of its own.
const script = `
trap '' INT TERM HUP
groups=
while read -r sign group; do
  if [ "$sign" = + ]; then groups="$groups $group"; continue; fi
  kept=
  for one in $groups; do [ "$one" = "$group" ] || kept="$kept $one"; done
  groups=$kept
done
for one in $groups; do kill -s KILL -- "-$one"; done
`

let reaper: ChildProcess | undefined

/** Has the process group `group` killed when this process ends before it. Nothing on Windows, which has none. */
export function reapAfterwards(group: number): void {
  if (process.platform === 'win32') return
  reaper ??= startReaper()
  reaper.stdin?.write(`+ ${group}\n`)
}

/** Leaves the process group `group`, which has ended. */
export function reapNoMore(group: number): void {
  reaper?.stdin?.write(`- ${group}\n`)
}

function startReaper(): ChildProcess {
  const started = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  started.on('error', () => undefined)
  started.stdin?.on('error', () => undefined)
  started.unref()
  // Pipes are sockets here, which their types do not say.
  if (started.stdin instanceof Socket) started.stdin.unref()
  return started
}
