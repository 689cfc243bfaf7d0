// `gpc send report`: what was found and done, as JSON; the practice gets it as a PDF. spec: messaging §5.3
import { parseArgs } from 'node:util';
import type { PractitionerInput } from '@gp-connect/consumer';
import { documentTypes } from '@gp-connect/foundation/itk3';
import { needed } from '../arguments.ts';
import type { Command } from '../command.ts';
import { reportInput } from './input-schemas.ts';
import { readInput } from './read-input.ts';
import { send, sendingExits, sendingHelp, sendingOptions, withWait } from './sending.ts';

const help = `
gpc send report --patient NHSNUMBER --input FILE: the report of an attendance, as a PDF to the patient's practice

  --patient NHSNUMBER  whom it is about; or "patient" in the file. Name and date of birth come from PDS
  --input FILE       what was found and done, as JSON (docs/command-line.md, docs/examples/report.json); - for standard input
  --as PERSONA       who sends, at their organisation (default nhs111-nurse; see docs/england.md)${sendingHelp}
${sendingExits}

Example
  gpc send report --patient 9990000018 --input docs/examples/report.json --id visit-4711 --wait
`;

export const report: Command = {
  help,
  async run(args) {
    const { values } = parseArgs({
      args: withWait(args),
      options: { ...sendingOptions, patient: { type: 'string' }, input: { type: 'string' } },
    });
    const { input, text } = await readInput(needed(values.input, '--input FILE'), reportInput);
    const { title, sections, seen, practitioners: named } = input;
    return send(values, values.as ?? 'nhs111-nurse', {
      patient: values.patient ?? input.patient,
      content: ['report', text],
      async compose(context, { patient, organisation, author, practice, recipientType, replaces }) {
        const { composeSendDocument, consultationReport } = await import('@gp-connect/consumer');
        const practitioners = (named as readonly PractitionerInput[] | undefined) ?? [author];
        const bytes = await consultationReport({
          ...{ title, patient, practitioners, sections, sender: organisation },
          version: (replaces?.version ?? 0) + 1,
          recipient: `${practice.name} (${practice.ods})`,
          startedAt: seen === undefined ? context.now : new Date(seen),
        });
        return composeSendDocument(context, {
          ...{ style: 'v2', title, patient, organisation, practitioners },
          ...(recipientType ? { recipientType } : {}),
          type: documentTypes.clinicalEncounter,
          lastSaved: context.now,
          primary: { contentType: 'application/pdf', bytes },
          ...(replaces ? { replaces } : {}),
        });
      },
    });
  },
};
