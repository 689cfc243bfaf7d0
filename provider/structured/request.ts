// What a consumer asked for, after every check of the parameters. spec: access-record-structured §3

/** Bounds as sent, whole dates, both inclusive; at least one is there. */
export interface SearchPeriod {
  start?: string;
  end?: string;
}

/** One pair of problem filters; pairs are united. */
export interface ProblemFilter {
  status?: 'active' | 'inactive';
  significance?: 'major' | 'minor';
}

/** An area that is absent was not asked for. */
export interface RequestedAreas {
  allergies?: { resolved: boolean };
  medications?: { issues: boolean; from?: string };
  consultations?: { period?: SearchPeriod; mostRecent?: number };
  problems?: { filters: readonly ProblemFilter[] };
  immunisations?: { notGiven: boolean; status: boolean };
  uncategorised?: { period?: SearchPeriod };
  investigations?: { period?: SearchPeriod };
  referrals?: { period?: SearchPeriod };
  diary?: { until?: string };
}

export interface StructuredRequest {
  nhsNumber: string;
  /** The provider's local date, `yyyy-mm-dd`. */
  today: string;
  areas: RequestedAreas;
  /** `parameter` or `parameter.part`, each once, in the order sent. spec: §3.3 */
  unrecognised: readonly string[];
}
