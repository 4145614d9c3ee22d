import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { lastLines, runProcess } from '../../src/command/run-process.ts'

const node = (code: string, signal = new AbortController().signal) =>
  runProcess(process.execPath, ['-e', code], { cwd: process.cwd(), variables: process.env, signal })

test('a process tells what it printed and how it ended', async () => {
  const finished = await node('console.log("out"); console.error("err"); process.exitCode = 3')
  expect(finished).toMatchObject({ exitCode: 3, stdout: 'out\n' })
  expect(finished.output).toContain('err')
})

test('a line for the shell is one', async () => {
  const { signal } = new AbortController()
  const options = { cwd: process.cwd(), variables: process.env, signal, shell: true }
  expect((await runProcess('echo one && echo two', [], options)).stdout).toBe('one\ntwo\n')
})

test('a command that does not exist rejects', async () => {
  const { signal } = new AbortController()
  await expect(runProcess('no-such-command', [], { cwd: '/', variables: {}, signal })).rejects.toThrow('ENOENT')
})

test('who is aborted ends with all that it started', async () => {
  const abort = new AbortController()
  const closed = Promise.withResolvers<void>()
  const server = createServer((socket) => {
    socket.on('close', () => closed.resolve()).on('error', () => undefined)
    // The child of the child is up.
    abort.abort()
  })
  await new Promise<void>((resolve) => server.listen(0, resolve))
  const { port } = server.address() as AddressInfo
  const child = `require('node:net').connect(${port}); setInterval(() => {}, 1000)`
  const parent = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}]); setInterval(() => {}, 1000)`
  expect((await node(parent, abort.signal)).exitCode).toBeUndefined()
  await closed.promise
  server.close()
})

test('who was aborted before it began does not go on', async () => {
  expect((await node('setInterval(() => {}, 1000)', AbortSignal.abort())).exitCode).toBeUndefined()
})

test('the last lines are those that tell something', () => {
  const output = ['first', '', 'Error: broken', '    at run (file.js:1:2)', '   ', 'last'].join('\n')
  expect(lastLines(output)).toBe('  first\n  Error: broken\n  last')
  expect(lastLines(output, 1)).toBe('  last')
})
