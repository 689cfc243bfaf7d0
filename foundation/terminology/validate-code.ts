// Is this code what it says it is? Four separate answers and what is wrong. spec: terminology §4.2, "What bad input gets"
import type { DisplayMatch } from './display-match.ts';
import type { Edition, EditionConcept } from './edition.ts';
import { parseSctid, type SctidKind } from './sctid.ts';
import type { CodeCheck, CodeQuery, Issue, Terminology } from './types.ts';

export const dmdSystem = 'https://dmd.nhs.uk';
const snomed = 'http://snomed.info/sct';
/** Spellings of SNOMED's system that are understood, with a word about it. */
const snomedSpellings = /^https?:\/\/snomed\.info\/sct\/?$/;
/** Suppliers' own code systems: known to exist, their codes unknown to anyone else. */
const supplierSystems = /(?:emis-drug-codes|egton-codes|multilex-drug-codes|resipuk-gemscript-drug-codes)$/;
const supplierNamespaces = new Map([['1000006', 'supplier 1000006 (local codes of a GP system)']]);

const block = (code: string, detail?: string): Issue => ({
  code,
  severity: 'block',
  ...(detail ? { detail } : {}),
});
const warn = (code: string, detail?: string): Issue => ({
  code,
  severity: 'warn',
  ...(detail ? { detail } : {}),
});

/** The issue a display match amounts to, if any. */
function displayIssue(match: DisplayMatch, query: CodeQuery, expected: string | undefined): Issue[] {
  if (match.severity === undefined || match.severity === 'info') return [];
  const code = match.result === 'contradiction' ? 'displayContradiction' : `display-${match.result}`;
  const other = match.otherConcept === undefined ? '' : `; it is a term of ${match.otherConcept}`;
  return [
    {
      code,
      severity: match.severity,
      detail: `sent "${query.display}", expected "${expected ?? ''}"${other}`,
    },
  ];
}

function withConcept(
  terminology: Terminology,
  concept: EditionConcept,
  query: CodeQuery,
  kind: SctidKind,
  issues: readonly Issue[],
): CodeCheck {
  const preferredTerm = terminology.preferredTerm(concept.id);
  const displayMatch = terminology.displayMatch(concept.id, query.display, query.valueSet);
  const replacements = terminology.replacementsOf(concept.id);
  const isPrevious =
    query.system === dmdSystem && (concept.product?.invalid === true || replacements.length > 0);
  return {
    status: concept.active && !isPrevious ? 'active' : 'inactive',
    kind,
    systemKnown: true,
    conceptId: concept.id,
    ...(preferredTerm === undefined ? {} : { preferredTerm }),
    ...(concept.semanticTag === undefined ? {} : { semanticTag: concept.semanticTag }),
    ...(replacements.length === 0 ? {} : { replacements }),
    displayMatch,
    issues: [...issues, ...displayIssue(displayMatch, query, preferredTerm)],
  };
}

function absent(edition: Edition, id: string, namespace: string | undefined, issues: Issue[]): CodeCheck {
  const absence = edition.absence(id);
  const owner = namespace === undefined ? undefined : supplierNamespaces.get(namespace);
  if (absence === 'unavailable') {
    return {
      status: 'unknown',
      kind: 'concept',
      systemKnown: true,
      issues: [
        ...issues,
        warn('terminologyUnavailable', 'the terminology server could not be asked: not checked'),
      ],
    };
  }
  // A supplier's own code is in no release: that can be said without one.
  if (absence === 'notInDemo' && owner === undefined) {
    return {
      status: 'notInDemo',
      kind: 'concept',
      systemKnown: true,
      issues: [...issues, warn('notInDemo', 'demonstration edition: not checked')],
    };
  }
  return {
    status: 'unknown',
    kind: 'concept',
    systemKnown: true,
    ...(owner === undefined ? {} : { namespaceOwner: owner }),
    issues: [...issues, block('unknownConcept', `not in edition ${edition.ref.version}`)],
  };
}

/** Checks one coding against an edition; never throws. */
export function validateCodeIn(edition: Edition, terminology: Terminology, query: CodeQuery): CodeCheck {
  const issues: Issue[] = [];
  if (query.system === undefined || query.system.trim() === '') {
    return { status: 'unknown', systemKnown: false, issues: [warn('systemMissing')] };
  }
  if (supplierSystems.test(query.system)) return { status: 'unknown', systemKnown: true, issues: [] };
  if (query.system !== snomed && query.system !== dmdSystem) {
    if (!snomedSpellings.test(query.system)) {
      const isOtherSpelling = /snomed\.org|2\.16\.840\.1\.113883\.(?:6\.96|2\.1\.3\.2\.4\.15)$/.test(
        query.system,
      );
      return {
        status: 'unknown',
        systemKnown: false,
        issues: [warn(isOtherSpelling ? 'systemSpelling' : 'unknownSystem')],
      };
    }
    issues.push(warn('systemSpelling'));
  }
  if (typeof query.code === 'string' && /[:+=|]/.test(query.code)) {
    return {
      status: 'unknown',
      kind: 'expression',
      systemKnown: true,
      issues: [...issues, block('postCoordinated')],
    };
  }
  const parsed = parseSctid(query.code);
  if (!parsed.ok) {
    return {
      status: 'invalidFormat',
      reason: parsed.reason,
      systemKnown: true,
      issues: [...issues, block(parsed.reason)],
    };
  }
  if (parsed.trimmed === true) issues.push(warn('trimmed', 'white space removed'));
  if (parsed.kind === 'relationship') {
    return {
      status: 'invalidFormat',
      reason: 'relationshipId',
      kind: 'relationship',
      systemKnown: true,
      issues: [...issues, block('relationshipId')],
    };
  }
  if (parsed.kind === 'description') {
    issues.push(warn('descriptionIdInCode'));
    const meant = terminology.description(parsed.id);
    const concept = meant === undefined ? undefined : edition.concept(meant.conceptId);
    if (meant === undefined || concept === undefined) {
      const { kind: _, ...rest } = absent(edition, parsed.id, parsed.namespace, issues);
      return { ...rest, kind: 'description' };
    }
    const repair = { conceptId: concept.id, descriptionId: parsed.id, term: meant.term };
    return { ...withConcept(terminology, concept, query, 'description', issues), repair };
  }
  if (parsed.kind === 'expression') {
    return {
      status: 'unknown',
      kind: 'expression',
      systemKnown: true,
      issues: [...issues, block('postCoordinated')],
    };
  }
  const concept = edition.concept(parsed.id);
  if (concept === undefined) return absent(edition, parsed.id, parsed.namespace, issues);
  if (query.system === dmdSystem && concept.product === undefined && edition.complete) {
    return { status: 'unknown', kind: 'concept', systemKnown: true, issues: [...issues, block('notDmd')] };
  }
  return withConcept(terminology, concept, query, 'concept', issues);
}
