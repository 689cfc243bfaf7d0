// The ports of recall over the directory's and policy's own tables. spec: national-service INC-06, ENB-05
import { sql } from '@gp-connect/foundation/store';
import { changeSwitch, readHistory } from '../../policy/index.ts';
import type { By, OversightStore } from './cases.ts';
import type { Hold, PracticeHolds, RecallPorts, RecallPractices } from './ports.ts';

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
      const found = await sql<{
        ods: string;
        supplier: string | null;
        name: string | null;
        version: string | null;
      }>`select o.ods, s.manufacturer as supplier, s.product_name as name, s.product_version as version
        from organisation o left join lateral (select * from accredited_system a where a.ods = o.ods
          order by a.asid limit 1) s on true
        where o.type = 'gp-practice' and o.status = 'active'
          and exists (select 1 from message_handling_service m where m.ods = o.ods and m.endpoint <> '')
        order by o.ods`.execute(store.db);
      return found.rows.map(({ name, version, ...row }) => ({
        ...row,
        icb: icbOf(row.ods),
        system: name === null || version === null ? null : { name, version },
      }));
    },
    async origin(ods) {
      const found = await sql<{ endpoint: string }>`select endpoint from message_handling_service
        where ods = ${ods} and endpoint <> '' order by interaction, id limit 1`.execute(store.db);
      const endpoint = found.rows[0]?.endpoint;
      return endpoint !== undefined && URL.canParse(endpoint) ? new URL(endpoint).origin : undefined;
    },
  };
}

/** Before the first change on record: what that change found, or, where there is none, the state as it is loaded. */
async function stateBefore(
  store: OversightStore,
  practice: string,
  product: string,
  at: string,
): Promise<string> {
  const later = await sql<{ previous: string }>`select previous from policy_history
    where kind = 'practice-product' and subject = ${`${practice} ${product}`} and at > ${at}
    order by at, id limit 1`.execute(store.db);
  if (later.rows[0]) return (JSON.parse(later.rows[0].previous) as { state?: string }).state ?? 'undecided';
  const now = await sql<{ state: string }>`select state from practice_product
    where ods = ${practice} and product = ${product} and area = ''`.execute(store.db);
  return now.rows[0]?.state ?? 'undecided';
}

/** A practice's own switch as its history tells it. */
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
    const then = (entry?.next as { state?: string } | undefined)?.state;
    return then ?? (await stateBefore(store, practice, product, at));
  };

/** The operator's hold over policy's own switches: gateways refuse with it within seconds. spec: ENB-02, §4.1 */
export function holdsOfPolicy(store: OversightStore, changed: () => Promise<unknown>): PracticeHolds {
  const move = async (
    practice: string,
    { product, incident, reason }: Hold,
    by: By,
    state: 'held' | 'lifted',
  ) => {
    const found = await sql<{ state: string; incident: string | null; version: number }>`
      select state, incident, version from practice_product
      where ods = ${practice} and product = ${product} and area = ''`.execute(store.db);
    const current = found.rows[0] ?? { state: 'undecided', incident: null, version: 0 };
    const isOurs = current.state === 'held' && current.incident === incident;
    if (state === 'held' && isOurs) return true;
    if (state === 'held' ? current.state === 'held' : !isOurs) return false;
    const request = { state, reasonCode: 'incident', reasonText: reason, incident };
    await changeSwitch(store, { ods: practice, product, area: null }, request, {
      ...{ actor: by.actor, role: by.role, now: new Date(by.at) },
      expectedVersion: current.version,
    });
    await changed();
    return true;
  };
  return {
    hold: (practice, hold, by) => move(practice, hold, by, 'held'),
    lift: (practice, hold, by) => move(practice, hold, by, 'lifted'),
  };
}
