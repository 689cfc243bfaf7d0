// A MESH server and a client in processes of their own, with certificates and two mailboxes, for the bench of MESH.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openAuthority, type TlsIdentity } from '@gp-connect/foundation/trust';

export type Identity = Pick<TlsIdentity, 'key' | 'cert' | 'ca'>;

export interface MeshScene {
  readonly folder: string;
  readonly server: Identity;
  readonly client: Identity;
}

export async function prepareMesh(folder: string): Promise<MeshScene> {
  mkdirSync(folder, { recursive: true });
  const authority = await openAuthority(join(folder, 'authority'), { clock: Date.now });
  const server = await authority.issue({
    commonName: 'mesh.example',
    ipAddresses: ['127.0.0.1'],
    usages: 'server',
  });
  const client = await authority.issue({
    commonName: 'bench-1.fzz01.api.mesh-client.nhs.uk',
    usages: 'client',
  });
  const plain = ({ key, cert, ca }: TlsIdentity): Identity => ({ key, cert, ca });
  return { folder, server: plain(server), client: plain(client) };
}
