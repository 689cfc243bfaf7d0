// A record with the shared sharing filter over it, as this capability looks at it. spec: access-document §4.4
import type { PracticeControls } from '../controls/index.ts';
import type { IndexEntry, RecordReader } from '../record/index.ts';
import { buildGraph, type RecordGraph, sharingFilter } from '../structured/index.ts';

export interface ShownRecord {
  readonly graph: RecordGraph;
  /** The DocumentReferences that may leave, of any status. */
  documents(): IndexEntry[];
  /** Whether the resource `Type/id` may be known of; false for what the record does not hold. */
  isShown(reference: string): boolean;
}

/**
 * The switch of Documents inside structured answers is another than this capability's own, which was checked before:
 * it does not count here.
 */
export async function openShownRecord(
  reader: RecordReader,
  { exclusionCodes, switches }: PracticeControls,
): Promise<ShownRecord> {
  const graph = buildGraph(await reader.index(), await reader.links());
  const filter = await sharingFilter(graph, reader, {
    exclusionCodes,
    areas: { ...switches.areas, documents: true },
  });
  const isOut = (entry: IndexEntry | undefined) => entry !== undefined && filter.verdict(entry) === 'shown';
  return {
    graph,
    documents: () => graph.ofRole('document').filter(isOut),
    isShown(reference) {
      const [type = '', id = ''] = reference.split('/');
      return isOut(graph.find(type, id));
    },
  };
}
