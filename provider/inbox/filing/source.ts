// Who said it and who took it in: kept on every filed resource, wherever it is shown. spec: messaging SG-05, UPD-11
import { hash } from 'node:crypto';
import { londonToday } from '@gp-connect/foundation/fhir';
import type { ItkDocument, MessageResource } from '@gp-connect/foundation/itk3';
import { system } from '@gp-connect/foundation/nhs';
import type { StaffUser } from '../ports.ts';
import type { ItemRow } from '../review/rows.ts';

/** A resource being made for the record. */
export type Made = { resourceType: string; id: string; [element: string]: unknown };

/** Namespace of the identifiers of filed resources. */
export const filedSystem = 'https://gp-connect.example/id/inbox-entry';
export const sourceTagSystem = 'https://gp-connect.example/CodeSystem/entry-source';

const serviceWords: Readonly<Record<string, string>> = {
  'blood-pressure': 'Community Pharmacy Blood Pressure Check Service',
  contraception: 'Community Pharmacy Contraception Service',
  'minor-illness': 'Community Pharmacist Consultation Service for minor illness',
  'urgent-supply': 'Community Pharmacist Consultation Service for urgent medicine supply',
};

/** The service in words, or the title of the document. */
export const serviceText = ({ service, title }: Pick<ItemRow, 'service' | 'title'>): string =>
  serviceWords[service ?? ''] ?? title;

/** `Recorded by another organisation: Example Pharmacy (FZZ01), Ada Quill, Pharmacist, …, 2026-11-21. Accepted by …` */
export function sourceWords(item: ItemRow, by: StaffUser, now: Date): string {
  const author = [item.author_name, item.author_role].filter((part) => part).join(', ');
  const when = item.encounter_at?.slice(0, 10) ?? '';
  return (
    `Recorded by another organisation: ${item.sender_name} (${item.sender_ods}), ${author}; ` +
    `${serviceText(item)}, ${when}. Accepted by ${by.name}, ${by.role}, ${londonToday(now)}.`
  );
}

/** A change a clinician of the practice made to an entry before it was filed. The author stays who it was. */
export interface Amended {
  readonly words: string;
  readonly by: Pick<StaffUser, 'name' | 'role'>;
  readonly at: Date;
}

/** The source of an entry, and who changed what in it. spec: SG-05, UPD-09, UPD-11 */
export function entryWords(
  { item, by, now }: Pick<Filing, 'item' | 'by' | 'now'>,
  { amended }: { readonly amended?: Amended },
): string {
  const source = sourceWords(item, by, now);
  if (amended === undefined) return source;
  const { words, by: who, at } = amended;
  return `${source} Amended by ${who.name}, ${who.role}, ${londonToday(at)}: ${words}.`;
}

/** What every resource made of one item shares. */
export interface Filing {
  readonly item: ItemRow;
  readonly document: ItkDocument;
  readonly practice: { readonly ods: string; readonly organizationId: string };
  readonly encounterId: string;
  /** Actors of the message by their reference in it. */
  readonly actors: Actors;
  readonly by: StaffUser;
  readonly now: Date;
  readonly newId: () => string;
  /** The patient does not see it online until someone decides otherwise. spec: SG-22, §9.5 */
  readonly hideOnline: boolean;
}

export interface Actors {
  readonly resources: readonly Made[];
  /** `Practitioner/…` of a reference of the message; undefined where it names no actor. */
  of(reference: string | undefined): { reference: string } | undefined;
  readonly author: { reference: string } | undefined;
  readonly organisation: { reference: string } | undefined;
}

const notForPatient = {
  system: system.actCode,
  code: 'NOPAT',
  display: "no disclosure to patient, family or caregivers without attending provider's authorization",
};

/** `meta` of a filed resource: profile, where it came from, whether the patient sees it. */
export function filedMeta(filing: Filing, profile: string | undefined) {
  return {
    ...(profile === undefined ? {} : { profile: [profile] }),
    ...(filing.hideOnline ? { security: [notForPatient] } : {}),
    tag: [
      {
        system: sourceTagSystem,
        code: 'recorded-by-another-organisation',
        display: `${filing.item.sender_name} (${filing.item.sender_ods})`,
      },
    ],
  };
}

/** Id and identifiers: a new id of this practice, the sender's own identifiers beside it. */
export function filedIdentity(
  filing: Filing,
  from?: MessageResource,
): Pick<Made, 'id'> & { identifier: unknown[] } {
  const id = filing.newId();
  const given = from?.identifier;
  const own = (Array.isArray(given) ? given : given === undefined ? [] : [given]).filter(
    (one): one is object => typeof one === 'object' && one !== null && 'system' in one && 'value' in one,
  );
  return { id, identifier: [{ system: filedSystem, value: id }, ...own] };
}

/** Ids of shared actors say who is meant, so that the same pharmacist is one Practitioner. */
export const actorId = (...parts: readonly string[]): string =>
  `inbox-${hash('sha256', parts.join(' '), 'hex').slice(0, 32)}`;
