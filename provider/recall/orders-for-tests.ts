// For tests: the national recall service as a provider meets it: a certificate, a signing key, orders over real TLS.
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsIdentity } from '@gp-connect/foundation/trust';
import { CompactSign } from 'jose';

export const operatorName = 'recall.national.example';

export const orderKeys = generateKeyPairSync('ed25519');
const otherKeys = generateKeyPairSync('ed25519');

/** Writes the public key where the provider's settings can name it. */
export function orderKeyFile(): string {
  const file = join(tmpdir(), `gpc-recall-key-${process.pid}.pem`);
  writeFileSync(file, orderKeys.publicKey.export({ type: 'spki', format: 'pem' }));
  return file;
}

export interface SentOrder {
  readonly practice: string;
  readonly recall: string;
  readonly step: string;
  readonly run: number;
  readonly selector?: object;
  readonly more?: object;
  /** Signed with a key that is not the national service's. */
  readonly forged?: boolean;
  /** Address in place of the right one. */
  readonly path?: string;
  readonly contentType?: string;
  readonly body?: string;
}

export const pregnancySelector = {
  direction: 'inbound-update',
  product: 'update-record',
  services: ['pharmacy-first'],
  codes: ['77386006'],
  fields: ['pregnancy-status'],
  senderProduct: { name: 'PharmaSoft', versionRange: '>=3.1.0 <3.1.4' },
  sentFrom: '2025-01-01T00:00:00Z',
  sentTo: '2025-06-30T23:59:59Z',
};

export function signOrder(order: SentOrder): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const payload = {
    recall: order.recall,
    run: order.run,
    step: order.step,
    practice: order.practice,
    asAt: '2026-07-04T08:00:00.000Z',
    selector: order.selector ?? pregnancySelector,
    iat: now,
    exp: now + 600,
    ...order.more,
  };
  return new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'EdDSA' })
    .sign(order.forged ? otherKeys.privateKey : orderKeys.privateKey);
}

/** Sends an order with the given certificate. */
export async function sendOrder(order: SentOrder, port: number, identity: TlsIdentity | null, ca: string) {
  const body = order.body ?? (await signOrder(order));
  return new Promise<{
    status: number;
    type: string | undefined;
    text: string;
    body: Record<string, unknown>;
  }>((resolve, reject) => {
    const request = httpsRequest(
      {
        host: '127.0.0.1',
        port,
        servername: 'localhost',
        ca,
        ...(identity ? { key: identity.key, cert: identity.cert } : {}),
        agent: false,
        method: 'POST',
        path: order.path ?? `/${order.practice}/recall/v1/${order.recall}/${order.step}`,
        headers: { 'content-type': order.contentType ?? 'application/jose' },
      },
      (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.once('error', reject);
        response.once('end', () => {
          const text = Buffer.concat(pieces).toString('utf8');
          resolve({
            status: response.statusCode!,
            type: response.headers['content-type'],
            text,
            body: JSON.parse(text),
          });
        });
      },
    );
    request.once('error', reject);
    request.end(body);
  });
}
