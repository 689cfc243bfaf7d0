// The words of the practice pages: severities, decisions, reasons, services, switches. spec: messaging §10.1, SG-14
import type { Choice, Finding, ListedItem, Severity } from './inbox-api.ts';

export interface SeverityWords {
  readonly text: string;
  /** Of the design system's tag; the words say the same. */
  readonly colour: string;
  readonly means: string;
}

export const severityWords: Readonly<Record<Severity, SeverityWords>> = {
  REJECT: { text: 'Refused', colour: 'red', means: 'breaks the contract' },
  BLOCK: {
    text: 'Blocked',
    colour: 'red',
    means: 'not safe as coded: file as text, refuse, or override with a reason',
  },
  ACTION: { text: 'Needs action', colour: 'orange', means: 'say what was done before it can be filed' },
  WARN: { text: 'Check', colour: 'yellow', means: 'doubtful: tick that you have read it' },
  INFO: { text: 'Note', colour: 'blue', means: 'for your information' },
  NONE: { text: 'Nothing found', colour: 'green', means: 'no rule found anything' },
};

/** For what no rule can judge: a document. */
export const unreadWords: SeverityWords = {
  text: 'Read it',
  colour: 'purple',
  means: 'no rule can read a document',
};

const urgentWords: SeverityWords = {
  text: 'Urgent action',
  colour: 'red',
  means: 'needs action the same day',
};

/** Urgent only matters where action is asked for. */
export const weightWords = ({ severity, urgent }: Pick<Finding | ListedItem, 'severity' | 'urgent'>) =>
  urgent && severity === 'ACTION' ? urgentWords : severityWords[severity];

export const choiceWords: Readonly<Record<Choice, { coded: string; text: string }>> = {
  accept: { coded: 'Accept: file as a coded entry', text: 'Accept: file' },
  amend: { coded: 'Amend: change it, then file as a coded entry', text: 'Amend: change it, then file' },
  'text-only': { coded: 'File as text only, without the code', text: 'File as text only' },
  override: { coded: 'Override the block: file as a coded entry', text: 'Override the block and file' },
  refuse: { coded: 'Refuse: file nothing of it', text: 'Refuse: file nothing of it' },
};

export const decidedWords: Readonly<Record<Choice, string>> = {
  accept: 'Accepted',
  amend: 'Amended and accepted',
  'text-only': 'As text only',
  override: 'Block overridden',
  refuse: 'Refused',
};

/** Kinds that are never filed as coded data, whatever is decided. */
export const textKinds: ReadonlySet<string> = new Set([
  'report',
  'not-supplied',
  'allergy',
  'text',
  'document',
]);

/** Kinds that come with a file. */
export const fileKinds: ReadonlySet<string> = new Set(['document', 'report']);

export const refusalReasons: readonly (readonly [value: string, text: string])[] = [
  ['wrong-patient', 'Wrong patient'],
  ['wrong-code', 'Wrong code'],
  ['duplicate', 'Duplicate: already in the record'],
  ['not-clinically-relevant', 'Not clinically relevant'],
  ['contradictory', 'Contradicts itself'],
  ['other', 'Another reason'],
];

export const actionsTaken: readonly (readonly [value: string, text: string])[] = [
  ['task-made', 'I made a task in the practice'],
  ['patient-contacted', 'The patient was contacted'],
  ['recall-set', 'A recall was set for the patient'],
  ['no-action', 'No action is needed (say why)'],
];

const products: Readonly<Record<string, string>> = {
  'update-record': 'Update Record',
  'send-document': 'Document',
  'send-document-1': 'Document',
  'send-document-2': 'Document',
  'send-document-v1': 'Document',
  'send-document-v2': 'Document',
  vaccination: 'Vaccination',
  'emergency-supply': 'Emergency supply',
  'online-consultation': 'Online consultation',
};

export const serviceWords: Readonly<Record<string, string>> = {
  'blood-pressure': 'Blood Pressure Check',
  contraception: 'Pharmacy Contraception',
  'minor-illness': 'Pharmacy First: minor illness and clinical pathways',
  'urgent-supply': 'Pharmacy First: urgent medicine supply',
};

export const kindOfMessage = ({ product, service }: { product: string; service: string | null }): string =>
  service === null ? (products[product] ?? product) : (serviceWords[service] ?? service);

/** What an attachment is, by its type. */
export const fileWords: Readonly<Record<string, string>> = {
  'application/pdf': 'PDF document',
  'text/html': 'Web page (HTML), made safe',
  'text/plain': 'Text',
  'text/rtf': 'Rich text document',
  'application/msword': 'Word document',
  'image/jpeg': 'Picture (JPEG)',
  'image/png': 'Picture (PNG)',
  'image/tiff': 'Scanned pages (TIFF)',
};

/** Units as clinicians write them; UCUM is for machines. */
const units: Readonly<Record<string, string>> = {
  'mm[Hg]': 'mmHg',
  Cel: '°C',
  '/min': 'per minute',
  '{beats}/min': 'per minute',
  'kg/m2': 'kg/m²',
  'millimeter of mercury': 'mmHg',
  'millimetre of mercury': 'mmHg',
  'degree Celsius': '°C',
  'kilogram per square meter': 'kg/m²',
  kilogram: 'kg',
  centimeter: 'cm',
};
export const unitText = (unit: string): string => units[unit] ?? unit;

const written = Object.keys(units)
  .toSorted((a, b) => b.length - a.length)
  .map((unit) => unit.replace(/[[\]{}]/g, '\\$&'));
const afterNumber = new RegExp(`(?<=\\d ?)(${written.join('|')})(?![\\w/])`, 'g');
/** The units after the numbers of a text, as clinicians write them. */
export const withUnits = (text: string): string => text.replace(afterNumber, unitText);

/** What each switch lets in, and what follows from turning it off. */
export function switchWords(name: string): { readonly text: string; readonly off: string } {
  const [product = name, service] = name.split(':');
  const text = service === undefined ? (products[product] ?? product) : (serviceWords[service] ?? service);
  const off =
    product === 'update-record'
      ? 'Messages of pharmacies are turned away (code 20010), and they must send you a PDF summary another way. General practices are required by contract to keep Update Record switched on, and the state of the switch is reported.'
      : 'Messages of this kind are turned away, and the sender is told that it must reach you another way.';
  return { text: service === undefined ? text : `Update Record – ${text}`, off };
}

export const standingWords: Readonly<Record<string, string>> = {
  died: 'The patient has died. Make no contact with them; file only what the record needs.',
  left: 'The patient has left the practice. File only what the record needs.',
};

export const filedAsWords: Readonly<Record<string, string>> = {
  coded: 'Coded entry',
  text: 'Text',
  document: 'Document',
};

export const filedStateWords: Readonly<Record<string, string>> = {
  filed: 'In the record',
  quarantined: 'Withheld from everyone',
  'entered-in-error': 'Entered in error',
};
