// Sections of the Digital Medicines documents: code, title, text in HTML, and entries. spec: messaging §7
import type { CompositionSection } from '@gp-connect/foundation/fhir';
import type { MessageResource, SectionKind } from '@gp-connect/foundation/itk3';
import { spacedNhsNumber } from '@gp-connect/foundation/nhs';
import type { OrganisationInput, PatientInput } from './input.ts';
import { displayName, narrative, refer } from './resources.ts';

export function section(
  kind: SectionKind,
  text: string,
  entries: readonly MessageResource[] = [],
): CompositionSection {
  return {
    title: kind.display,
    code: { coding: [{ system: kind.system, code: kind.code, display: kind.display }] },
    text: narrative(text),
    ...(entries.length > 0 ? { entry: entries.map(refer) } : {}),
  };
}

/** The two sections every Digital Medicines document begins with. */
export const practiceText = ({ name, ods }: OrganisationInput): string => `${name} (${ods})`;

export function patientText(patient: PatientInput): string {
  return [
    displayName(patient),
    `NHS number ${spacedNhsNumber(patient.nhsNumber)}`,
    `Born ${patient.birthDate}`,
    `Gender ${patient.gender}`,
    ...(patient.postcode ? [`Postcode ${patient.postcode}`] : []),
  ].join('\n');
}
