// `gpc start` (npm start): a whole England on this machine.
import { parseArgs } from 'node:util';
import {
  CannotStartError,
  DEFAULT_PORT_BASE,
  PORTS_TAKEN,
  ServiceFailedError,
  startEngland,
} from '@gp-connect/testbed';
import { wholeNumber } from '../arguments.ts';
import { type Command, CommandError } from '../command.ts';
import { dataFolder } from '../running-england.ts';

const help = `
gpc start: bring up a whole working England

  --fresh            forget everything and begin again
  --port-base N      first of the ${PORTS_TAKEN} ports used (default ${DEFAULT_PORT_BASE}, or GPC_PORT_BASE)
  --data FOLDER      where everything is kept (default .data, or GPC_DATA_DIR)
  --patients N       ordinary patients in the practices, at first start (default 2000)

PostgreSQL instead of the embedded database: GPC_DATABASE_URL=postgres://user@host/name
(each service takes a database of its own: name_directory, name_orchard, name_cedar).
Stop with Ctrl-C; the data stays for the next start.
`;

export const start: Command = {
  help,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        fresh: { type: 'boolean', default: false },
        'port-base': { type: 'string' },
        data: { type: 'string' },
        patients: { type: 'string' },
      },
    });
    const portBase =
      wholeNumber('--port-base', values['port-base'] ?? process.env.GPC_PORT_BASE, 1024, 65_000) ??
      DEFAULT_PORT_BASE;
    const patients = wholeNumber('--patients', values.patients, 0, 1_000_000);
    const databaseUrl = process.env.GPC_DATABASE_URL;
    const stopped = new Promise<'stopped'>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve('stopped'));
    });
    try {
      const england = await startEngland({
        dataFolder: dataFolder(values.data),
        portBase,
        fresh: values.fresh,
        ...(databaseUrl ? { databaseUrl } : {}),
        ...(patients === undefined ? {} : { patients }),
        say: (line) => console.log(line),
      });
      console.log(`\n${england.banner}`);
      const ended = await Promise.race([stopped, england.failed.catch((error: Error) => error)]);
      if (ended !== 'stopped') console.error(`\n${ended.message}`);
      console.log('\nStopping…');
      await england.stop();
      console.log('Stopped. The data is kept.');
      return ended === 'stopped' ? 0 : 1;
    } catch (error) {
      if (error instanceof CannotStartError || error instanceof ServiceFailedError)
        throw new CommandError(error.message);
      throw error;
    }
  },
};
