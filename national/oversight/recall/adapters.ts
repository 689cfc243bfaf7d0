// The ports of recall over the directory's, policy's and MESH's own tables. spec: national-service INC-05, INC-06, ENB-05
import { sql } from '@gp-connect/foundation/store';
import type { MeshStore } from '../../mesh/index.ts';
import { readHistory } from '../../policy/index.ts';
import type { OversightStore } from './cases.ts';
import type { EnvelopeScope, Envelopes, RecallPorts, RecallPractices } from './ports.ts';

/**
 * Practices with a registered endpoint: the origin of any of their GP Connect endpoints is their system's.
 * SDS does not say which ICB a practice belongs to: `icbOf` does, where there is such a list.
 */
export function practicesOfDirectory(
  store: OversightStore,
  icbOf: (ods: string) => string | null = () => null,
): RecallPractices {
  return {
    async all() {
      const found = await sql<{ ods: string; supplier: string | null }>`
        select o.ods, (select s.manufacturer from accredited_system s where s.ods = o.ods order by s.asid limit 1) as supplier
        from organisation o where o.type = 'gp-practice' and o.status = 'active'
          and exists (select 1 from message_handling_service m where m.ods = o.ods and m.endpoint <> '')
        order by o.ods`.execute(store.db);
      return found.rows.map((row) => ({ ...row, icb: icbOf(row.ods) }));
    },
    async origin(ods) {
      const found = await sql<{ endpoint: string }>`select endpoint from message_handling_service
        where ods = ${ods} and endpoint <> '' order by interaction, id limit 1`.execute(store.db);
      const endpoint = found.rows[0]?.endpoint;
      return endpoint !== undefined && URL.canParse(endpoint) ? new URL(endpoint).origin : undefined;
    },
  };
}

/** A practice's own switch as its history tells it; `undecided` before the first change. */
export const enablementOf =
  (store: OversightStore): RecallPorts['enablementAt'] =>
  async (practice, product, at) => {
    const history = await readHistory(
      store.db,
      'practice-product',
      `${practice} ${product}`,
      new Date(at),
      50,
    );
    const entry = history.find(({ subject }) => subject === `${practice} ${product}`);
    return (entry?.next as { state?: string } | undefined)?.state ?? 'undecided';
  };

/** Workflows whose messages belong to a product; acknowledgements do not count. */
const workflows: Readonly<Record<string, readonly string[]>> = {
  'update-record': ['GPCONNECT_UPDATE_RECORD'],
  'send-document': ['GPCONNECT_SEND_DOCUMENT', 'GPFED_CONSULT_REPORT'],
};

/** What MESH still knows of its messages; it forgets them some time after they ended. */
export function envelopesOfMesh(store: MeshStore): Envelopes {
  const inScope = ({ product, senderOds, sentFrom, sentTo }: EnvelopeScope) => sql`
    m.kind = 'DATA' and m.workflow = any(${[...(workflows[product] ?? [])]}::text[])
    and m.created_at >= ${sentFrom} and m.created_at <= ${sentTo}
    ${senderOds.length === 0 ? sql`` : sql`and s.ods = any(${[...senderOds]}::text[])`}`;
  return {
    async recipients(scope) {
      const found = await sql<{ practice: string; messages: number; first: Date; last: Date }>`
        select r.ods as practice, count(*)::int as messages, min(m.created_at) as first, max(m.created_at) as last
        from mesh_message m join mesh_mailbox s on s.id = m.sender join mesh_mailbox r on r.id = m.recipient
        where ${inScope(scope)} group by r.ods order by r.ods`.execute(store.db);
      return found.rows.map(({ practice, messages, first, last }) => ({
        practice,
        messages,
        firstAt: new Date(first).toISOString(),
        lastAt: new Date(last).toISOString(),
      }));
    },
    async inTransit(scope) {
      const found = await sql<{ count: number }>`select count(*)::int as count
        from mesh_message m join mesh_mailbox s on s.id = m.sender
        where m.status = 'accepted' and ${inScope(scope)}`.execute(store.db);
      return found.rows[0]!.count;
    },
  };
}
