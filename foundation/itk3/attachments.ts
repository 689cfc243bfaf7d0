// Attachments: which types are allowed, whether the content is what it says. spec: messaging §5.2, §4 R14

export interface AttachmentType {
  readonly mime: string;
  /** Misprints and synonyms that are stored as this type. */
  readonly also: readonly string[];
  readonly extension: string;
  /** Whether the first bytes are those of the type. */
  readonly looksRight: (bytes: Uint8Array) => boolean;
}

const startsWith =
  (...signatures: readonly (readonly number[])[]) =>
  (bytes: Uint8Array): boolean =>
    signatures.some((signature) => signature.every((byte, at) => bytes[at] === byte));

const ascii = (text: string): number[] => [...text].map((character) => character.charCodeAt(0));

/** Signatures of programs, archives and pictures, which no text may begin with. */
const binarySignatures = startsWith(
  ascii('MZ'),
  [0x7f, ...ascii('ELF')],
  ascii('%PDF'),
  ascii('PK\x03\x04'),
  [0xff, 0xd8, 0xff],
  [0x89, ...ascii('PNG')],
  [0xd0, 0xcf, 0x11, 0xe0],
);

function isText(bytes: Uint8Array): boolean {
  if (binarySignatures(bytes)) return false;
  const utf16 = startsWith([0xff, 0xfe], [0xfe, 0xff])(bytes);
  return utf16 || !bytes.subarray(0, 4096).includes(0);
}

const firstText = (bytes: Uint8Array): string =>
  new TextDecoder().decode(bytes.subarray(0, 1024)).trimStart();

const isPdf = (bytes: Uint8Array): boolean => firstText(bytes).startsWith('%PDF-');
const isHtml = (bytes: Uint8Array): boolean => isText(bytes) && firstText(bytes).includes('<');
const isXml = (bytes: Uint8Array): boolean => isText(bytes) && firstText(bytes).startsWith('<');
const isRtf = startsWith(ascii('{\\rtf'));

export const attachmentTypes: readonly AttachmentType[] = [
  { mime: 'application/pdf', also: [], extension: 'pdf', looksRight: isPdf },
  {
    mime: 'application/msword',
    also: [],
    extension: 'doc',
    looksRight: (bytes) =>
      startsWith([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])(bytes) || isRtf(bytes),
  },
  {
    mime: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    also: [],
    extension: 'docx',
    looksRight: startsWith(ascii('PK\x03\x04')),
  },
  {
    mime: 'application/rtf',
    also: ['text/rtf', 'application/mswrtford'],
    extension: 'rtf',
    looksRight: isRtf,
  },
  { mime: 'text/html', also: [], extension: 'html', looksRight: isHtml },
  { mime: 'text/plain', also: [], extension: 'txt', looksRight: isText },
  { mime: 'application/xml', also: ['text/xml'], extension: 'xml', looksRight: isXml },
  { mime: 'image/jpeg', also: [], extension: 'jpg', looksRight: startsWith([0xff, 0xd8, 0xff]) },
  {
    mime: 'image/png',
    also: [],
    extension: 'png',
    looksRight: startsWith([0x89, ...ascii('PNG\r\n\x1a\n')]),
  },
  {
    mime: 'image/tiff',
    also: [],
    extension: 'tif',
    looksRight: startsWith([0x49, 0x49, 0x2a, 0x00], [0x4d, 0x4d, 0x00, 0x2a]),
  },
];

/** The type an attachment is stored as; undefined if its MIME type is not allowed. Parameters are ignored. */
export function attachmentType(contentType: string): AttachmentType | undefined {
  const mime = contentType.split(';')[0]!.trim().toLowerCase();
  return attachmentTypes.find((type) => type.mime === mime || type.also.includes(mime));
}

/** The bytes of a base64 text (white space between characters allowed); undefined if it is none. */
export function base64Bytes(text: string): Uint8Array | undefined {
  const compact = text.replace(/\s+/g, '');
  if (compact.length === 0 || compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) {
    return undefined;
  }
  return Buffer.from(compact, 'base64');
}

export type AttachmentFault = { code: '20005' | '20009'; issue: 'security' | 'value'; reason: string };

/** What is wrong with an attachment, or its bytes and the type it is stored as. */
export function checkAttachment(
  contentType: string,
  content: string,
): { type: AttachmentType; bytes: Uint8Array } | { fault: AttachmentFault } {
  const type = attachmentType(contentType);
  if (type === undefined) {
    return { fault: { code: '20005', issue: 'security', reason: 'the file type is not supported' } };
  }
  const bytes = base64Bytes(content);
  if (bytes === undefined) return { fault: { code: '20009', issue: 'value', reason: 'is not base64' } };
  if (!type.looksRight(bytes)) {
    return { fault: { code: '20005', issue: 'security', reason: `the content is not ${type.mime}` } };
  }
  return { type, bytes };
}
