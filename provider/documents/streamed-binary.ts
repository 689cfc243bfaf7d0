// A Binary resource written from its stored chunks: memory does not grow with the document. spec: access-document §5
import { type FhirFormat, serializeJson, toXml } from '@gp-connect/foundation/fhir';
import { type Answer, drained } from '../foundations/index.ts';
import type { StoredBinary } from '../record/index.ts';

/** What stands before and after the base64 text; it needs no escaping in either format. */
function framesOf(binary: StoredBinary, contentType: string, format: FhirFormat) {
  const head = {
    resourceType: 'Binary',
    id: binary.id,
    meta: { versionId: binary.version },
    contentType,
  };
  if (format === 'json') return [`${serializeJson(head).slice(0, -1)},"content":"`, '"}'] as const;
  const end = '</Binary>';
  return [`${toXml(head).slice(0, -end.length)}<content value="`, `"/>${end}`] as const;
}

export function streamedBinary(binary: StoredBinary, contentType: string): Answer {
  return {
    status: 200,
    headers: { etag: `W/"${binary.version}"` },
    async write(sink, format) {
      const [head, tail] = framesOf(binary, contentType, format);
      let before: string = head;
      let characters = 0;
      for await (const chunk of binary.chunks()) {
        sink.write(before + chunk);
        before = '';
        characters += chunk.length;
        await drained(sink);
      }
      if (characters !== Math.ceil(binary.size / 3) * 4) throw new Error('the stored document is not whole');
      sink.write(before + tail);
    },
  };
}
