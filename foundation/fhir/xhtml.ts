// Narrative: the `div` of XHTML that FHIR carries as text in JSON and as markup in XML.
import { SaxesParser } from 'saxes';

export const xhtmlNamespace = 'http://www.w3.org/1999/xhtml';

/** HTML's named characters that live narratives use; XML knows none of them without a document type. */
const namedCharacters: Record<string, number> = {
  nbsp: 160,
  pound: 163,
  copy: 169,
  reg: 174,
  deg: 176,
  plusmn: 177,
  sup2: 178,
  micro: 181,
  middot: 183,
  frac12: 189,
  times: 215,
  ndash: 8211,
  mdash: 8212,
  lsquo: 8216,
  rsquo: 8217,
  ldquo: 8220,
  rdquo: 8221,
  bull: 8226,
  hellip: 8230,
  euro: 8364,
};

const withNumericCharacters = (text: string): string =>
  text.replace(/&([a-z0-9]+);/g, (whole, name: string) =>
    Object.hasOwn(namedCharacters, name) ? `&#${namedCharacters[name]};` : whole,
  );

type Shape = { fault: string | undefined; rootNamespace: string };

function shapeOf(text: string): Shape {
  const shape: Shape = { fault: undefined, rootNamespace: xhtmlNamespace };
  const parser = new SaxesParser({ xmlns: true, fragment: false, position: false });
  let depth = 0;
  const refuse = (reason: string): void => {
    shape.fault ??= reason;
  };
  parser.on('error', () => refuse('is not well-formed XHTML'));
  parser.on('doctype', () => refuse('holds a document type'));
  parser.on('processinginstruction', () => refuse('holds a processing instruction'));
  parser.on('opentag', (tag) => {
    depth += 1;
    if (depth > 64) refuse('is nested too deeply');
    if (depth === 1 && tag.local !== 'div') refuse('is not a div');
    if (depth === 1) shape.rootNamespace = tag.uri;
    if (tag.uri !== shape.rootNamespace || (tag.uri !== '' && tag.uri !== xhtmlNamespace)) {
      refuse('holds elements that are not XHTML');
    }
  });
  parser.on('closetag', () => {
    depth -= 1;
  });
  parser.write(text).close();
  return shape;
}

/** What is wrong with the text of a narrative `div` (`is not well-formed XHTML`), or undefined. */
export function xhtmlFault(text: string): string | undefined {
  return shapeOf(withNumericCharacters(text)).fault;
}

/**
 * The text of a narrative `div` as it can stand in an XML document: one XHTML `div` with its namespace, HTML's named
 * characters as numbers. A fault is returned as `{ fault }`.
 */
export function xhtmlForXml(text: string): { xml: string } | { fault: string } {
  const numeric = withNumericCharacters(text.trim());
  const shape = shapeOf(numeric);
  if (shape.fault !== undefined) return { fault: shape.fault };
  const bare = shape.rootNamespace === '';
  return { xml: bare ? numeric.replace(/<div/, `<div xmlns="${xhtmlNamespace}"`) : numeric };
}
