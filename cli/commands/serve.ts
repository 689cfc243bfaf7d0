// `gpc serve`: one service from a settings file, as it runs in a real deployment.
import { parseArgs } from 'node:util';
import { ConfigurationError, describeSettings, loadSettings } from '@gp-connect/foundation/config';
import type { z } from 'zod';
import { type Command, CommandError } from '../command.ts';

const help = `
gpc serve SERVICE --config FILE: one service from its settings file

  SERVICE            provider, directory or gateway
  --config FILE      its settings, one JSON object
  --check            check the settings and stop
  --settings         list every setting with its environment variable, default and meaning

Every setting can be overridden by an environment variable: GPC_, the service, the setting, as in
GPC_PROVIDER_LISTEN_PORT (docs/configuration.md lists them). Settings that are wrong, missing or unknown are all listed
at once and the service does not start. "npm start" writes such a file for each service into .data/settings.

The log goes to standard output as JSON lines. Stop with Ctrl-C or SIGTERM: what is under way is finished first.
Exit code 1 when it could not start, 2 when the command was not understood.

Examples
  gpc serve provider --config /etc/gp-connect/provider.json
  GPC_GATEWAY_PORT=9443 gpc serve gateway --config gateway.json
`;

interface Running {
  readonly where: readonly string[];
  close(): Promise<void>;
}

interface Service {
  readonly schema: z.ZodObject;
  start(load: () => unknown): Promise<Running>;
}

const at = (scheme: string, { host, port }: { host: string; port: number }): string =>
  `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Binds a schema to what starts from its settings. */
function service<Schema extends z.ZodObject>(
  schema: Schema,
  start: (settings: z.infer<Schema>) => Promise<Running>,
): Service {
  return { schema, start: (load) => start(load() as z.infer<Schema>) };
}

/** Each loads only what it runs. */
const services: Readonly<Record<string, () => Promise<Service>>> = {
  async provider() {
    const { openProviderStore, providerSettings, startProvider } = await import('@gp-connect/provider');
    return service(providerSettings, async (settings) => {
      const running = await startProvider(settings, await openProviderStore(settings.database));
      return {
        where: [
          `answers on ${at('https', running.address)}`,
          `administration on ${at('http', running.administration)}`,
          `health and metrics on ${at('http', running.operations)}`,
          ...embeddedWarning(settings.database),
        ],
        close: running.close,
      };
    });
  },
  async directory() {
    const { directorySettings, startDirectory } = await import('@gp-connect/national');
    return service(directorySettings, async (settings) => {
      const running = await startDirectory(settings);
      return {
        where: [
          `answers on ${at(settings.tls ? 'https' : 'http', running.address)}`,
          `health and metrics on ${at('http', running.operations)}`,
          ...embeddedWarning(settings.databaseUrl ?? 'embedded:'),
        ],
        close: running.close,
      };
    });
  },
  async gateway() {
    const { gatewayServiceSettings, openGateway } = await import('@gp-connect/national');
    return service(gatewayServiceSettings, async (settings) => {
      const running = await openGateway(settings);
      return {
        where: [
          `answers on ${at('https', running.address)}`,
          `public audit log on ${at('http', running.publicLog)}`,
          `health and metrics on ${at('http', running.operations)}`,
        ],
        close: running.close,
      };
    });
  },
};

const embeddedWarning = (database: string): string[] =>
  database.startsWith('postgres')
    ? []
    : ['stores in the embedded database: real records belong in PostgreSQL'];

export const serve: Command = {
  help,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        config: { type: 'string' },
        check: { type: 'boolean', default: false },
        settings: { type: 'boolean', default: false },
      },
    });
    const [name = '', ...more] = positionals;
    const load = Object.hasOwn(services, name) ? services[name] : undefined;
    if (!load || more.length)
      throw new CommandError(`name one service: ${Object.keys(services).join(', ')}`, 2);
    const prefix = `GPC_${name.toUpperCase()}`;
    if (!values.settings && values.config === undefined)
      throw new CommandError('name the settings file with --config FILE; "gpc serve --help" says more', 2);
    const found = await load();
    if (values.settings) {
      console.log(listOf(found.schema, prefix));
      return 0;
    }
    const read = () => loadSettings(found.schema, { file: values.config, env: process.env, prefix });
    try {
      if (values.check) {
        read();
        console.error(`${name}: the settings can be used`);
        return 0;
      }
      const { createLogger, onShutdown, runUntilStopped } = await import('@gp-connect/foundation/http');
      const running = await found.start(read);
      onShutdown(() => running.close());
      for (const line of running.where) console.error(`${name} ${line}`);
      runUntilStopped(createLogger({ name }));
      return await new Promise<never>(() => undefined);
    } catch (error) {
      if (error instanceof ConfigurationError || isExpected(error))
        throw new CommandError((error as Error).message);
      throw error;
    }
  },
};

/** Reasons of the machine that the message alone explains: a port or folder in use, a database that does not answer. */
const isExpected = (error: unknown): boolean =>
  error instanceof Error &&
  (['LockedFolderError', 'PortInUseError'].includes(error.name) ||
    ['ECONNREFUSED', 'EACCES', 'EADDRNOTAVAIL', 'ENOTFOUND'].includes(
      (error as NodeJS.ErrnoException).code ?? '',
    ));

function listOf(schema: z.ZodObject, prefix: string): string {
  return describeSettings(schema, prefix)
    .map(
      ({ path, variable, type, default: fallback, description }) =>
        `${path} (${type}${fallback ? `, default ${fallback}` : ''})\n  ${description}\n  ${variable}`,
    )
    .join('\n');
}
