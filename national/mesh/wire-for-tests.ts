// A suite over raw HTTP and mutual TLS on both databases, with short words for what most of its tests ask.
import { once } from 'node:events';
import { after, before, describe } from 'node:test';
import { connect } from 'node:tls';
import { testStores } from '@gp-connect/foundation/store';
import { clientTls } from '@gp-connect/foundation/trust';
import {
  type Answer,
  type Ask,
  CLIENT_NAME,
  type MeshUnderTest,
  startTestMesh,
  UPDATE,
  V2,
} from './mesh-under-test.ts';

export const MINE = '/X26OT900';
export const PRACTICE = '/A82999OT1';

export interface Wire {
  readonly mesh: MeshUnderTest;
  ask(path: string, more?: Ask): Promise<Answer>;
  /** The same, asking for version 2. */
  v2(path: string, more?: Ask): Promise<Answer>;
  /** A send of version 2 to the practice. */
  send(headers?: Record<string, string>, body?: string | Buffer, more?: Ask): Promise<Answer>;
  acknowledge(id: string, owner?: string): Promise<Answer>;
  /** Writes a request byte for byte on a connection of its own, and reads until it ends. */
  // biome-ignore lint/suspicious/noExplicitAny: bodies of many shapes
  raw(text: string): Promise<{ head: string; body: any }>;
}

/** Describes `title` once for each database, over a MESH of its own. */
export function onTheWire(
  title: string,
  tests: (wire: Wire) => void,
  options: Parameters<typeof startTestMesh>[1] = {},
): void {
  for (const { name, fresh } of testStores())
    describe(`${title}, ${name}`, () => {
      let mesh: MeshUnderTest;
      const v2: Wire['v2'] = (path, more = {}) =>
        mesh.ask(path, { ...more, headers: { accept: V2, ...more.headers } });
      before(async () => {
        mesh = await startTestMesh(await fresh(), {
          ...options,
          settings: {
            administration: true,
            maxChunkBytes: 200_000,
            maxMessageBytes: 400_000,
            ...options.settings,
          },
        });
      });
      after(() => mesh.close());
      tests({
        get mesh() {
          return mesh;
        },
        ask: (path, more) => mesh.ask(path, more),
        v2,
        send: (headers = {}, body = 'payload', more = {}) =>
          v2(`${MINE}/outbox`, {
            method: 'POST',
            headers: { 'mex-to': 'A82999OT1', 'mex-workflowid': UPDATE, ...headers },
            body,
            ...more,
          }),
        acknowledge: (id, owner = PRACTICE) =>
          v2(`${owner}/inbox/${id}/status/acknowledged`, { method: 'PUT' }),
        async raw(text) {
          const client = await mesh.authority.issue({ commonName: CLIENT_NAME, usages: 'client' });
          const { port } = mesh.running.address;
          const socket = connect({ ...clientTls(client), host: '127.0.0.1', port });
          await once(socket, 'secureConnect');
          socket.write(text);
          let answer = '';
          for await (const part of socket) answer += String(part);
          const [head = '', body = ''] = answer.split('\r\n\r\n');
          return { head, body: body.startsWith('{') ? JSON.parse(body) : body };
        },
      });
    });
}
