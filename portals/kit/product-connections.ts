// A consumer product's TLS connections, from the files its settings name.
import { readFile } from 'node:fs/promises';
import { type Connections, openConnections } from '@gp-connect/consumer';

export async function productConnections(tls: {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}): Promise<Connections> {
  const [key, cert, ca] = await Promise.all(
    [tls.key, tls.cert, tls.ca].map((path) => readFile(path, 'utf8')),
  );
  return openConnections({ key: key!, cert: cert!, ca: ca! });
}
