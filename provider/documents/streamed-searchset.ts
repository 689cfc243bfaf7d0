// The searchset Bundle of the document search, written entry by entry. spec: access-document §4.3
import {
  bundleXmlFrames,
  type FhirFormat,
  resourceToXmlEntry,
  serializeJson,
} from '@gp-connect/foundation/fhir';
import { type Answer, drained, searchset } from '../foundations/index.ts';

type Identified = { resourceType?: string; id?: string };

const frames = (trace: string, format: FhirFormat) => {
  const bundle = searchset([], trace);
  if (format === 'json') return { head: `${serializeJson(bundle).slice(0, -1)},"entry":[`, tail: ']}' };
  return bundleXmlFrames(bundle);
};

/** Every entry carries its absolute address under `serviceRoot`. */
export function streamedSearchset(resources: readonly object[], trace: string, serviceRoot: string): Answer {
  return {
    status: 200,
    async write(sink, format) {
      const { head, tail } = frames(trace, format);
      let text = head;
      for (const [at, resource] of resources.entries()) {
        const { resourceType, id } = resource as Identified;
        const fullUrl = `${serviceRoot}/${resourceType}/${id}`;
        if (format === 'xml') text += resourceToXmlEntry(resource, { fullUrl });
        else text += `${at === 0 ? '' : ','}${serializeJson({ fullUrl, resource })}`;
        if (text.length < 64 * 1024) continue;
        sink.write(text);
        text = '';
        await drained(sink);
      }
      sink.write(text + tail);
      await drained(sink);
    },
  };
}
