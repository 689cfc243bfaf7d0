// Where a running England keeps its things: one folder, moved by GPC_DATA_DIR.
import { join, resolve } from 'node:path';

export interface Layout {
  readonly root: string;
  /** Certificates and keys of the demonstration authority. */
  readonly trust: string;
  /** Settings of each service, in the form `gpc serve` takes. */
  readonly settings: string;
  readonly logs: string;
  /** Embedded databases, a folder each. */
  readonly databases: string;
  readonly audit: string;
  /** Keys of the audit logs, apart from the logs. */
  readonly auditKeys: string;
  readonly identity: string;
  /** Payloads of MESH, encrypted, and what its clients have sent. */
  readonly mesh: string;
  /** Tokens and secrets made at first start. */
  readonly secrets: string;
}

export function layoutOf(root: string): Layout {
  const at = (name: string): string => join(resolve(root), name);
  return {
    root: resolve(root),
    trust: at('trust'),
    settings: at('settings'),
    logs: at('logs'),
    databases: at('databases'),
    audit: at('audit'),
    auditKeys: at('audit-keys'),
    identity: at('identity'),
    mesh: at('mesh'),
    secrets: at('secrets'),
  };
}
