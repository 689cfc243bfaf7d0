// The Parameters of a structured record request, from what a person asks for. spec: access-record-structured §3
import type { Parameters, ParametersParameter } from '@gp-connect/foundation/fhir';
import { type ClinicalArea, clinicalAreaNames, clinicalAreas, system } from '@gp-connect/foundation/nhs';

export interface RecordQuestion {
  readonly nhsNumber: string;
  /** Default: every area. */
  readonly areas?: readonly ClinicalArea[];
  /** `yyyy-mm-dd`: items of the areas that can be filtered by date, from this day on. */
  readonly since?: string;
}

const wholeAnswer: Partial<Record<ClinicalArea, ParametersParameter[]>> = {
  allergies: [{ name: 'includeResolvedAllergies', valueBoolean: true }],
};

/** The part each area takes to look back only to a date; areas not named here cannot be filtered so. */
const datedParts: Partial<Record<ClinicalArea, (since: string) => ParametersParameter>> = {
  medications: (since) => ({ name: 'medicationSearchFromDate', valueDate: since }),
  consultations: (since) => ({ name: 'consultationSearchPeriod', valuePeriod: { start: since } }),
  uncategorised: (since) => ({ name: 'uncategorisedDataSearchPeriod', valuePeriod: { start: since } }),
  investigations: (since) => ({ name: 'investigationSearchPeriod', valuePeriod: { start: since } }),
  referrals: (since) => ({ name: 'referralSearchPeriod', valuePeriod: { start: since } }),
};

/** Filters that may not stand beside consultations or problems (§3.4). */
const notBesideWholeStory: readonly ClinicalArea[] = ['medications', 'uncategorised', 'referrals'];

/**
 * One request for several areas. Where consultations or problems are asked for too, the date filters that the
 * contract forbids beside them are left out: the answer is then wider than asked, never narrower.
 */
export function structuredParameters(question: RecordQuestion): Parameters {
  const areas = question.areas ?? clinicalAreaNames;
  const wholeStory = areas.includes('consultations') || areas.includes('problems');
  const includes = areas.map((area): ParametersParameter => {
    const part = [...(wholeAnswer[area] ?? [])];
    const dated = datedParts[area];
    if (question.since && dated && !(wholeStory && notBesideWholeStory.includes(area))) {
      part.push(dated(question.since));
    }
    if (area === 'immunisations' && !wholeStory) part.push({ name: 'includeNotGiven', valueBoolean: true });
    return part.length
      ? { name: clinicalAreas[area].parameter, part }
      : { name: clinicalAreas[area].parameter };
  });
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'patientNHSNumber', valueIdentifier: { system: system.nhsNumber, value: question.nhsNumber } },
      ...includes,
    ],
  };
}
