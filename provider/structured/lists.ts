// Primary and secondary lists as resources. spec: access-record-structured §6.1, §6.4, §9.1
import { type ClinicalArea, nhsProfile, resourceProfile, system } from '@gp-connect/foundation/nhs';
import type { IndexEntry, PatientEntry } from '../record/index.ts';
import type { GatheredList, Gathering } from './gathering.ts';
import { endedAllergies, isPrimary, type ListRow, listRows } from './list-tables.ts';
import type { SharingFilter } from './sharing-filter.ts';

export interface ListContext {
  patient: PatientEntry;
  /** The provider's local date of the request. */
  today: string;
  /** FHIR dateTime at which the lists are made. */
  madeAt: string;
}

/** A list resource; `contained` entries are added when it is written. */
export interface BuiltList {
  row: ListRow;
  resource: Record<string, unknown>;
  contained: readonly IndexEntry[];
}

interface Warning {
  code: 'confidential-items' | 'data-in-transit' | 'data-awaiting-filing';
  text: (context: ListContext) => string;
  applies: (row: ListRow, list: GatheredList, context: ListContext) => boolean;
}

const warnings: readonly Warning[] = [
  {
    code: 'confidential-items',
    applies: (_row, list) => list.withheld,
    text: () => 'Items excluded due to confidentiality and/or patient preferences.',
  },
  {
    code: 'data-in-transit',
    applies: (_row, _list, { patient }) => patient.inTransitSince !== null,
    text: ({ patient }) =>
      `Patient record transfer from previous GP practice not yet complete; information recorded before ${dayMonthYear(patient.inTransitSince!)} may be missing.`,
  },
  {
    code: 'data-awaiting-filing',
    applies: (row, _list, { patient }) =>
      row.area !== 'documents' && (patient.awaitingFiling?.areas.includes(row.area as ClinicalArea) ?? false),
    text: ({ today }) =>
      `Patient record contains some items in the GP practice workflow that have not been reviewed for inclusion in this message; information recorded before ${dayMonthYear(today)} may be missing.`,
  },
];

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `2010-06-23` as `23-Jun-2010`. */
export function dayMonthYear(date: string): string {
  const [year, month, day] = date.split('-');
  return `${day}-${months[Number(month) - 1]}-${year}`;
}

/** The lists of an answer in table order. Secondary lists without entries are left out unless they carry a warning. */
export function buildLists(gathering: Gathering, filter: SharingFilter, context: ListContext): BuiltList[] {
  return listRows.flatMap((row) => {
    const list = gathering.lists.get(row.key);
    if (list === undefined) return [];
    const mayBeEmpty = isPrimary(row) || (list.withheld && filter.isOpen(row.area));
    return list.items.size > 0 || mayBeEmpty ? [buildList(row, list, context)] : [];
  });
}

function buildList(row: ListRow, list: GatheredList, context: ListContext): BuiltList {
  const raised = warnings.filter((warning) => warning.applies(row, list, context));
  const texts = raised.map((warning) => warning.text(context));
  const empty = list.items.size === 0;
  if (empty) texts.push('Information not available');
  const isEnded = row.key === endedAllergies;
  const resource = {
    resourceType: 'List',
    meta: { profile: [resourceProfile.List] },
    extension: [clinicalSetting, ...raised.map(({ code }) => ({ url: warningExtension, valueCode: code }))],
    status: 'current',
    mode: 'snapshot',
    title: row.title,
    code: { coding: [{ system: row.system, code: row.code, display: row.display }] },
    subject: { reference: `Patient/${context.patient.id}` },
    date: context.madeAt,
    ...(texts.length === 0 ? {} : { note: [{ text: texts.join(' ') }] }),
    ...(empty ? { emptyReason } : { entry: entriesOf(list, isEnded) }),
  };
  return { row, resource, contained: isEnded ? [...list.items] : [] };
}

function entriesOf(list: GatheredList, areContained: boolean) {
  return [...list.items].map(({ type, id }) => ({
    item: { reference: areContained ? `#${id}` : `${type}/${id}` },
  }));
}

const warningExtension = nhsProfile('Extension-CareConnect-GPC-ListWarningCode-1');

const clinicalSetting = {
  url: nhsProfile('Extension-CareConnect-GPC-ClinicalSetting-1'),
  valueCodeableConcept: {
    coding: [{ system: system.snomed, code: '1060971000000108', display: 'General practice service' }],
  },
};

const emptyReason = {
  coding: [{ system: system.listEmptyReason, code: 'no-content-recorded', display: 'No Content Recorded' }],
};
