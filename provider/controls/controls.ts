// What a practice has switched on, kept in memory and renewed from the store. spec: foundations §19, ENB-04 (60 s)
import { sql } from '@gp-connect/foundation/store';
import type { ControlDatabase } from './store.ts';
import { type PracticeSwitches, type SwitchName, switchesFrom, switchNames } from './switches.ts';

export interface HostedPractice {
  readonly ods: string;
  readonly name: string;
  /** Logical id of the practice's Organization resource. */
  readonly organizationId: string;
  readonly asid: string;
}

export interface PracticeControls {
  readonly practice: HostedPractice;
  readonly switches: PracticeSwitches;
  /** SNOMED codes never released. spec: access-record-structured §9.2 exclusion dataset */
  readonly exclusionCodes: ReadonlySet<string>;
}

export interface Controls {
  /** Undefined for a practice this deployment does not host. */
  of(ods: string): Promise<PracticeControls | undefined>;
  all(): Promise<readonly PracticeControls[]>;
  host(practices: readonly HostedPractice[]): Promise<void>;
  /** Turns switches on or off; the change is kept with who and why. */
  set(
    ods: string,
    names: readonly SwitchName[],
    enabled: boolean,
    by: { actor: string; reason: string },
  ): Promise<void>;
}

const RENEW_AFTER_MS = 5_000;

export function openControls(db: ControlDatabase, clock: () => number): Controls {
  let known = new Map<string, PracticeControls>();
  let loadedAt = Number.NEGATIVE_INFINITY;
  let loading: Promise<void> | undefined;

  const load = async (): Promise<void> => {
    const [practices, on, codes] = await Promise.all([
      db.selectFrom('hosted_practice').selectAll().orderBy('ods').execute(),
      db.selectFrom('practice_switch').select(['ods', 'switch']).where('enabled', '=', true).execute(),
      db.selectFrom('practice_exclusion_code').selectAll().execute(),
    ]);
    known = new Map(
      practices.map((row) => [
        row.ods,
        {
          practice: { ods: row.ods, name: row.name, organizationId: row.organization_id, asid: row.asid },
          switches: switchesFrom(new Set(on.filter(({ ods }) => ods === row.ods).map((each) => each.switch))),
          exclusionCodes: new Set(codes.filter(({ ods }) => ods === row.ods).map(({ code }) => code)),
        },
      ]),
    );
    loadedAt = clock();
  };
  const renewed = async () => {
    if (clock() - loadedAt > RENEW_AFTER_MS) {
      loading ??= load().finally(() => {
        loading = undefined;
      });
      await loading;
    }
    return known;
  };

  return {
    of: async (ods) => (await renewed()).get(ods),
    all: async () => [...(await renewed()).values()],
    async host(practices) {
      for (const practice of practices) {
        const row = { name: practice.name, organization_id: practice.organizationId, asid: practice.asid };
        await db
          .insertInto('hosted_practice')
          .values({ ods: practice.ods, ...row })
          .onConflict((conflict) => conflict.column('ods').doUpdateSet(row))
          .execute();
      }
      await load();
    },
    async set(ods, names, enabled, { actor, reason }) {
      const unknown = names.filter((name) => !switchNames.includes(name));
      if (unknown.length) throw new RangeError(`no such switch: ${unknown.join(', ')}`);
      await db.transaction().execute(async (change) => {
        for (const name of names) {
          await sql`insert into practice_switch (ods, switch, enabled) values (${ods}, ${name}, ${enabled})
                    on conflict (ods, switch) do update set enabled = excluded.enabled`.execute(change);
          await change
            .insertInto('practice_switch_change')
            .values({ ods, switch: name, enabled, actor, reason })
            .execute();
        }
      });
      await load();
    },
  };
}
