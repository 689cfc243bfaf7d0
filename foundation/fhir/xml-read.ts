// FHIR XML to FHIR JSON: a strict, bounded, namespace-aware reader over saxes. spec: foundations §8.2, §9.4; stack §6
import { type SaxesAttributeNS, SaxesParser, type SaxesTagNS } from 'saxes';
import type { FhirVersion } from './elements.ts';
import { documentText, type JsonResource } from './json.ts';
import { defaultReadLimits, type ReadLimits } from './limits.ts';
import { FhirSyntaxError } from './syntax-error.ts';
import { closeFrame, type Frame, framePath, openChild, openRoot } from './xml-frames.ts';
import { NarrativeReader } from './xml-narrative.ts';

const schemaInstance = 'http://www.w3.org/2001/XMLSchema-instance';
const namespaceDeclarations = 'http://www.w3.org/2000/xmlns/';

type Tag = SaxesTagNS;

/** The attributes that carry content: namespace declarations are left out, schema locations only at the root. */
function contentAttributes(tag: Tag, isRoot: boolean): SaxesAttributeNS[] {
  const found: SaxesAttributeNS[] = [];
  for (const name in tag.attributes) {
    const attribute = tag.attributes[name]!;
    if (attribute.uri === namespaceDeclarations) continue;
    if (isRoot && attribute.uri === schemaInstance) continue;
    found.push(attribute);
  }
  return found;
}

class XmlReader {
  readonly #parser = new SaxesParser({ xmlns: true, defaultXMLVersion: '1.0', forceXMLVersion: true });
  readonly #text: string;
  readonly #version: FhirVersion;
  readonly #limits: ReadLimits;
  #frame: Frame | undefined;
  #narrative: NarrativeReader | undefined;
  #elements = 0;
  #result: JsonResource | undefined;

  constructor(text: string, version: FhirVersion, limits: ReadLimits) {
    this.#text = text;
    this.#version = version;
    this.#limits = limits;
    const parser = this.#parser;
    // Six handlers at most: a seventh turns saxes' parser object into a slow dictionary (measured: 4 times slower).
    parser.on('error', () => this.#refuse(`not well-formed XML near line ${parser.line}`));
    parser.on('doctype', () => this.#refuse('a document type is not allowed'));
    parser.on('text', (content) => this.#content(content));
    parser.on('cdata', (content) => this.#content(content));
    parser.on('opentag', (tag) => this.#open(tag));
    parser.on('closetag', (tag) => this.#close(tag));
  }

  read(): JsonResource {
    this.#parser.write(this.#text);
    const { encoding } = this.#parser.xmlDecl;
    if (encoding !== undefined && !/^(utf-?8|us-ascii)$/i.test(encoding)) this.#refuse('must be UTF-8');
    this.#parser.close();
    return this.#result ?? this.#refuse('the document holds no resource');
  }

  #refuse(reason: string): never {
    throw new FhirSyntaxError(framePath(this.#frame), reason);
  }

  #content(content: string): void {
    if (this.#narrative !== undefined) this.#narrative.text(content);
    else if (/[^ \t\r\n]/.test(content)) this.#refuse('stray text');
  }

  #open(tag: Tag): void {
    this.#elements += 1;
    if (this.#elements > this.#limits.maxElements) this.#refuse('too many elements');
    if (this.#narrative !== undefined) {
      const fault = this.#narrative.open(tag);
      if (fault !== undefined) this.#refuse(fault);
      return;
    }
    const attributes = contentAttributes(tag, this.#frame === undefined);
    this.#frame =
      this.#frame === undefined
        ? openRoot(tag, attributes, this.#version)
        : openChild(this.#frame, tag, attributes, this.#version);
    if (this.#frame.depth > this.#limits.maxDepth) this.#refuse('nested too deeply');
    if (this.#frame.element?.form === 'xhtml') {
      this.#narrative = new NarrativeReader(this.#text, this.#parser.position, this.#limits.maxDepth);
      const fault = this.#narrative.open(tag);
      if (fault !== undefined) this.#refuse(fault);
    }
  }

  #close(tag: Tag): void {
    const frame = this.#frame!;
    if (this.#narrative !== undefined) {
      if (!this.#narrative.close(tag)) return;
      frame.value = this.#narrative.finish(this.#parser.position);
      this.#narrative = undefined;
    }
    closeFrame(frame);
    this.#frame = frame.parent;
    if (frame.parent === undefined) this.#result = frame.members as JsonResource;
  }
}

/**
 * Reads one resource from an XML document (text or UTF-8 bytes) into its JSON form. Decimals keep their written form.
 * Elements may stand in any order, as deployed systems send them; everything else is strict: no document type, no
 * unknown element or attribute, no foreign namespace, no repeated single element, no stray text, nothing empty.
 * Formats of dates, codes and the like are left to `validate`.
 * @throws FhirSyntaxError
 */
export function fromXml(
  document: string | Uint8Array,
  version: FhirVersion = 'STU3',
  limits: Partial<ReadLimits> = {},
): JsonResource {
  const bounds = { ...defaultReadLimits, ...limits };
  return new XmlReader(documentText(document, bounds), version, bounds).read();
}
