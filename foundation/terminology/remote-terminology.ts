// A FHIR terminology server in the place of the embedded edition: what cannot be asked is `unknown`, never passed.
// spec: terminology §5, §5.1
import { type Absence, type EditionConcept, editionOf } from './edition.ts';
import { type FhirAnswer, type FhirClientOptions, fhirClient } from './fhir-client.ts';
import { terminologyOver } from './over-edition.ts';
import { conceptFrom, expansionOf, parameterOf } from './remote-concept.ts';
import { parseSctid } from './sctid.ts';
import type {
  Answer,
  CodeCheck,
  CodeQuery,
  CodesNeeded,
  ConceptDetails,
  Replacement,
  SearchHit,
  SearchQuery,
  Subsumption,
  Terminology,
  TerminologySource,
} from './types.ts';
import { shippedValueSets, type ValueSets } from './value-sets.ts';

const snomed = 'http://snomed.info/sct';

export interface RemoteOptions extends FhirClientOptions {
  /** Edition URI pinned in every request, for instance `http://snomed.info/sct/83821000000107/version/20260408`. */
  readonly version?: string;
  /** Concepts kept, and for how long (milliseconds). 20,000 and one hour where left out. */
  readonly cache?: { readonly entries: number; readonly keepMs: number };
  readonly sets?: ValueSets;
}

/**
 * The asynchronous twin of `Terminology`. `load` fetches the codes of one piece of work and answers with a synchronous
 * terminology of just those; the other functions ask about one thing.
 */
export interface RemoteTerminology extends TerminologySource {
  load(needed: CodesNeeded): Promise<Terminology>;
  validateCode(query: CodeQuery): Promise<CodeCheck>;
  lookup(conceptId: string): Promise<ConceptDetails | undefined>;
  subsumes(a: string, b: string): Promise<Subsumption>;
  /** Whether the server's own value set (its canonical url) holds a code. */
  inServerValueSet(url: string, code: string): Promise<Answer>;
  /** Codes below a concept; undefined where the server could not be asked or the answer is not whole. */
  descendants(conceptId: string): Promise<readonly string[] | undefined>;
  search(query: SearchQuery): Promise<readonly SearchHit[] | undefined>;
}

type Fetched = { readonly concept: EditionConcept } | { readonly absence: Absence };

/** Keeps the newest answers; an answer that could not be had is not kept. */
function answersKept(entries: number, keepMs: number, now: () => number) {
  const kept = new Map<string, { value: Promise<Fetched>; until: number }>();
  return (id: string, fetch: () => Promise<Fetched>): Promise<Fetched> => {
    const known = kept.get(id);
    if (known !== undefined && known.until > now()) return known.value;
    const value = fetch();
    kept.delete(id);
    kept.set(id, { value, until: now() + keepMs });
    if (kept.size > entries) kept.delete(kept.keys().next().value!);
    value.then((answer) => {
      if ('absence' in answer && answer.absence === 'unavailable') kept.delete(id);
    });
    return value;
  };
}

const ecl = (expression: string): string => `${snomed}?fhir_vs=ecl/${expression}`;

/** A source that asks a FHIR terminology server. Never throws for a server's failure. */
export function remoteTerminology(options: RemoteOptions): RemoteTerminology {
  const client = fhirClient(options);
  const sets = options.sets ?? shippedValueSets();
  const { entries, keepMs } = options.cache ?? { entries: 20_000, keepMs: 3_600_000 };
  const kept = answersKept(entries, keepMs, options.now ?? Date.now);
  const version: Record<string, string> = options.version === undefined ? {} : { version: options.version };
  const systemVersion: Record<string, string> =
    options.version === undefined ? {} : { 'force-system-version': `${snomed}|${options.version}` };

  const expand = (url: string, more: Record<string, string> = {}): Promise<FhirAnswer> =>
    client.get('/ValueSet/$expand', { url, ...systemVersion, ...more });

  async function replacementsOf(id: string): Promise<Replacement[]> {
    const found: Replacement[] = [];
    for (const [refset, path] of [
      ['900000000000527005', 'SAME AS'],
      ['900000000000526001', 'REPLACED BY'],
    ] as const) {
      const answer = await client.get('/ConceptMap/$translate', {
        url: `${snomed}?fhir_cm=${refset}`,
        system: snomed,
        code: id,
      });
      if (answer.kind !== 'ok') continue;
      const matches = (Array.isArray(answer.body.parameter) ? answer.body.parameter : []).filter(
        (parameter: { name?: unknown }) => parameter?.name === 'match',
      ) as { part?: { name?: string; valueCoding?: { code?: string; display?: string } }[] }[];
      for (const { part } of matches) {
        const target = part?.find(({ name }) => name === 'concept')?.valueCoding;
        if (target?.code === undefined) continue;
        const term = target.display === undefined ? {} : { term: target.display };
        found.push({ conceptId: target.code, ...term, path, ambiguous: matches.length > 1 });
      }
    }
    return found;
  }

  async function fetchConcept(id: string): Promise<Fetched> {
    const [lookup, expanded] = await Promise.all([
      client.get('/CodeSystem/$lookup', { system: snomed, code: id, property: '*', ...version }),
      expand(ecl(`>${id}`)),
    ]);
    if (lookup.kind === 'notFound') return { absence: 'unknown' };
    if (lookup.kind === 'unavailable') return { absence: 'unavailable' };
    const expansion = expanded.kind === 'ok' ? expansionOf(expanded.body) : undefined;
    const above = expansion?.whole === true ? expansion.codes.map(({ code }) => code) : undefined;
    const concept = conceptFrom(id, lookup.body, above, []);
    if (concept === undefined) return { absence: 'unavailable' };
    if (!concept.active) return { concept: { ...concept, replacements: await replacementsOf(id) } };
    return { concept: concept.product?.level === 'AMP' ? await withGeneric(concept) : concept };
  }

  /** An actual product with the virtual one above it, whose ingredients it has. */
  async function withGeneric(concept: EditionConcept): Promise<EditionConcept> {
    const answer = await expand(ecl(`>${concept.id} AND <10363801000001108`));
    const found = answer.kind === 'ok' ? expansionOf(answer.body)?.codes : undefined;
    if (found?.length !== 1) return concept;
    const vmp = found[0]!.code;
    const generic = await kept(vmp, () => fetchConcept(vmp));
    const ingredients =
      concept.product?.ingredients ??
      ('concept' in generic ? generic.concept.product?.ingredients : undefined);
    return { ...concept, product: { ...concept.product, vmp, ingredients } };
  }

  async function fetchAll(codes: Iterable<string>): Promise<Map<string, Fetched>> {
    const fetched = new Map<string, Fetched>();
    const wanted = new Set<string>();
    for (const code of codes) {
      const parsed = parseSctid(code);
      if (parsed.ok && parsed.kind === 'concept') wanted.add(parsed.id);
    }
    await Promise.all(
      [...wanted].map(async (id) => {
        fetched.set(id, await kept(id, () => fetchConcept(id)));
      }),
    );
    return fetched;
  }

  async function load({ codes }: CodesNeeded): Promise<Terminology> {
    const fetched = await fetchAll(codes);
    // What products are made of and allergies are to: their places are needed for the allergen check.
    const substances = [...fetched.values()].flatMap((answer) =>
      'concept' in answer
        ? [...(answer.concept.product?.ingredients ?? []), answer.concept.allergen ?? '']
        : [],
    );
    for (const [id, answer] of await fetchAll(substances)) fetched.set(id, answer);
    const rows = [...fetched.values()].flatMap((answer) => ('concept' in answer ? [answer.concept] : []));
    const edition = editionOf(
      { uri: options.version ?? snomed, version: options.version ?? 'server default', source: 'remote' },
      rows,
      {
        complete: true,
        absence(id) {
          const answer = fetched.get(id);
          return answer !== undefined && 'absence' in answer ? answer.absence : 'unavailable';
        },
      },
    );
    return terminologyOver(edition, sets);
  }

  return {
    load,
    async validateCode(query) {
      const check = (await load({ codes: typeof query.code === 'string' ? [query.code] : [] })).validateCode(
        query,
      );
      if (check.displayMatch?.result !== 'mismatch' || query.display === undefined) return check;
      // The server may know a term that its $lookup did not list.
      const answer = await client.get('/CodeSystem/$validate-code', {
        url: snomed,
        code: check.conceptId!,
        display: query.display,
        ...version,
      });
      if (answer.kind !== 'ok' || parameterOf(answer.body, 'result') !== true) return check;
      return {
        ...check,
        displayMatch: { result: 'synonym' },
        issues: check.issues.filter(({ code }) => code !== 'display-mismatch'),
      };
    },
    lookup: async (conceptId) => (await load({ codes: [conceptId] })).lookup(conceptId),
    async subsumes(a, b) {
      const answer = await client.get('/CodeSystem/$subsumes', {
        system: snomed,
        codeA: a,
        codeB: b,
        ...version,
      });
      const outcome = answer.kind === 'ok' ? parameterOf(answer.body, 'outcome') : undefined;
      const known: readonly Subsumption[] = ['equivalent', 'subsumes', 'subsumed-by', 'not-subsumed'];
      return known.find((value) => value === outcome) ?? 'unknown';
    },
    async inServerValueSet(url, code) {
      const answer = await client.get('/ValueSet/$validate-code', { url, system: snomed, code });
      const result = answer.kind === 'ok' ? parameterOf(answer.body, 'result') : undefined;
      return typeof result === 'boolean' ? (result ? 'yes' : 'no') : 'unknown';
    },
    async descendants(conceptId) {
      if (!parseSctid(conceptId).ok) return undefined;
      const answer = await expand(ecl(`<${conceptId}`));
      const expansion = answer.kind === 'ok' ? expansionOf(answer.body) : undefined;
      return expansion?.whole === true ? expansion.codes.map(({ code }) => code) : undefined;
    },
    async search({ text, under, limit }) {
      const url = under !== undefined && parseSctid(under).ok ? ecl(`<<${under}`) : `${snomed}?fhir_vs`;
      const answer = await expand(url, {
        filter: text.slice(0, 200),
        count: String(Math.min(limit ?? 20, 200)),
      });
      const expansion = answer.kind === 'ok' ? expansionOf(answer.body) : undefined;
      return expansion?.codes.map(({ code, display }, at) => ({
        conceptId: code,
        term: display ?? code,
        ...(display === undefined ? {} : { preferredTerm: display }),
        score: 1000 - at,
      }));
    },
  };
}
