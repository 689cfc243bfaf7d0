// `gpc audit verify`: recomputes a log from what anyone may fetch, or from its folder. spec: national-service §11.1.9
import { parseArgs } from 'node:util';
import { fileKek, formatVkey, openKeyStore, parsePolicy, verifyLog } from '@gp-connect/foundation/audit';
import { gatewayLog } from '@gp-connect/testbed';
import { type Command, CommandError } from '../command.ts';
import { runningEngland } from '../running-england.ts';

const help = `
gpc audit verify: recompute the gateway's audit log and compare it with its signed checkpoint

  --data FOLDER      where England runs (default .data, or GPC_DATA_DIR)
  --folder FOLDER    a log's folder instead, e.g. a copy; with --policy FILE that names its key
  --policy FILE      the tlog-policy file, as served at /policy

With the running England's keys every stored record is opened and compared with the tree as well.
The first file and index that differ are named; exit code 1 when the log does not hold.
`;

export const audit: Command = {
  help,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { data: { type: 'string' }, folder: { type: 'string' }, policy: { type: 'string' } },
    });
    if (positionals[0] !== 'verify') throw new CommandError('the one thing it does is "gpc audit verify"', 2);
    const verdict = values.folder
      ? await fromPolicy(values.folder, values.policy)
      : await fromEngland(values.data);
    if (!verdict.valid) {
      const where = verdict.index === null ? verdict.file : `${verdict.file}, index ${verdict.index}`;
      throw new CommandError(`the log does not hold: ${verdict.reason} (${where})`);
    }
    const { checkpoint, records, erased } = verdict;
    console.log(`The log holds: ${checkpoint.size} entries under the checkpoint of ${checkpoint.origin}.`);
    console.log(`${records} stored records opened and compared, ${erased} erased by their month.`);
    return 0;
  },
};

async function fromPolicy(folder: string, policyFile: string | undefined) {
  if (!policyFile) throw new CommandError('--folder needs --policy, which names the key to trust', 2);
  const { readFileSync } = await import('node:fs');
  const [log] = parsePolicy(readFileSync(policyFile, 'utf8')).logs;
  if (!log) throw new CommandError('the policy names no log');
  return verifyLog(folder, { vkey: log.vkey });
}

async function fromEngland(data: string | undefined) {
  const choices = await runningEngland(data);
  const { log, keyFolder, kekFile, origin } = gatewayLog(choices);
  const keys = openKeyStore({ folder: keyFolder, origin, kek: fileKek(kekFile), create: false });
  return verifyLog(log, { vkey: formatVkey(keys.signers()[0]!), keys });
}
