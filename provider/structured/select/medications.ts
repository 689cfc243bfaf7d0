// Medications: statements active on or after a date. spec: access-record-structured §4
import type { IndexEntry, RecordReader } from '../../record/index.ts';
import { type RecordGraph, targets } from '../graph.ts';
import type { RequestedAreas } from '../request.ts';
import { startingFrom } from './partial-dates.ts';
import { dayStart } from './window.ts';

/** Types whose course ends by itself where no end was recorded. */
const singleCourse: ReadonlySet<string | null> = new Set([
  'acute',
  'acute-handwritten',
  'delayed-prescribing',
]);
const elsewhere: ReadonlySet<string | null> = new Set([
  'prescribed-by-another-organisation',
  'prescribed-by-previous-practice',
]);

/** Statements of the Medications list. Drugs prescribed elsewhere are always among them. */
export async function selectMedications(
  graph: RecordGraph,
  reader: Pick<RecordReader, 'resources'>,
  asked: NonNullable<RequestedAreas['medications']>,
): Promise<IndexEntry[]> {
  const statements = graph.ofRole('statement');
  if (asked.from === undefined) return [...statements];
  const bound = dayStart(asked.from);
  const openCourses = new Set(
    statements.filter((entry) => entry.to === null && isSingleCourse(graph, entry)),
  );
  const recentCourses = await startingFrom(reader, [...openCourses], bound);
  return statements.filter((entry) => {
    if (elsewhere.has(entry.detail)) return true;
    if (entry.to !== null) return entry.to >= bound;
    return !openCourses.has(entry) || recentCourses.has(entry);
  });
}

function isSingleCourse(graph: RecordGraph, statement: IndexEntry): boolean {
  const [plan] = targets(graph, statement, 'basedOn');
  return plan !== undefined && singleCourse.has(plan.detail);
}
