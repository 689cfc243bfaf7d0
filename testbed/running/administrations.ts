// Where the providers of a running England are administered, for commands that fill them with records.
import { layoutOf } from './layout.ts';
import type { Choices } from './plan.ts';
import { portsFrom } from './ports.ts';
import { openSecrets } from './secrets.ts';
import { signingKeyFile } from './signing-keys.ts';

export interface ProviderAdministration {
  readonly provider: 'orchard' | 'cedar';
  readonly url: string;
  readonly token: string;
}

export function providerAdministrations({ dataFolder, portBase }: Choices): ProviderAdministration[] {
  const secrets = openSecrets(layoutOf(dataFolder));
  const ports = portsFrom(portBase);
  return (['orchard', 'cedar'] as const).map((provider) => ({
    provider,
    url: `http://127.0.0.1:${ports[`${provider}Administration`]}`,
    token: secrets.text(`${provider}-administration`),
  }));
}

/** File: the private key England's national rule packs are signed with. */
export const rulePackKey = ({ dataFolder }: Choices): string =>
  signingKeyFile(layoutOf(dataFolder), 'rule-pack-key');
