// The caller's rules in order: registration, pair, agreement, type, permission, use case.
// spec: national-service §6–§8, §21 rows 13, 15–17, 25–27, 31, 32; CON-08; PUR-05…PUR-08
import type { ClinicalArea } from '@gp-connect/foundation/nhs';
import { type Check, type Facts, gpc, ssp } from './decision.ts';
import { organisationTypeById, permissionOf } from './organisation-types.ts';
import { foundationsProduct } from './products.ts';
import type { UseCase } from './types.ts';

export const callerChecks: readonly Check[] = [
  ssp('15', ({ sender, request }) =>
    sender?.interactions.includes(request.interaction.id)
      ? null
      : `ASID_CHECK_FAILED_MESSAGESENDER_${request.from}`,
  ),
  gpc('13', 'ACCESS DENIED', ({ sender, request }) =>
    request.organisations.every((ods) => ods === sender?.client)
      ? null
      : 'The requesting organisation is not the organisation of the sending system',
  ),
  ssp('16', ({ snapshot, request }) => {
    if (request.to === null) return null;
    const receiver = snapshot.system(request.to);
    return receiver && snapshot.receives(receiver.partyKey, request.interaction.id)
      ? null
      : `PARTYKEY_INTERACTION_CHECK_FAILED_MESSAGERECEIVER_${request.to}`;
  }),
  ssp('17', (facts) => {
    const { snapshot, request } = facts;
    const refused = request.to !== null && snapshot.isPairRefused(request.from, request.to);
    return refused || (request.mode !== 'C' && !hasAgreement(facts)) ? pairText(facts) : null;
  }),
  gpc('25', 'ACCESS DENIED', (facts) =>
    hasAgreement(facts)
      ? null
      : `Organisation ${facts.sender?.client} has no live data sharing arrangement for ${product(facts)}`,
  ),
  gpc('26', 'ACCESS DENIED', (facts) => {
    const { sender, snapshot } = facts;
    const type = snapshot.organisation(sender?.client ?? '')?.type ?? '';
    const permission = permissionOf(type, product(facts));
    const approved = facts.useCases.length > 0;
    const registered = snapshot.useCases(facts.request.from).length > 0;
    if (permission === 'never')
      return `Organisations of type ${type || 'unknown'} may not use ${product(facts)}`;
    if (permission === 'use-case' && !approved) return `${product(facts)} needs an approved use case`;
    return registered && !approved ? `The registered use case does not cover ${product(facts)}` : null;
  }),
  gpc('27', 'NO_PATIENT_CONSENT', ({ sender, snapshot, request }) =>
    snapshot.organisation(sender?.client ?? '')?.private &&
    request.interaction.scope.startsWith('patient/') &&
    !request.patientPermission
      ? 'A private provider must send evidence of the explicit permission of the patient (patient_permission)'
      : null,
  ),
  gpc('31', 'ACCESS DENIED', (facts) => {
    const permitted = permittedAreas(facts);
    if (permitted === null || facts.request.areas.every((area) => permitted.has(area))) return null;
    return `The use case permits these areas only: ${[...permitted].join(', ') || 'none'}`;
  }),
  gpc('31', 'ACCESS DENIED', (facts) =>
    product(facts) === 'ar-html' &&
    facts.useCases.length > 0 &&
    facts.useCases.every((useCase) => useCase.lookbackMonths !== null && !useCase.restrictedHtml)
      ? 'The use case is limited in time; ar-html gives the whole record'
      : null,
  ),
  gpc('32', 'INVALID_PARAMETER', (facts) => {
    if (product(facts) !== 'ar-structured' || !facts.request.areas.length || !facts.useCases.length)
      return null;
    const earliest = facts.useCases.map((useCase) => earliestDay(useCase, facts.request.now)).sort()[0]!;
    const asked = facts.request.dateFrom;
    if (earliest === '' || (asked !== null && asked >= earliest)) return null;
    return `The use case needs a date filter that starts on ${earliest} or later`;
  }),
];

const product = ({ request }: Facts): string => request.interaction.product;

function pairText({ request }: Facts): string {
  return `FOT_CHECK_FAILED_MESSAGESENDER_${request.from}_MESSAGERECEIVER_${request.to ?? request.practice ?? ''}`;
}

/** NDS-01. Foundations comes with an agreement for any product. */
function hasAgreement(facts: Facts): boolean {
  const agreement = facts.snapshot.agreement(facts.sender?.client ?? '');
  if (agreement?.status !== 'live') return false;
  return product(facts) === foundationsProduct || agreement.products.includes(product(facts));
}

/** What type and use cases together permit; null: every area. PUR-06, PUR-08 */
function permittedAreas(facts: Facts): ReadonlySet<ClinicalArea> | null {
  const { sender, snapshot, useCases } = facts;
  const ofType = organisationTypeById(
    snapshot.organisation(sender?.client ?? '')?.type ?? '',
  )?.structuredAreas;
  const unlimited = !useCases.length || useCases.some((useCase) => useCase.areas === null);
  const ofUseCases = unlimited ? null : new Set(useCases.flatMap((useCase) => useCase.areas ?? []));
  if (!ofType) return ofUseCases;
  return new Set(ofUseCases ? ofType.filter((area) => ofUseCases.has(area)) : ofType);
}

/** The earliest day a use case may ask for, `yyyy-mm-dd`; empty: no limit. PUR-07 */
function earliestDay(useCase: UseCase, now: number): string {
  if (useCase.lookbackMonths === null) return '';
  const today = new Date(now);
  const month = Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - useCase.lookbackMonths, 1);
  const start = new Date(month);
  const daysInMonth = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 0)).getUTCDate();
  start.setUTCDate(Math.min(today.getUTCDate(), daysInMonth));
  return start.toISOString().slice(0, 10);
}
