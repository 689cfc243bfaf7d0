// The commands that send what a JSON file says: one table, one way. spec: messaging §6, §7
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type {
  ComposeContext,
  Composed,
  EmergencySupplyInput,
  PractitionerInput,
  SupplyInput,
  UpdateRecordInput,
  VaccinationInput,
} from '@gp-connect/consumer';
import { londonToday } from '@gp-connect/foundation/fhir';
import type { z } from 'zod';
import { bytesOf, needed, oneOf } from '../arguments.ts';
import { type Command, CommandError } from '../command.ts';
import { exitCode } from '../exit-codes.ts';
import { consultationInput, emergencySupplyInput, services, vaccinationInput } from './input-schemas.ts';
import { readInput } from './read-input.ts';
import { type Letterhead, send, sendingExits, sendingHelp, sendingOptions, withWait } from './sending.ts';

type Compose = (context: ComposeContext, letterhead: Letterhead) => Promise<Composed>;

interface Kind<Schema extends z.ZodType> {
  readonly name: string;
  readonly title: string;
  readonly example: string;
  readonly schema: Schema;
  /** Further help and options of its own. */
  readonly options?: string;
  /** Answers the composer, and what else belongs to the content. */
  prepare(
    input: z.output<Schema>,
    at: { readonly path: string; readonly service: string | undefined },
  ): Promise<{ readonly compose: Compose; readonly more: readonly (string | Uint8Array)[] }>;
}

const LARGEST_REPORT = 4 * 1024 * 1024;

interface Said {
  readonly seen?: string | undefined;
  readonly practitioners?: unknown;
}

/** Who sends, whom it is about and when it was, around what the file says. */
const base = (
  { patient, organisation, author, recipientType, replaces }: Letterhead,
  { seen, practitioners }: Said,
  context: ComposeContext,
) => ({
  patient,
  organisation,
  practitioners: (practitioners ?? [author]) as PractitionerInput[],
  seen: seen ?? londonToday(context.now),
  ...(recipientType ? { recipientType } : {}),
  ...(replaces ? { replaces } : {}),
});

type Around = 'patient' | 'organisation' | 'practice' | 'practitioners' | 'seen';

/** What the file says of the matter itself. */
function content<Input extends Said & { patient?: unknown }>(input: Input) {
  const { patient: _patient, practitioners: _practitioners, seen: _seen, ...rest } = input;
  return rest;
}

const update: Kind<typeof consultationInput> = {
  name: 'update',
  title: 'a pharmacy consultation, for the practice to review (Update Record)',
  example: 'docs/examples/minor-illness.json',
  schema: consultationInput,
  options: `\n  --service SERVICE  ${services.join(', ')}; or "service" in the file`,
  async prepare({ ambulatoryReport, ...input }, { path, service: asked }) {
    const service = oneOf(asked ?? input.service ?? '', services, '--service');
    if (asked && input.service && asked !== input.service)
      throw new CommandError(`--service is ${asked}, the file says ${input.service}`, exitCode.usage);
    const report = ambulatoryReport && {
      title: ambulatoryReport.title,
      pdf: await bytesOf(resolve(dirname(path), ambulatoryReport.file), LARGEST_REPORT),
    };
    return {
      more: [service, ...(report ? [report.pdf] : [])],
      async compose(context, letterhead) {
        const { composeUpdateRecord } = await import('@gp-connect/consumer');
        // Parsed JSON holds no undefined members.
        const said = content(input) as Omit<UpdateRecordInput, Around>;
        const around = base(letterhead, input, context);
        return composeUpdateRecord(context, {
          ...around,
          ...said,
          service,
          ...(input.supplies ? { supplies: input.supplies.map((one) => handedOver(one, around.seen)) } : {}),
          ...(report ? { ambulatoryReport: report } : {}),
        });
      },
    };
  },
};

/** A medicine that was supplied was so when the patient was seen, if nothing else is said. */
const handedOver = (supply: object, seen: string): SupplyInput => {
  const said = supply as SupplyInput;
  return said.status === 'completed' && said.handedOver === undefined ? { ...said, handedOver: seen } : said;
};

const vaccination: Kind<typeof vaccinationInput> = {
  name: 'vaccination',
  title: 'vaccinations given, or offered and not given',
  example: 'docs/examples/vaccination.json',
  schema: vaccinationInput,
  async prepare(input) {
    return {
      more: [],
      async compose(context, letterhead) {
        const { composeVaccination } = await import('@gp-connect/consumer');
        const said = content(input) as Omit<VaccinationInput, Around>;
        const around = base(letterhead, input, context);
        return composeVaccination(context, {
          ...around,
          practice: letterhead.practice,
          ...said,
          vaccinations: said.vaccinations.map((one) => ({ ...one, date: one.date ?? around.seen })),
        });
      },
    };
  },
};

const emergencySupply: Kind<typeof emergencySupplyInput> = {
  name: 'emergency-supply',
  title: 'medicines supplied in an emergency',
  example: 'docs/examples/emergency-supply.json',
  schema: emergencySupplyInput,
  async prepare(input) {
    return {
      more: [],
      async compose(context, letterhead) {
        const { composeEmergencySupply } = await import('@gp-connect/consumer');
        const said = content(input) as Omit<EmergencySupplyInput, Around>;
        const around = base(letterhead, input, context);
        return composeEmergencySupply(context, {
          ...around,
          practice: letterhead.practice,
          ...said,
          supplies: said.supplies.map((one) => ({ ...one, handedOver: one.handedOver ?? around.seen })),
        });
      },
    };
  },
};

function commandOf<Schema extends z.ZodType<{ patient?: string | undefined }>>(kind: Kind<Schema>): Command {
  return {
    help: `
gpc send ${kind.name} --patient NHSNUMBER --input FILE: ${kind.title}

  --patient NHSNUMBER  whom it is about; or "patient" in the file. Name and date of birth come from PDS
  --input FILE       what was done, as JSON (docs/command-line.md, ${kind.example}); - for standard input${kind.options ?? ''}
  --gphc NUMBER      registration number of the persona, where the file names no practitioners
  --as PERSONA       who sends, at their organisation (default pharmacist; see docs/england.md)${sendingHelp}
${sendingExits}

The receiver's own plausibility rules run before anything is sent: what they block is not sent, what they warn of has to
be confirmed. The practice runs them again, with the patient's record.

Example
  gpc send ${kind.name} --patient 9990000018 --input ${kind.example} --id visit-4711 --wait
`,
    async run(args) {
      const { values } = parseArgs({
        args: withWait(args),
        options: {
          ...sendingOptions,
          patient: { type: 'string' },
          input: { type: 'string' },
          gphc: { type: 'string' },
          ...(kind.options ? { service: { type: 'string' as const } } : {}),
        },
      });
      const path = needed(values.input, '--input FILE');
      const { input, text } = await readInput(path, kind.schema);
      const { service } = values as { service?: string };
      const { compose, more } = await kind.prepare(input, { path, service });
      return send(values, values.as ?? 'pharmacist', {
        patient: values.patient ?? input.patient,
        content: [kind.name, text, values.gphc ?? '', ...more],
        compose: (context, letterhead) =>
          compose(context, {
            ...letterhead,
            author: { ...letterhead.author, ...(values.gphc ? { gphcNumber: values.gphc } : {}) },
          }),
      });
    },
  };
}

export const updateCommand = commandOf(update);
export const vaccinationCommand = commandOf(vaccination);
export const emergencySupplyCommand = commandOf(emergencySupply);
