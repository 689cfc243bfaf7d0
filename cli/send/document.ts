// `gpc send document`: a letter to the practice the patient is registered with. spec: messaging §5
import { extname } from 'node:path';
import { parseArgs } from 'node:util';
import { attachmentTypes, documentTypes } from '@gp-connect/foundation/itk3';
import { bytesOf, needed, oneOf } from '../arguments.ts';
import { type Command, CommandError } from '../command.ts';
import { exitCode } from '../exit-codes.ts';
import { send, sendingExits, sendingHelp, sendingOptions, withWait } from './sending.ts';

const types = {
  encounter: documentTypes.clinicalEncounter,
  'remote-correspondence': documentTypes.remoteHealth,
  'remote-consultation': documentTypes.remoteConsultation,
} as const;
type TypeName = keyof typeof types;

const help = `
gpc send document --patient NHSNUMBER --file FILE --title TITLE: a letter to the patient's practice

  --patient NHSNUMBER  whom it is about; name and date of birth come from PDS
  --file FILE        the letter (${attachmentTypes.map(({ extension }) => extension).join(', ')}); - for standard input
  --title TITLE      what the practice reads in its inbox
  --attach FILE      a further document; may be given several times
  --type TYPE        encounter (default), remote-correspondence, remote-consultation
  --content-type M   type of the file, where its name does not say
  --v1               as a federated consultation summary, for systems that take only those
  --as PERSONA       who sends, at their organisation (default hospital-doctor; see docs/england.md)${sendingHelp}
${sendingExits}

Examples
  gpc send document --patient 9990000018 --file letter.pdf --title "Outpatient letter" --id letter-4711 --wait
  gpc send document --patient 9990000018 --file letter.pdf --title "Outpatient letter" --dry-run > message.xml
`;

/** The largest message a receiver takes, base64 and envelope left aside. spec: mesh §7 */
const LARGEST = 5 * 1024 * 1024;

export const document: Command = {
  help,
  async run(args) {
    const { values } = parseArgs({
      args: withWait(args),
      options: {
        ...sendingOptions,
        patient: { type: 'string' },
        file: { type: 'string' },
        title: { type: 'string' },
        attach: { type: 'string', multiple: true },
        type: { type: 'string', default: 'encounter' },
        'content-type': { type: 'string' },
        v1: { type: 'boolean', default: false },
      },
    });
    const file = needed(values.file, '--file FILE');
    const title = values.v1 ? (values.title ?? '') : needed(values.title, '--title TITLE');
    const type = types[oneOf(values.type, Object.keys(types) as TypeName[], '--type')];
    if (values.v1 && values.type !== 'encounter')
      throw new CommandError('a consultation summary (--v1) is always of type encounter', exitCode.usage);
    needed(values.patient, '--patient NHSNUMBER');
    const primary = await attachment(file, values['content-type']);
    const attachments = await Promise.all((values.attach ?? []).map((path) => attachment(path, undefined)));
    return send(values, values.as ?? 'hospital-doctor', {
      patient: values.patient,
      content: [
        values.v1 ? 'v1' : 'v2',
        title,
        type.code,
        ...[primary, ...attachments].flatMap(({ contentType, bytes }) => [contentType, bytes]),
      ],
      async compose(context, { patient, organisation, author, recipientType, replaces }) {
        const { composeSendDocument } = await import('@gp-connect/consumer');
        return composeSendDocument(context, {
          style: values.v1 ? 'v1' : 'v2',
          patient,
          organisation,
          practitioners: [author],
          type,
          ...(values.v1 ? {} : { title }),
          lastSaved: context.now,
          primary,
          attachments,
          ...(recipientType ? { recipientType } : {}),
          ...(replaces ? { replaces } : {}),
        });
      },
    });
  },
};

async function attachment(path: string, said: string | undefined) {
  const contentType = said ?? (path === '-' ? 'application/pdf' : typeByName(path));
  if (contentType === undefined)
    throw new CommandError(
      `${path}: its name does not say what it is; name it .pdf, .docx, .jpg … or give --content-type`,
      exitCode.usage,
    );
  return { contentType, bytes: await bytesOf(path, LARGEST) };
}

const otherEndings: Readonly<Record<string, string>> = { jpeg: 'jpg', tiff: 'tif', htm: 'html' };

function typeByName(path: string): string | undefined {
  const ending = extname(path).slice(1).toLowerCase();
  const known = otherEndings[ending] ?? ending;
  return attachmentTypes.find(({ extension }) => extension === known)?.mime;
}
