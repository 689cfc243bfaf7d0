// `gpc send status`: how earlier messages stand, and what a person has to do about them. spec: messaging §3.5
import { parseArgs } from 'node:util';
import type { PersonTask, StoredMessage } from '@gp-connect/consumer';
import { printJson, wholeNumber } from '../arguments.ts';
import { type Command, CommandError } from '../command.ts';
import { exitCode } from '../exit-codes.ts';
import { messageForPrograms, stateWords } from './message-words.ts';
import { follow, opened, organisationAs, sendingExits, withWait } from './sending.ts';
import { sendingFault } from './sending-fault.ts';

const help = `
gpc send status [ID]: sends what waits, collects the answers, and tells how things stand

  ID                 your own id (--id) or the message id; without one, the newest messages and what needs a person
  --wait [SECONDS]   wait for the acknowledgements, 300 seconds if not said otherwise
  --most N           newest messages listed (default 20)
  --as PERSONA       whose organisation sent it (default hospital-doctor)
  --json             as JSON on standard output
  --data FOLDER      where England runs (default .data, or GPC_DATA_DIR)
${sendingExits}
`;

export const status: Command = {
  help,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: withWait(args),
      allowPositionals: true,
      options: {
        wait: { type: 'string' },
        most: { type: 'string', default: '20' },
        as: { type: 'string', default: 'hospital-doctor' },
        json: { type: 'boolean', default: false },
        data: { type: 'string' },
      },
    });
    const [id, ...more] = positionals;
    if (more.length > 0) throw new CommandError('give one id, or none', exitCode.usage);
    const seconds = wholeNumber('--wait', values.wait, 1, 86_400);
    const most = wholeNumber('--most', values.most, 1, 10_000);
    const organisation = await organisationAs(values.data, values.as);
    try {
      const { fault, found, recent, tasks } = await opened(organisation, async (sender) => ({
        fault: await sender.round().catch((error: unknown) => error),
        found: id === undefined ? undefined : await sender.find(id),
        recent: id === undefined ? await sender.recent(most) : [],
        tasks: id === undefined ? await sender.tasks() : [],
      }));
      if (id !== undefined) {
        if (!found)
          throw new CommandError(
            `nothing was sent under this id from ${organisation.name}; --as says whose it is`,
          );
        return await follow(organisation, found, { seconds, json: values.json, fault });
      }
      if (values.json) printJson(listForPrograms(recent, tasks));
      else console.log(listForPeople(organisation.name, recent, tasks));
      if (fault) throw fault;
      return exitCode.done;
    } catch (error) {
      throw sendingFault(error);
    } finally {
      await organisation.close();
    }
  },
};

const listForPrograms = (recent: readonly StoredMessage[], tasks: readonly PersonTask[]) => ({
  messages: recent.map(messageForPrograms),
  tasks: tasks.map(({ id, kind, openedAt, code, text, message }) => ({
    task: id,
    kind,
    openedAt: openedAt.toISOString(),
    code,
    text,
    messageId: message?.messageId ?? null,
  })),
});

function listForPeople(name: string, recent: readonly StoredMessage[], tasks: readonly PersonTask[]): string {
  const minute = (date: Date): string => date.toISOString().slice(0, 16).replace('T', ' ');
  const lines = recent.map(
    ({ activity_key: id, state, created_at: at, practice_ods: practice, last_code: code }) =>
      `  ${minute(at)}  ${stateWords(state).text.padEnd(13)}  ${(practice ?? '').padEnd(6)}  ${(code ?? '').padEnd(5)}  ${id}`,
  );
  return [
    recent.length === 0 ? `${name} has sent nothing from here.` : `Sent from ${name}, newest first (UTC)`,
    ...lines,
    ...(tasks.length > 0 ? ['', 'For a person:'] : []),
    ...tasks.map(
      ({ openedAt, text, message }) =>
        `  ${minute(openedAt)}  ${text}${message ? ` (message ${message.messageId})` : ''}`,
    ),
  ].join('\n');
}
