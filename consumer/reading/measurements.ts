// Values of observations: in words, and as numbers for trends. spec: access-record-structured §11.8
import type { Observation, ObservationComponent, Quantity } from '@gp-connect/foundation/fhir';
import { decimalNumber, findCoding } from '@gp-connect/foundation/fhir';
import { system } from '@gp-connect/foundation/nhs';
import type { Measurement } from './record-view.ts';
import { quantityText, recordedDate, termText } from './words.ts';

type Valued = Pick<
  Observation | ObservationComponent,
  'code' | 'valueQuantity' | 'valueString' | 'valueCodeableConcept' | 'dataAbsentReason' | 'referenceRange'
> & {
  valueBoolean?: boolean;
  valueDateTime?: string;
  valueRatio?: { numerator?: Quantity; denominator?: Quantity };
};

/** The value in words, components as `Systolic 138 mm[Hg], …`; an absent component says so. */
export function valueText(observation: Observation): string {
  const own = singleValue(observation as Valued);
  const components = (observation.component ?? []).map((component) => {
    const value = singleValue(component as Valued);
    return `${termText(component.code)} ${value || 'not recorded'}`;
  });
  return [own, ...components].filter(Boolean).join(', ');
}

function singleValue(valued: Valued): string {
  if (valued.valueQuantity) return quantityText(valued.valueQuantity);
  if (valued.valueString) return valued.valueString;
  if (valued.valueCodeableConcept) return termText(valued.valueCodeableConcept);
  if (valued.valueBoolean !== undefined) return valued.valueBoolean ? 'Yes' : 'No';
  if (valued.valueDateTime) return recordedDate(valued.valueDateTime).text;
  if (valued.valueRatio) {
    return `${quantityText(valued.valueRatio.numerator)} : ${quantityText(valued.valueRatio.denominator)}`;
  }
  return valued.dataAbsentReason ? `not recorded (${termText(valued.dataAbsentReason)})` : '';
}

/** The numeric values, one a series; a value with a comparator is no point of a trend. */
export function measurementsOf(observation: Observation): Measurement[] {
  return [observation as Valued, ...((observation.component ?? []) as Valued[])].flatMap((valued) => {
    const quantity = valued.valueQuantity;
    const value = decimalNumber(quantity?.value);
    if (!quantity || value === undefined || quantity.comparator) return [];
    const range = valued.referenceRange?.[0];
    const low = decimalNumber(range?.low?.value);
    const high = decimalNumber(range?.high?.value);
    return [
      {
        series: findCoding(valued.code, system.snomed)?.code ?? termText(valued.code),
        title: termText(valued.code),
        value,
        unit: quantity.unit ?? quantity.code ?? '',
        ...(low === undefined ? {} : { low }),
        ...(high === undefined ? {} : { high }),
        ...(valued === observation ? {} : { group: termText(observation.code) }),
      },
    ];
  });
}
