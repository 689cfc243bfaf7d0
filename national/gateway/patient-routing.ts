// From an NHS number to a practice, its service root and both ASIDs. spec: national-service §3.4 steps 4–9, §3.6, PUR-03
import { londonToday } from '@gp-connect/foundation/fhir';
import { type Answer, proxyAnswer, refuseWith } from './answers.ts';
import type { DirectoryLookup, LookupContext } from './directory-lookup.ts';
import type { Exchange } from './exchange.ts';
import type { GatewayContext } from './gateway-context.ts';
import type { PatientOperation } from './patient-operations.ts';
import { currentPractice, lastPractice } from './pds-answer.ts';
import { refused } from './refused.ts';
import type { ClientProduct } from './settings.ts';

/** One text for every reason for which a patient cannot be served (RTE-12a–d, 12f). */
const PATIENT =
  'No record can be made available for this patient. Check the NHS number and trace the patient again.';
const PRACTICE = 'The record cannot be reached at the practice of this patient.';

/** RTE-12j. */
export const senderUnknown = (asidOrOds: string): Answer =>
  proxyAnswer('12j', 403, 'forbidden', `ASID_CHECK_FAILED_MESSAGESENDER_${asidOrOds}`);

/** Steps 4 and 5: PDS, and the practice registered with today. */
export async function practiceOf(
  nhsNumber: string,
  purpose: 'direct-care' | 'medical-examiner',
  lookup: DirectoryLookup,
  context: LookupContext,
  now: number,
): Promise<string> {
  const found = await lookup.patient(nhsNumber, context);
  const unavailable = (row: string): never => refused(refuseWith(row, 'PATIENT_NOT_FOUND', PATIENT));
  if (found.kind === 'not-available') return unavailable('21');
  const today = londonToday(new Date(now));
  if (purpose === 'direct-care') {
    if (found.deceasedOn !== null) return unavailable('21');
    return currentPractice(found.practices, today) ?? unavailable('21');
  }
  if (found.deceasedOn === null) {
    return refused(
      refuseWith(
        '29',
        'NO_RELATIONSHIP',
        'The purpose is the review of a death; this patient is not known to have died',
      ),
    );
  }
  if (daysBetween(found.deceasedOn, today) > DAYS_AFTER_DEATH) return unavailable('30');
  return lastPractice(found.practices, today) ?? unavailable('21');
}

const DAYS_AFTER_DEATH = 28;
const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 86_400_000;

/** RTE-12e. */
export function practiceIsOpen(practice: string, exchange: Exchange): Answer | null {
  const organisation = exchange.directory!.organisation(practice);
  return organisation?.status === 'active' && organisation.country === 'England'
    ? null
    : refuseWith('12e', 'ORGANISATION_NOT_FOUND', PRACTICE);
}

/** Steps 7 to 9: endpoint and party key, then both ASIDs. Returns the service root. */
export async function resolve(
  exchange: Exchange,
  gateway: GatewayContext,
  operation: PatientOperation,
  lookup: DirectoryLookup,
  context: LookupContext,
  who: { practice: string; odsFrom: string; product: ClientProduct },
): Promise<string> {
  const { id } = operation.interaction;
  const supplier = exchange.directory!.supplierOf(who.practice);
  const notOffered = (row: '12h' | '12i-endpoint' | '12i-asid'): never => {
    if (row !== '12h')
      gateway.logger.error({ practice: who.practice, interaction: id }, 'alert: directory fault');
    return refused(refuseWith(row, 'ORGANISATION_NOT_FOUND', PRACTICE));
  };
  const [endpoint, consumer] = await Promise.all([
    lookup.endpoint(who.practice, id, supplier, context),
    lookup.consumerAsid(who.odsFrom, id, who.product.supplierOds, context),
  ]);
  if (!endpoint.found) return notOffered(endpoint.fault ? '12i-endpoint' : '12h');
  const { root, partyKey } = endpoint.value;
  const provider = await lookup.providerAsid(who.practice, id, partyKey, supplier, context);
  if (!provider.found) return notOffered(provider.fault ? '12i-asid' : '12h');
  if (!consumer.found) return refused(senderUnknown(who.odsFrom));
  exchange.to = provider.value;
  exchange.from = consumer.value;
  if (!/^https:\/\/[^/?#]+(\/[^?#]*)?$/.test(root)) return notOffered('12i-endpoint');
  const directory = exchange.directory!;
  exchange.receiver = directory.system(provider.value) ?? null;
  if (directory.isPairRefused(consumer.value, provider.value)) {
    refused(
      proxyAnswer(
        '17',
        403,
        'forbidden',
        `FOT_CHECK_FAILED_MESSAGESENDER_${consumer.value}_MESSAGERECEIVER_${provider.value}`,
      ),
    );
  }
  return root;
}
