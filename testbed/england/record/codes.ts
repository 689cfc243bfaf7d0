// CodeableConcepts of the record, built from the demonstration concepts and nothing else.
// spec: access-record-structured §10

import type { CodeableConcept, Coding } from '@gp-connect/foundation/fhir';
import { nhsProfile, system } from '@gp-connect/foundation/nhs';
import { type DemonstrationConcept, demonstrationConcepts } from '@gp-connect/foundation/terminology';
import type { RecordStyle } from '../suppliers.ts';

const concepts = new Map(demonstrationConcepts().map((concept) => [concept.conceptId, concept]));
const descriptionExtension = nhsProfile('Extension-coding-sctdescid');

/** The concept behind a code. Throws RangeError for a code the demonstration data does not have. */
export function concept(conceptId: string): DemonstrationConcept {
  const found = concepts.get(conceptId);
  if (!found) throw new RangeError(`no demonstration concept ${conceptId}`);
  return found;
}

/** Its display, e.g. for narrative text. */
export const term = (conceptId: string): string => concept(conceptId).term;

function snomedCoding(found: DemonstrationConcept, userSelected: boolean): Coding {
  return {
    ...(found.descriptionId === undefined
      ? {}
      : {
          extension: [
            {
              url: descriptionExtension,
              extension: [{ url: 'descriptionId', valueId: found.descriptionId }],
            },
          ],
        }),
    system: system.snomed,
    code: found.conceptId,
    display: found.term,
    ...(userSelected ? { userSelected: true } : {}),
  };
}

function legacyCodings(found: DemonstrationConcept): Coding[] {
  return [
    ...(found.readv2 ?? []).map((code) => ({ system: system.readV2, code, display: found.term })),
    ...(found.ctv3 ?? []).map((code) => ({ system: system.ctv3, code, display: found.term })),
  ];
}

const cache = { plain: new Map<string, CodeableConcept>(), legacy: new Map<string, CodeableConcept>() };

/** The SNOMED coding of a concept, with Read codings beside it where the supplier sends them. Shared, frozen. */
export function codeable(style: RecordStyle, conceptId: string): CodeableConcept {
  const known = style.legacyCodings ? cache.legacy : cache.plain;
  let made = known.get(conceptId);
  if (!made) {
    const found = concept(conceptId);
    const legacy = style.legacyCodings ? legacyCodings(found) : [];
    made = deepFreeze({ coding: [...legacy, snomedCoding(found, legacy.length > 0)] });
    known.set(conceptId, made);
  }
  return made;
}

/** A concept with the words somebody typed beside it. */
export function codeableWithText(style: RecordStyle, conceptId: string, text: string): CodeableConcept {
  return { ...codeable(style, conceptId), text };
}

/** A concept chosen by one of its synonyms, where the table has one (else the plain concept). */
export function codeableBySynonym(style: RecordStyle, conceptId: string): CodeableConcept {
  const found = concept(conceptId);
  const synonym = found.otherDescriptions?.[0];
  if (!synonym || synonym.term === found.term) return codeable(style, conceptId);
  return {
    coding: [
      {
        extension: [
          {
            url: descriptionExtension,
            extension: [
              { url: 'descriptionId', valueId: synonym.descriptionId },
              { url: 'descriptionDisplay', valueString: synonym.term },
            ],
          },
        ],
        system: system.snomed,
        code: found.conceptId,
        display: found.term,
        userSelected: true,
      },
    ],
  };
}

/** A concept held only as Read v2 or CTV3, as old entries without a map are. */
export function legacyCodeable(conceptId: string, which: 'readv2' | 'ctv3'): CodeableConcept {
  const found = concept(conceptId);
  const code = found[which]?.[0];
  if (code === undefined) throw new RangeError(`${conceptId} has no ${which} code in the demonstration data`);
  return {
    coding: [
      {
        system: which === 'readv2' ? system.readV2 : system.ctv3,
        code,
        display: found.term,
        userSelected: true,
      },
    ],
  };
}

/** A coding of any other code system. */
export function coded(codeSystem: string, code: string, display: string): CodeableConcept {
  return { coding: [{ system: codeSystem, code, display }] };
}

export const comment = '37331000000100';

/** Freezes what many resources share, so that nobody changes one through another. */
export function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
