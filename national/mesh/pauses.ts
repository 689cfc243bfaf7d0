// Pauses of MESH: what the operator stops, and how the rest of the national service asks for it.
// spec: national-service UPD-07, INC-06, §20 API-09
//
//   POST   /operator/v1/mesh/pauses      PauseRequest             201 Pause, `Location`; 422 where the scope will not do
//   GET    /operator/v1/mesh/pauses      ?state=active|all        200 { pauses: Pause[] }, newest first
//   GET    /operator/v1/mesh/pauses/:id                           200 Pause; 404
//   DELETE /operator/v1/mesh/pauses/:id  PauseLift                200 Pause (a second time too); 404
//
// Over mutual TLS on the address of MESH: the certificate's common name must be one of the setting
// `operatorCertificates`; without any the routes do not exist. Where a bearer token goes along it must be a verified
// one of staff with the role `op.safety` or `op.service`. Faults are `application/problem+json`.
//
// MESH reads no payload: a pause by clinical code or pharmacy service cannot be told from the envelope, so it must be
// asked for as what carries it (sender, product version, workflow), or be carried out by the receivers.
import { versionRangeHint, versionRangePattern } from '@gp-connect/foundation/nhs';
import { z } from 'zod';
import { versionMatches } from './product-version.ts';
import { productOfWorkflow } from './products.ts';

const word = z.string().min(1).max(300);
const words = z.array(word).max(20_000).default([]);
const reason = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .regex(/^[^\p{Cc}]*$/u, 'one line without control characters');
const instant = z.iso.datetime({ offset: true });

/** Of each kind any one, of all kinds given every one must fit. An empty list says nothing. */
const scope = z.strictObject({
  senderOds: words,
  senderMailboxes: words,
  /** MESH workflow ids, e.g. `GPCONNECT_UPDATE_RECORD`; acknowledgements have their own. */
  workflows: words,
  /** GP Connect products: `update-record`, `send-document`. Acknowledgements do not belong to them. */
  products: words,
  /** The sending system as its envelope says: `User-Agent`, or the mailbox's last handshake. Name in any case. */
  senderProduct: z
    .strictObject({
      name: word,
      versionRange: z.string().max(200).regex(versionRangePattern, versionRangeHint).optional(),
    })
    .optional(),
  messageIds: words,
  /** Time MESH took the message in. */
  sentFrom: instant.optional(),
  sentTo: instant.optional(),
});

const narrowing = ['senderOds', 'senderMailboxes', 'workflows', 'products', 'messageIds'] as const;

export const pauseRequest = z.strictObject({
  scope: scope.refine(
    (asked) => asked.senderProduct !== undefined || narrowing.some((name) => asked[name].length > 0),
    'names no sender, workflow, product, system or message',
  ),
  /** `refuse`: sends are refused with the reason. `queue`: taken, kept encrypted, delivered when lifted (≤ 5 days). */
  mode: z.enum(['refuse', 'queue']).default('refuse'),
  /** Told to senders that are refused: no patient data. */
  reason,
  /** Lifts itself then. */
  until: instant.optional(),
  /** The person on whose behalf a system asks that has no token of theirs. */
  actor: z.string().min(1).max(100).optional(),
});

export const pauseLift = z.strictObject({
  reason,
  /**
   * What becomes of the messages held: delivered, or ended as undeliverable with a report (SEND 16) to their senders.
   */
  messages: z.enum(['release', 'return']).default('release'),
  actor: z.string().min(1).max(100).optional(),
});

export type PauseRequest = z.input<typeof pauseRequest>;
export type PauseLift = z.input<typeof pauseLift>;
export type PauseScope = z.output<typeof scope>;
export type PauseMode = 'refuse' | 'queue';

export interface Pause {
  readonly id: string;
  readonly scope: PauseScope;
  readonly mode: PauseMode;
  readonly reason: string;
  /** ISO 8601, like every time here. */
  readonly until: string | null;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly liftedAt: string | null;
  readonly liftedBy: string | null;
  readonly liftReason: string | null;
  /** Messages it holds now. */
  readonly held: number;
}

/** What the recall worker and other rooms use; `meshPausesAt` is it over HTTP, `RunningMesh.pauses` in process. */
export interface MeshPauses {
  /** In force for new sends at once here and within seconds in other replicas; undelivered messages in scope are held. */
  create(request: PauseRequest): Promise<Pause>;
  list(state?: 'active' | 'all'): Promise<readonly Pause[]>;
  find(id: string): Promise<Pause | undefined>;
  /** Idempotent; undefined for an unknown id. */
  lift(id: string, lift: PauseLift): Promise<Pause | undefined>;
}

/** What is known of a message without opening anything. */
export interface MessageFacts {
  readonly id: string;
  readonly sender: string | null;
  readonly senderOds: string | null;
  readonly workflow: string;
  readonly product: string | null;
  readonly productVersion: string | null;
  readonly createdAt: Date;
}

/** Whether a message lies in scope. Reports never do. */
export function pauseCovers(asked: PauseScope, message: MessageFacts): boolean {
  if (message.sender === null) return false;
  const among = (list: readonly string[], value: string | null) =>
    list.length === 0 || (value !== null && list.includes(value));
  return (
    among(asked.senderOds, message.senderOds) &&
    among(asked.senderMailboxes, message.sender) &&
    among(asked.workflows, message.workflow) &&
    among(asked.products, productOfWorkflow(message.workflow)) &&
    among(asked.messageIds, message.id) &&
    isOfSystem(asked.senderProduct, message) &&
    (asked.sentFrom === undefined || message.createdAt >= new Date(asked.sentFrom)) &&
    (asked.sentTo === undefined || message.createdAt <= new Date(asked.sentTo))
  );
}

/** A message whose system is not known is not of any system: it passes. */
function isOfSystem(asked: PauseScope['senderProduct'], { product, productVersion }: MessageFacts): boolean {
  if (asked === undefined) return true;
  if (product?.toLowerCase() !== asked.name.toLowerCase()) return false;
  return asked.versionRange === undefined || versionMatches(productVersion, asked.versionRange);
}
