// `gpc rules load` and `list`: packs into GP systems by their administration. Anyone who runs a system may hand one in;
// only the publisher's signature makes it one. spec: messaging SG-10
import { parseArgs } from 'node:util';
import { AdministrationError, openAdministration, type PackView } from '@gp-connect/provider';
import { bytesOf, printJson } from '../arguments.ts';
import { type Command, CommandError } from '../command.ts';
import { exitCode } from '../exit-codes.ts';
import { runningEngland } from '../running-england.ts';

const where = `
  --url URL          administration listener of one GP system; with --token-file FILE. Else both of the running England
  --data FOLDER      where England runs (default .data, or GPC_DATA_DIR)
  --json             as JSON`;

const options = {
  url: { type: 'string' },
  'token-file': { type: 'string' },
  data: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

interface Values {
  readonly url?: string | undefined;
  readonly 'token-file'?: string | undefined;
  readonly data?: string | undefined;
}

const LARGEST = 8 * 1024 * 1024;

export const load: Command = {
  help: `
gpc rules load FILE: a signed rule pack into GP systems. Waiting messages are judged again by it; what was filed
before and would now be found is reported to the practices, never changed
${where}

Exit code 0 taken, 1 could not be done now, 2 not understood, 4 refused: not signed by the publisher, or not well formed.
`,
  async run(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
    const [path] = positionals;
    if (path === undefined || positionals.length > 1)
      throw new CommandError('say which one file to load', exitCode.usage);
    const signed = (await bytesOf(path, LARGEST)).toString('utf8').trim();
    const packs = await atEach(values, async (system) => [await system.loadRulePack(signed)]);
    return show(packs, values.json);
  },
};

export const list: Command = {
  help: `
gpc rules list: the national rule packs GP systems hold, newest first
${where}
`,
  async run(args) {
    const { values } = parseArgs({ args, options });
    return show(await atEach(values, (system) => system.rulePacks()), values.json);
  },
};

type System = ReturnType<typeof openAdministration>;
type Held = { readonly system: string } & PackView;

async function atEach(values: Values, ask: (system: System) => Promise<PackView[]>): Promise<Held[]> {
  const held: Held[] = [];
  for (const { name, url, token } of await systemsOf(values)) {
    try {
      const packs = await ask(openAdministration({ url, token }));
      held.push(...packs.map((pack) => ({ system: name, ...pack })));
    } catch (error) {
      if (!(error instanceof AdministrationError)) throw error;
      const refused = error.status !== undefined && error.status < 500;
      throw new CommandError(`${name}: ${error.message}`, refused ? exitCode.refused : exitCode.failed);
    }
  }
  return held;
}

async function systemsOf({ url, 'token-file': tokenFile, data }: Values) {
  if (url !== undefined) {
    if (tokenFile === undefined) throw new CommandError('--url goes with --token-file FILE', exitCode.usage);
    return [{ name: url, url, token: (await bytesOf(tokenFile, LARGEST)).toString('utf8') }];
  }
  const england = await runningEngland(data);
  const { providerAdministrations } = await import('@gp-connect/testbed');
  return providerAdministrations(england).map(({ provider, ...at }) => ({ name: provider, ...at }));
}

function show(packs: readonly Held[], json: boolean): number {
  if (json) printJson({ packs });
  else {
    for (const { system, version, state, effectiveFrom, loadedBy } of packs)
      console.log(`${system}: ${version}, ${state}, from ${effectiveFrom}, by ${loadedBy ?? 'this product'}`);
  }
  return exitCode.done;
}
