import { describe, expect, test } from 'vitest'
import { heldCall, recordCall } from '../../../src/capture/cassette/record-call.ts'
import { maskFor, secretsInHeaders, secretsInVariables } from '../../../src/capture/cassette/secrets.ts'
import { openaiChat } from '../../../src/capture/provider/openai-chat.ts'
import { receiveChunk, receiveHeaders, sendChunk, startedWireCall } from '../../../src/capture/wire-call.ts'

describe('secrets', () => {
  test('are values of variables whose names say so, and not short ones', () => {
    const variables = { OPENAI_API_KEY: 'abcdefgh', GH_TOKEN: 'ijklmnop', DB_PASSWORD: 'short', HOME: '/home/somebody' }
    expect(secretsInVariables(variables)).toEqual(['abcdefgh', 'ijklmnop'])
    expect(secretsInVariables({ A_SECRET: undefined })).toEqual([])
  })

  test.each([
    ['names and values in turn', ['Authorization', 'Bearer abcdefgh', 'accept', 'application/json']],
    ['a record', { authorization: 'Bearer abcdefgh', accept: 'application/json' }],
    ['lines', 'Authorization: Bearer abcdefgh\r\naccept: application/json'],
  ])('stand in headers as %s, with and without their scheme', (_, headers) => {
    expect(secretsInHeaders(headers)).toEqual(['Bearer abcdefgh', 'abcdefgh'])
  })

  test('are taken out wherever they stand, also of two pieces, and as JSON spells them', () => {
    const mask = maskFor(['very"secret"', 'a plain one'])
    expect(mask.text('x very"secret" y a plain one z')).toBe('x [masked] y [masked] z')
    expect(mask.text(JSON.stringify({ key: 'very"secret"' }))).toBe('{"key":"[masked]"}')
    expect(mask.pieces(['x a pl', 'ain', ' one y', ' z'])).toEqual(['x [masked]', '', ' y', ' z'])
    expect(mask.pieces(['nothing', ' here'])).toEqual(['nothing', ' here'])
  })

  test.each([
    'sk-proj-abcdefghijklmnop1234',
    'AIzaSyA1234567890abcdefghijklmnopqrstuv',
    'AKIAIOSFODNN7EXAMPLE',
    'ghp_abcdefghijklmnopqrstuvwxyz0123456789',
    'Bearer abcdefghijklmnop',
  ])('are known by their form: %s', (secret) => {
    expect(maskFor([]).text(`it is ${secret}, so`)).toBe('it is [masked], so')
  })
})

test('no part of a recorded call has a secret', async () => {
  const secret = 'planted-secret-1'
  const wire = startedWireCall(openaiChat, 'POST', `https://api.example/v1/${secret}/chat/completions`, 100, [
    'authorization',
    'Bearer planted-in-header',
  ])
  sendChunk(
    wire,
    Buffer.from(JSON.stringify({ model: 'm', messages: [{ content: `use ${secret} and planted-in-header` }] })),
  )
  receiveHeaders(wire, 200, ['content-type', 'text/event-stream', 'set-cookie', secret, 'x-request-id', secret], 110)
  for (const [at, text] of ['data: {"text":"planted-', 'secret-1 and planted-in-', 'header é"}\n\n'].entries())
    receiveChunk(wire, Buffer.from(text), 120 + at)
  wire.endedAtMs = 130
  const recorded = await recordCall(heldCall(wire), { secrets: [secret] })
  const text = JSON.stringify({
    ...recorded,
    body: recorded.response?.chunks.map(({ bytes }) => Buffer.from(bytes).toString()).join(''),
  })
  expect(text).not.toContain('planted-')
  expect(recorded.response?.headers).toEqual({ 'content-type': 'text/event-stream' })
  expect(recorded.response?.chunks.map(({ atMs }) => atMs)).toEqual([20, 21, 22])
  expect(Buffer.concat(recorded.response?.chunks.map(({ bytes }) => bytes) ?? []).toString()).toBe(
    'data: {"text":"[masked] and [masked] é"}\n\n',
  )
})
