// `gpc rules sign`: what the publisher of national rules does, once a clinical safety officer has agreed to them.
// spec: national-service UPD-06
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { parseArgs } from 'node:util';
import { RulePackError, signRulePack } from '@gp-connect/foundation/plausibility';
import { bytesOf } from '../arguments.ts';
import { type Command, CommandError } from '../command.ts';
import { exitCode } from '../exit-codes.ts';
import { runningEngland } from '../running-england.ts';

const help = `
gpc rules sign FILE: the signed pack (compact JWS), on standard output

  FILE               the pack as JSON; - for standard input. Give it a version of its own
  --from INSTANT     when it comes into force, e.g. 2026-12-01T06:00:00Z; now if neither this nor the file says
  --key FILE         the publisher's private key (Ed25519, PEM); the running England's if left out
  --data FOLDER      where England runs (default .data, or GPC_DATA_DIR)

Example
  gpc rules sign rules.json --from 2026-12-01T06:00:00Z > rules.jws
`;

const LARGEST = 4 * 1024 * 1024;

export const sign: Command = {
  help,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { from: { type: 'string' }, key: { type: 'string' }, data: { type: 'string' } },
    });
    const [path] = positionals;
    if (path === undefined || positionals.length > 1)
      throw new CommandError('say which one file to sign', exitCode.usage);
    const text = effective((await bytesOf(path, LARGEST)).toString('utf8'), path, values.from);
    const key = await keyOf(values.key, values.data);
    try {
      console.log(await signRulePack(text, key));
    } catch (error) {
      if (error instanceof RulePackError) throw new CommandError(`${path}: ${error.message}`, exitCode.usage);
      throw error;
    }
    return 0;
  },
};

function effective(text: string, path: string, from: string | undefined): string {
  let pack: { effectiveFrom?: string };
  try {
    pack = JSON.parse(text) as typeof pack;
  } catch {
    throw new CommandError(`${path}: this is not JSON`, exitCode.usage);
  }
  const effectiveFrom = from ?? pack.effectiveFrom ?? new Date().toISOString();
  return JSON.stringify({ ...pack, effectiveFrom });
}

async function keyOf(file: string | undefined, data: string | undefined): Promise<KeyObject> {
  const path = file ?? (await import('@gp-connect/testbed')).rulePackKey(await runningEngland(data));
  try {
    return createPrivateKey(await bytesOf(path, LARGEST));
  } catch {
    throw new CommandError(`${path}: the file holds no private key in PEM`, exitCode.usage);
  }
}
