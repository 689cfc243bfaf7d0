// The rule packs of a deployment: the national one, signed, and what each practice made stricter; loaded while it runs,
// kept, and in force from the instant each says. spec: messaging SG-10; national-service UPD-06
import { createHash, type KeyObject } from 'node:crypto';
import {
  nationalRulePack,
  openSignedPack,
  type PracticePack,
  type RulePack,
  RulePackError,
  withPracticePack,
} from '@gp-connect/foundation/plausibility';
import type { InboxDb } from '../inbox-database.ts';
import { NATIONAL, newestPack, type PackRow, packRows, putPack } from './pack-store.ts';

export interface RulePackDependencies {
  readonly db: InboxDb;
  readonly now: () => Date;
  /** Ed25519: national packs are taken only where it is given, and only signed with it. */
  readonly verificationKey?: KeyObject | undefined;
  /** In force until the first national pack is loaded. */
  readonly builtIn?: RulePack;
  readonly onAlert: (alert: { kind: string; detail: string }) => void;
}

export interface PackView {
  readonly pack: number;
  readonly scope: 'national' | 'practice';
  readonly id: string;
  readonly version: string;
  readonly sha256: string;
  readonly effectiveFrom: string;
  readonly loadedAt: string;
  readonly loadedBy: string;
  readonly state: 'in-force' | 'waiting' | 'past';
}

export interface RefusedChange {
  readonly id: string;
  readonly reason: string;
}

/** A pack that is not taken; `refused` names the changes that would loosen a rule. */
export class RulePackRefusal extends Error {
  readonly refused: readonly RefusedChange[];
  constructor(message: string, refused: readonly RefusedChange[] = []) {
    super(message);
    this.name = 'RulePackRefusal';
    this.refused = refused;
  }
}

export interface RulePacks {
  /** The rules as they stand for a practice at an instant. */
  inForce(practice: string, at: Date): Promise<RulePack>;
  /** The national rules alone. */
  national(at: Date): Promise<RulePack>;
  /** National packs and the practice's own, newest first. */
  list(practice: string, at: Date): Promise<PackView[]>;
  /** @throws RulePackRefusal for one that is not signed as it must be, not well formed, or of a version already used */
  loadNational(signed: string, by: string): Promise<PackView>;
  /** @throws RulePackRefusal where anything in it would loosen a rule, now or under a national pack that waits */
  loadPractice(
    practice: string,
    pack: PracticePack,
    from: { readonly effectiveFrom: Date; readonly by: string; readonly reason: string },
  ): Promise<PackView>;
}

interface Loaded {
  readonly row: PackRow;
  readonly effectiveFrom: number;
  readonly national?: RulePack;
  readonly practice?: PracticePack;
}

/** Another process may load packs into the same database: it is asked again after so long. */
const RENEW_AFTER_MS = 5_000;
const isPractice = (scope: string): boolean => scope !== NATIONAL;

export function openRulePacks(dependencies: RulePackDependencies): RulePacks {
  const { db, now, verificationKey, onAlert } = dependencies;
  const builtIn = dependencies.builtIn ?? nationalRulePack();
  let loaded: readonly Loaded[] = [];
  let newest = -1;
  let askedAt = Number.NEGATIVE_INFINITY;
  let loading: Promise<void> | undefined;
  const laid = new Map<string, RulePack>();

  const current = async (): Promise<readonly Loaded[]> => {
    if (Math.abs(now().getTime() - askedAt) < RENEW_AFTER_MS) return loaded;
    loading ??= renew().finally(() => {
      loading = undefined;
    });
    await loading;
    return loaded;
  };
  const renew = async (): Promise<void> => {
    const time = now().getTime();
    const key = await newestPack(db);
    if (key !== newest) {
      const rows = await packRows(db);
      loaded = (await Promise.all(rows.map(read))).filter((one) => one !== undefined);
      newest = key;
      laid.clear();
    }
    askedAt = time;
  };
  /** What the database holds is not trusted more than what came in: the signature is asked again. */
  const read = async (row: PackRow): Promise<Loaded | undefined> => {
    const effectiveFrom = row.effective_from.getTime();
    if (isPractice(row.scope)) {
      return { row, effectiveFrom, practice: JSON.parse(row.content) as PracticePack };
    }
    try {
      if (verificationKey === undefined) throw new RulePackError('no key to verify it with');
      const { pack } = await openSignedPack(row.content, verificationKey);
      return { row, effectiveFrom, national: pack };
    } catch (error) {
      const detail = `national rule pack ${row.version} is left out: ${(error as Error).message}`;
      onAlert({ kind: 'rule-pack-not-trusted', detail });
      return undefined;
    }
  };
  const latest = (all: readonly Loaded[], scope: string, at: Date): Loaded | undefined =>
    all.findLast((one) => one.row.scope === scope && one.effectiveFrom <= at.getTime());
  const nationalAt = (all: readonly Loaded[], at: Date): RulePack =>
    latest(all, NATIONAL, at)?.national ?? builtIn;

  const viewOf = (all: readonly Loaded[], { row, effectiveFrom }: Loaded, at: Date): PackView => {
    const inForce = latest(all, row.scope, at)?.row.pack_key === row.pack_key;
    const waits = effectiveFrom > at.getTime();
    return {
      pack: row.pack_key,
      scope: isPractice(row.scope) ? 'practice' : 'national',
      id: row.pack_id,
      version: row.version,
      sha256: row.sha256,
      effectiveFrom: row.effective_from.toISOString(),
      loadedAt: row.loaded_at.toISOString(),
      loadedBy: row.loaded_by,
      state: inForce ? 'in-force' : waits ? 'waiting' : 'past',
    };
  };
  const keep = async (row: Omit<PackRow, 'pack_key' | 'loaded_at'>): Promise<PackView> => {
    const outcome = await putPack(db, { ...row, loaded_at: now() });
    if (outcome === 'other') {
      throw new RulePackRefusal(`version ${row.version} is another pack’s already: give this one its own`);
    }
    await loading;
    askedAt = Number.NEGATIVE_INFINITY;
    const all = await current();
    const kept = all.find(
      (one) =>
        one.row.scope === row.scope && one.row.pack_id === row.pack_id && one.row.version === row.version,
    );
    return viewOf(all, kept!, now());
  };

  return {
    async inForce(practice, at) {
      const all = await current();
      const national = nationalAt(all, at);
      const own = latest(all, practice, at);
      if (own?.practice === undefined || own.practice.rules.length === 0) return national;
      const key = `${national.sha256} ${own.row.pack_key}`;
      let pack = laid.get(key);
      if (pack === undefined) {
        // Under a newer national pack some changes may loosen a rule: the national rule stands there.
        pack = withPracticePack(national, own.practice).pack;
        laid.set(key, pack);
      }
      return pack;
    },
    national: async (at) => nationalAt(await current(), at),
    async list(practice, at) {
      const all = await current();
      return all
        .filter(({ row }) => row.scope === NATIONAL || row.scope === practice)
        .map((one) => viewOf(all, one, at))
        .reverse();
    },
    async loadNational(signed, by) {
      if (verificationKey === undefined) {
        throw new RulePackRefusal('this deployment has no key to verify national rule packs with');
      }
      const { pack, effectiveFrom } = await opened(signed, verificationKey);
      return keep({
        scope: NATIONAL,
        pack_id: pack.id,
        version: pack.version,
        sha256: pack.sha256,
        content: signed.trim(),
        effective_from: effectiveFrom,
        loaded_by: by,
        reason: null,
      });
    },
    async loadPractice(practice, pack, { effectiveFrom, by, reason }) {
      const all = await current();
      const bases = [nationalAt(all, effectiveFrom)].concat(
        all.flatMap(({ national, effectiveFrom: from }) =>
          national !== undefined && from > effectiveFrom.getTime() ? [national] : [],
        ),
      );
      const refused = new Map(
        bases.flatMap((base) => withPracticePack(base, pack).refused).map((one) => [one.id, one]),
      );
      if (refused.size > 0) {
        throw new RulePackRefusal('a practice makes rules stricter, never looser', [...refused.values()]);
      }
      const content = JSON.stringify(pack);
      return keep({
        scope: practice,
        pack_id: pack.id,
        version: pack.version,
        sha256: createHash('sha256').update(content).digest('hex'),
        content,
        effective_from: effectiveFrom,
        loaded_by: by,
        reason,
      });
    },
  };
}

async function opened(signed: string, key: KeyObject) {
  try {
    return await openSignedPack(signed, key);
  } catch (error) {
    if (error instanceof RulePackError) throw new RulePackRefusal(error.message);
    throw error;
  }
}
