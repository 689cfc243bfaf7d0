// The parameters of the document search. spec: access-document §4.1, §4.2
import { parseFhirDate } from '@gp-connect/foundation/fhir';
import { refusal, system } from '@gp-connect/foundation/nhs';

/** All four must be sent. */
export const includes = [
  'DocumentReference:subject:Patient',
  'DocumentReference:custodian:Organization',
  'DocumentReference:author:Organization',
  'DocumentReference:author:Practitioner',
] as const;
export const revInclude = 'PractitionerRole:practitioner';

export interface DocumentSearch {
  /** First instant, inclusive, milliseconds since 1970. */
  readonly from: number;
  /** The instant after the last. */
  readonly until: number;
  /** ODS code of the authoring organisation, upper case. */
  readonly author?: string;
  /** Lower-case words that must all occur. */
  readonly words: readonly string[];
}

const LONGEST_DESCRIPTION = 1_000;

const invalid = (diagnostics: string) => refusal('INVALID_PARAMETER', diagnostics);

type Reader = (values: string[]) => Partial<DocumentSearch>;

const parameters: Readonly<Record<string, Reader>> = {
  _include(values) {
    const wanted: readonly string[] = includes;
    const missing = wanted.find((include) => !values.includes(include));
    if (missing) throw invalid(`Missing _include=${missing}`);
    if (values.some((value) => !wanted.includes(value)))
      throw invalid('_include has a value this search does not know');
    return {};
  },
  '_revinclude:recurse'(values) {
    if (!values.includes(revInclude)) throw invalid(`Missing _revinclude:recurse=${revInclude}`);
    if (values.some((value) => value !== revInclude))
      throw invalid('_revinclude:recurse has a value this search does not know');
    return {};
  },
  created: createdWindow,
  author(values) {
    if (values.length === 0) return {};
    const [of, code, ...more] = single('author', values).split('|');
    if (of !== system.odsOrganisation || !code?.trim() || more.length > 0)
      throw invalid(`author is not of the form ${system.odsOrganisation}|code`);
    return { author: code.trim().toUpperCase() };
  },
  description(values) {
    if (values.length === 0) return {};
    const words = single('description', values).toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) throw invalid('description is empty');
    return { words };
  },
  _format: () => ({}),
};

/**
 * Reads the query of a search.
 * @throws Refusal 422 INVALID_PARAMETER naming the parameter
 */
export function documentSearch(query: URLSearchParams): DocumentSearch {
  const unknown = [...new Set(query.keys())].find((name) => !Object.hasOwn(parameters, name));
  if (unknown !== undefined) {
    const name = /^[\w:.-]{1,64}$/.test(unknown) ? unknown : 'of another name';
    throw invalid(`The parameter ${name} is not supported by this search`);
  }
  let search: DocumentSearch = {
    from: Number.NEGATIVE_INFINITY,
    until: Number.POSITIVE_INFINITY,
    words: [],
  };
  for (const [name, read] of Object.entries(parameters)) search = { ...search, ...read(query.getAll(name)) };
  return search;
}

function single(name: string, values: readonly string[]): string {
  if (values.length > 1) throw invalid(`${name} is given more than once`);
  if (values[0]!.length > LONGEST_DESCRIPTION) throw invalid(`${name} is too long`);
  return values[0]!;
}

/** `ge` from the start of what it names, `le` to its end; a day is a day in London. */
function createdWindow(values: string[]): Partial<DocumentSearch> {
  const window: { from?: number; until?: number } = {};
  for (const value of values) {
    const [, prefix, text = ''] = /^(ge|le)(.*)$/s.exec(value) ?? [];
    if (prefix === undefined) throw invalid('created takes the prefixes ge and le only');
    const date = parseFhirDate(text);
    if (date === undefined)
      throw invalid('created is not a date, or a dateTime with its zone (a + must be sent as %2B)');
    const bound = prefix === 'ge' ? 'from' : 'until';
    if (window[bound] !== undefined) throw invalid(`created is given more than once with ${prefix}`);
    window[bound] = prefix === 'ge' ? date.start : date.end;
  }
  if (window.from !== undefined && window.until !== undefined && window.from >= window.until)
    throw invalid('created: ge is later than le');
  return window;
}
