// What the practice, its supplier and the operator have switched on. spec: national-service §4, §21 rows 17, 23–24
import {
  type Check,
  type DecisionRequest,
  type DecisionSnapshot,
  type Enablement,
  type Facts,
  gpc,
  isMetadata,
  ssp,
} from './decision.ts';
import { type EffectiveState, effectiveState } from './effective-state.ts';
import { foundationsProduct, globalSwitch } from './products.ts';

/** Holds first, then what is off, then what nobody decided: each check looks for its own states. */
export const enablementChecks: readonly Check[] = [
  gpc(
    '24',
    'ACCESS DENIED',
    (facts) => {
      const held = firstIn(facts, ['held']);
      if (!held) return null;
      return (
        `${held.name} at practice ${facts.request.practice} is temporarily withheld nationally` +
        ` (incident ${held.effective.switch?.incident ?? 'not stated'})`
      );
    },
    'NO_ORGANISATIONAL_CONSENT',
  ),
  gpc(
    '23',
    'ACCESS DENIED',
    (facts) => {
      const off = firstIn(facts, ['disabled', 'not-available']);
      return off ? `Practice ${facts.request.practice} does not currently share through ${off.name}` : null;
    },
    'NO_ORGANISATIONAL_CONSENT',
  ),
  gpc('23a', 'NO_ORGANISATIONAL_CONSENT', (facts) => {
    const undecided = firstIn(facts, ['undecided']);
    return undecided ? `Practice ${facts.request.practice} has not decided about ${undecided.name}` : null;
  }),
  gpc('23a', 'NO_ORGANISATIONAL_CONSENT', ({ snapshot, request, sender }) => {
    if (request.practice === null || !sender) return null;
    const type = snapshot.organisation(sender.client)?.type;
    const blocked = snapshot
      .blocks(request.practice)
      .some((block) => block.organisation === sender.client || (type && block.organisationType === type));
    return blocked ? `Practice ${request.practice} does not share with this organisation` : null;
  }),
  gpc('23a', 'NO_ORGANISATIONAL_CONSENT', ({ snapshot, request, sender }) => {
    if (request.practice === null || !sender || !snapshot.organisation(sender.client)?.private) return null;
    return snapshot.hasOptedIn(request.practice, sender.client)
      ? null
      : `Practice ${request.practice} has not agreed to access by this private provider`;
  }),
  ssp('17', (facts) => {
    const { request, sender } = facts;
    const pilot = firstIn(facts, ['fot']);
    const listed = pilot?.effective.capability?.fotPairs.some(
      (pair) => pair.consumer === sender?.client && pair.practice === request.practice,
    );
    return pilot && !listed
      ? `FOT_CHECK_FAILED_MESSAGESENDER_${request.from}_MESSAGERECEIVER_${request.to ?? request.practice}`
      : null;
  }),
];

/** The effective states of the product and of each of its areas asked for, the product first. */
export function enablementOf(snapshot: DecisionSnapshot, request: DecisionRequest): readonly Enablement[] {
  if (request.practice === null || isMetadata(request.interaction)) return [];
  const practice = { ods: request.practice, supplier: snapshot.supplierOf(request.practice) };
  const asked = request.interaction.product;
  const product = asked === foundationsProduct ? globalSwitch : asked;
  const areas = product === 'ar-structured' ? request.areas : [];
  return [null, ...areas].map((area) => ({
    name: area === null ? asked : `${asked} (${area})`,
    effective: effectiveState(snapshot, practice, product, area),
  }));
}

const firstIn = ({ enablement }: Facts, states: readonly EffectiveState[]): Enablement | undefined =>
  enablement.find(({ effective }) => states.includes(effective.state));
