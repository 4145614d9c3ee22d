import type { RecordedCall } from '../../domain/recording.ts'
import type { ModelCall } from '../../domain/span.ts'
import { recognise } from '../provider/all.ts'
import { unknownProtocol } from '../provider/unknown.ts'
import { readCall } from '../read/read-call.ts'
import { startedWireCall } from '../wire-call.ts'

/** What `recorded` says about a model call. */
export function readRecorded({ request, response }: RecordedCall): Promise<ModelCall> {
  const protocol = recognise(request.path) ?? unknownProtocol
  const wire = startedWireCall(protocol, request.method, request.path, 0)
  wire.requestChunks = [Buffer.from(JSON.stringify(request.body))]
  if (response !== undefined) {
    wire.status = response.status
    wire.rawHeaders = response.headers
    wire.headersAtMs = response.headersAtMs
    wire.chunks = response.chunks.map(({ bytes }) => bytes)
    wire.arrivalsAtMs = response.chunks.map(({ atMs }) => atMs)
    wire.endedAtMs = response.endedAtMs
  }
  return readCall(wire, 0)
}
