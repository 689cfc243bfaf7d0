// Small files that open in ordinary viewers, made without any library: PDF, TIFF, RTF and plain text.

export interface MadeFile {
  readonly contentType: string;
  readonly size: number;
  base64(): string;
}

const fromBuffer = (contentType: string, bytes: Buffer): MadeFile => ({
  contentType,
  size: bytes.length,
  base64: () => bytes.toString('base64'),
});

const escapePdf = (text: string): string => text.replace(/[^ -~]/g, '?').replace(/[\\()]/g, '\\$&');

/** One A4 page of text in PDF 1.4, with a right cross-reference table; padded with a comment to `atLeast` bytes. */
export function pdfFile(lines: readonly string[], exactly?: number): MadeFile {
  if (exactly === undefined) return fromBuffer('application/pdf', pdfBytes(lines, 0));
  const bare = pdfBytes(lines, 0).length;
  const padding = padFor(bare, exactly);
  return {
    contentType: 'application/pdf',
    size: exactly,
    base64: () => pdfBytes(lines, padding).toString('base64'),
  };
}

/** Padding that makes the file come out at the wanted size though offsets and lengths grow by digits. */
function padFor(bare: number, wanted: number): number {
  let padding = wanted - bare;
  for (let i = 0; i < 4; i++) padding -= pdfLength(bare, padding) - wanted;
  return padding;
}

const pdfLength = (bare: number, padding: number): number => bare + padding + digits(bare, padding);
/** `startxref` is the only number outside fixed-width fields that grows with the padding. */
const digits = (bare: number, padding: number): number => String(bare + padding).length - String(bare).length;

function pdfBytes(lines: readonly string[], padding: number): Buffer {
  const text = lines.map((line, i) => `1 0 0 1 60 ${780 - i * 18} Tm (${escapePdf(line)}) Tj`).join('\n');
  const stream = `BT /F1 11 Tf\n${text}\nET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>',
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let head = '%PDF-1.4\n';
  const offsets: string[] = [];
  objects.forEach((object, i) => {
    offsets.push(String(head.length).padStart(10, '0'));
    head += `${i + 1} 0 obj\n${object}\nendobj\n`;
  });
  const comment = padding > 0 ? `%${'x'.repeat(padding - 2)}\n` : '';
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.map((o) => `${o} 00000 n \n`).join('')}`;
  const trailer = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${head.length + comment.length}\n%%EOF\n`;
  return Buffer.from(head + comment + table + trailer, 'latin1');
}

/** A black-and-white TIFF of 64 × 64 pixels: a frame around stripes. */
export function tiffFile(): MadeFile {
  const rows = 64;
  const pixels = Buffer.alloc(rows * 8);
  for (let y = 0; y < rows; y++) {
    pixels.fill(y < 2 || y > 61 ? 0x00 : y % 8 < 2 ? 0xf0 : 0xff, y * 8, y * 8 + 8);
    if (y >= 2 && y <= 61) {
      pixels[y * 8]! &= 0x3f;
      pixels[y * 8 + 7]! &= 0xfc;
    }
  }
  const tags: [tag: number, type: 3 | 4, value: number][] = [
    [256, 3, 64],
    [257, 3, rows],
    [258, 3, 1],
    [259, 3, 1],
    [262, 3, 1],
    [273, 4, 8],
    [277, 3, 1],
    [278, 3, rows],
    [279, 4, pixels.length],
  ];
  const head = Buffer.alloc(8);
  head.write('II*\0', 'latin1');
  head.writeUInt32LE(8 + pixels.length, 4);
  const directory = Buffer.alloc(2 + tags.length * 12 + 4);
  directory.writeUInt16LE(tags.length, 0);
  tags.forEach(([tag, type, value], i) => {
    const at = 2 + i * 12;
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(type, at + 2);
    directory.writeUInt32LE(1, at + 4);
    if (type === 3) directory.writeUInt16LE(value, at + 8);
    else directory.writeUInt32LE(value, at + 8);
  });
  return fromBuffer('image/tiff', Buffer.concat([head, pixels, directory]));
}

export function rtfFile(lines: readonly string[]): MadeFile {
  const body = lines.map((line) => line.replace(/[^ -~]/g, '?').replace(/[\\{}]/g, '\\$&')).join('\\par\n');
  return fromBuffer(
    'text/rtf',
    Buffer.from(`{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0 Arial;}}\\f0\\fs22\n${body}\\par\n}`, 'latin1'),
  );
}

export function textFile(lines: readonly string[]): MadeFile {
  return fromBuffer('text/plain', Buffer.from(`${lines.join('\n')}\n`, 'utf8'));
}
