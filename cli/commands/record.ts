// `gpc record`: asks for a patient's GP record through the gateway and prints it for people or programs.
import { parseArgs } from 'node:util';
import {
  type GatewayAnswer,
  RequestRefusedError,
  readRecord,
  refusalOf,
  ServiceUnavailableError,
  structuredParameters,
} from '@gp-connect/consumer';
import { type ClinicalArea, clinicalAreaNames, interactionId, isNhsNumber } from '@gp-connect/foundation/nhs';
import { type Caller, openCaller } from '@gp-connect/testbed';
import { type Command, CommandError } from '../command.ts';
import { printRecord } from '../print-record.ts';
import { knownTo, runningEngland } from '../running-england.ts';
import { traceWords } from '../trace-words.ts';

const help = `
gpc record NHSNUMBER: a patient's GP record, from whichever GP system holds it

  --area NAMES       only these areas, comma-separated:
                     ${clinicalAreaNames.join(', ')}
  --since DATE       items from this year, month or day on (2020, 2020-06, 2020-06-30)
  --json             the answer as FHIR JSON, exactly as it came
  --xml              the answer as FHIR XML, exactly as it came
  --as PERSONA       who asks (default hospital-doctor; see docs/england.md)
  --by-patient       let the gateway find the practice (mode C) instead of looking it up here (mode A)
  --data FOLDER      where England runs (default .data, or GPC_DATA_DIR)

The summary goes to standard output; what is missing from the record is part of it.
Exit code 1 when there is no record to show, 2 when the command was not understood.

Examples
  gpc record 9990000018
  gpc record 9990000018 --area medications,problems --since 2020
  gpc record 9990000026 --json > record.json
`;

export const record: Command = {
  help,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        area: { type: 'string' },
        since: { type: 'string' },
        json: { type: 'boolean', default: false },
        xml: { type: 'boolean', default: false },
        as: { type: 'string', default: 'hospital-doctor' },
        'by-patient': { type: 'boolean', default: false },
        data: { type: 'string' },
      },
    });
    const [nhsNumber, ...more] = positionals.map((text) => text.replaceAll(' ', ''));
    if (!nhsNumber || more.length)
      throw new CommandError('give one NHS number; "gpc record --help" says more', 2);
    if (!isNhsNumber(nhsNumber))
      throw new CommandError('that is not a valid NHS number: check its ten digits', 2);
    if (values.json && values.xml) throw new CommandError('choose --json or --xml', 2);
    const areas = areasFrom(values.area);
    const question = {
      nhsNumber,
      ...(areas ? { areas } : {}),
      ...(values.since === undefined ? {} : { since: wholeDate(values.since) }),
    };
    const england = await runningEngland(values.data);
    const caller = knownTo(() => openCaller(england, values.as));
    try {
      const answer = await ask(caller, question, { byPatient: values['by-patient'], xml: values.xml });
      if (values.json || values.xml) {
        for await (const chunk of answer.body) process.stdout.write(chunk as Buffer);
        process.stdout.write('\n');
      } else {
        const view = readRecord(JSON.parse(await answer.body.text()));
        console.log(printRecord(view, { since: question.since, trace: answer.trace }));
      }
      return 0;
    } catch (error) {
      throw explained(error);
    } finally {
      await caller.close();
    }
  },
};

type Question = Parameters<typeof structuredParameters>[0];

async function ask(
  caller: Caller,
  question: Question,
  { byPatient, xml }: { byPatient: boolean; xml: boolean },
): Promise<GatewayAnswer> {
  const body = structuredParameters(question);
  const format = xml ? 'xml' : 'json';
  const answer = byPatient
    ? await caller.byPatient({ operation: '$gpc.getstructuredrecord', body, format })
    : await throughTrace(caller, question.nhsNumber, body, format);
  if (answer.status !== 200) throw await refusalOf(answer);
  return answer;
}

/** Mode A: trace on PDS, look the practice up in SDS, then ask. spec: foundations §2 */
async function throughTrace(
  caller: Caller,
  nhsNumber: string,
  body: ReturnType<typeof structuredParameters>,
  format: 'json' | 'xml',
) {
  const trace = crypto.randomUUID();
  const found = await caller.directory.trace(nhsNumber, await caller.accessToken());
  if (!found) throw new CommandError('PDS does not know this NHS number');
  const problem = found.problems[0];
  if (problem) throw new CommandError(traceWords[problem](found));
  const interaction = interactionId.structuredRecord;
  const service = await caller.directory.service(found.practice!, interaction, trace);
  if (!service) throw new CommandError(`practice ${found.practice} does not offer structured records`);
  return caller.proxy({
    interaction,
    path: '/Patient/$gpc.getstructuredrecord',
    service,
    body,
    format,
    trace,
  });
}

function explained(error: unknown): unknown {
  if (error instanceof RequestRefusedError) {
    return new CommandError(
      `the record was refused: ${error.diagnostics} (${error.status} ${error.code}; trace ${error.trace})`,
    );
  }
  if (error instanceof ServiceUnavailableError) return new CommandError(error.message);
  const code = (error as { code?: string }).code ?? (error as { cause?: { code?: string } }).cause?.code;
  if (code === 'ECONNREFUSED') return new CommandError('England is not answering: is "npm start" running?');
  if (code === 'UND_ERR_SOCKET' || error instanceof SyntaxError) {
    return new CommandError(
      'the answer broke off: nothing of it is shown, because part of a record can mislead',
    );
  }
  return error;
}

function areasFrom(text: string | undefined): ClinicalArea[] | undefined {
  if (text === undefined) return undefined;
  return text.split(',').map((name) => {
    const area = clinicalAreaNames.find((each) => each === name.trim().toLowerCase());
    if (!area)
      throw new CommandError(`there is no area "${name.trim()}": ${clinicalAreaNames.join(', ')}`, 2);
    return area;
  });
}

/** `2020` means from 1 January 2020. */
function wholeDate(text: string): string {
  const match = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$/.exec(text);
  const date = match && `${match[1]}-${match[2] ?? '01'}-${match[3] ?? '01'}`;
  const parsed = date ? new Date(`${date}T00:00:00Z`) : undefined;
  if (!date || Number.isNaN(parsed?.getTime()) || parsed?.toISOString().slice(0, 10) !== date) {
    throw new CommandError('--since takes a year, month or day: 2020, 2020-06, 2020-06-30', 2);
  }
  if (date > new Date().toISOString().slice(0, 10))
    throw new CommandError('--since cannot lie in the future', 2);
  return date;
}
