// What MESH counts. Labels never name a mailbox or a message.
import type { Metrics } from '@gp-connect/foundation/http';

export type MeshMetrics = ReturnType<typeof createMeshMetrics>;

export function createMeshMetrics(metrics: Metrics) {
  return {
    accepted: metrics.counter('gpc_mesh_accepted_total', 'Messages accepted', ['workflow']),
    acknowledged: metrics.counter('gpc_mesh_acknowledged_total', 'Messages acknowledged', ['workflow']),
    failed: metrics.counter('gpc_mesh_failed_total', 'Messages that could not be delivered', ['code']),
    receivedBytes: metrics.counter('gpc_mesh_received_bytes_total', 'Payload bytes taken in'),
    sentBytes: metrics.counter('gpc_mesh_sent_bytes_total', 'Payload bytes given out'),
    refusedTokens: metrics.counter('gpc_mesh_refused_tokens_total', 'Requests refused with 403', ['reason']),
  };
}
