// The primary document of a consultation as a tagged PDF: what the practice opens first. spec: messaging §5.3
import { fileURLToPath } from 'node:url';
import type PDFDocument from 'pdfkit';
import {
  colours,
  patientName,
  practitionerName,
  printable,
  reportDate,
  reportTime,
  sizes,
  spacedNhsNumber,
} from './layout.ts';
import type { ConsultationReport, ReportEntry } from './report.ts';

type Paper = InstanceType<typeof PDFDocument>;

/** The whole alphabet of names in England, which the fonts built into PDF readers do not have. */
const font = (name: string): string => fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`));

/** A PDF: title, version, page x of y, patient, sender, recipient, time, and every entry under its heading. */
export async function consultationReport(report: ConsultationReport): Promise<Buffer> {
  // Loaded when the first report is made: it takes a while, and most processes make none.
  const { default: Document } = await import('pdfkit');
  const paper = new Document({
    ...{ size: 'A4', bufferPages: true, tagged: true, displayTitle: true, lang: 'en-GB', pdfVersion: '1.7' },
    margins: { top: sizes.head, bottom: sizes.foot, left: sizes.margin, right: sizes.margin },
    info: { Title: printable(report.title), Author: report.sender.name, CreationDate: report.startedAt },
  });
  const bytes = collected(paper);
  paper.registerFont('regular', font('DejaVuSans')).registerFont('bold', font('DejaVuSans-Bold'));
  const body = paper.struct('Document');
  paper.addStructure(body);
  const put = (type: string, draw: () => void): void => {
    body.add(paper.struct(type, {}, draw));
  };

  put('H1', () => write(paper, 'bold', sizes.title, colours.nhsBlue).text(printable(report.title)));
  paper.moveDown(0.4);
  for (const [label, value] of blockOf(report)) {
    keepTogether(paper, 30);
    put('P', () => labelled(paper, label, value));
  }
  rule(paper);
  for (const { heading, entries } of report.sections) {
    keepTogether(paper, 60);
    put('H2', () => write(paper, 'bold', sizes.heading, colours.nhsBlue).text(printable(heading)));
    paper.moveDown(0.2);
    for (const entry of entries) {
      put('P', () => write(paper, 'regular', sizes.body, colours.text).text(printable(wordsOf(entry))));
      paper.moveDown(0.35);
    }
    paper.moveDown(0.5);
  }
  body.end();
  onEveryPage(paper, report);
  paper.end();
  return bytes;
}

function blockOf(report: ConsultationReport): [label: string, value: string][] {
  const { patient, sender, practitioners, recipient, startedAt, version } = report;
  const { addressLines = [], postcode } = patient;
  const address = [...addressLines, ...(postcode === undefined ? [] : [postcode])].join(', ');
  const by = practitioners.map((one) =>
    [practitionerName(one), one.role?.display].filter(Boolean).join(', '),
  );
  const rows: [string, string | undefined][] = [
    ['Patient', patientName(patient)],
    ['NHS number', spacedNhsNumber(patient.nhsNumber)],
    ['Date of birth', reportDate(patient.birthDate)],
    ['Gender', patient.gender],
    ['Address', address],
    ['From', `${sender.name} (${sender.ods})`],
    ['Telephone', sender.phone],
    ['Seen by', by.join('; ')],
    ['To', recipient],
    ['Date and time', reportTime(startedAt)],
    ['Version', String(version)],
  ];
  return rows.flatMap(([label, value]) => (value ? [[label, printable(value)]] : []));
}

function wordsOf(entry: ReportEntry): string {
  if ('text' in entry) return entry.text;
  const { display, detail, terminology, code } = entry;
  return `${display}${detail === undefined ? '' : `: ${detail}`} (${terminology} ${code})`;
}

const write = (paper: Paper, weight: 'regular' | 'bold', size: number, colour: string): Paper =>
  paper.font(weight).fontSize(size).fillColor(colour);

function labelled(paper: Paper, label: string, value: string): void {
  const { y } = paper;
  const [left, width] = [sizes.margin + sizes.labelColumn, paper.page.width - 2 * sizes.margin];
  write(paper, 'bold', sizes.body, colours.quiet).text(label, sizes.margin, y, { width: sizes.labelColumn });
  const below = paper.y;
  write(paper, 'regular', sizes.body, colours.text);
  paper.text(value, left, y, { width: width - sizes.labelColumn });
  paper.x = sizes.margin;
  paper.y = Math.max(below, paper.y) + 2;
}

function rule(paper: Paper): void {
  const y = paper.y + 6;
  paper.markContent('Artifact', { type: 'Layout' });
  paper.moveTo(sizes.margin, y).lineTo(paper.page.width - sizes.margin, y);
  paper.lineWidth(2).stroke(colours.lightBlue).endMarkedContent();
  paper.y = y + 14;
}

/** A heading never stands alone at the foot of a page. Not within what is being tagged: a tag ends with its page. */
function keepTogether(paper: Paper, height: number): void {
  if (paper.y + height > paper.page.height - sizes.foot) paper.addPage();
}

/** Every page says whose it is: pages get separated. */
function onEveryPage(paper: Paper, { patient, version, sender }: ConsultationReport): void {
  const { start, count } = paper.bufferedPageRange();
  const whose = `${patientName(patient)}   NHS number ${spacedNhsNumber(patient.nhsNumber)}`;
  for (let page = start; page < start + count; page++) {
    paper.switchToPage(page);
    // Writing outside the margins would begin another page.
    paper.page.margins = { top: 0, bottom: 0, left: 0, right: 0 };
    const { width, height } = paper.page;
    const line = { width: width - 2 * sizes.margin, lineBreak: false } as const;
    paper.markContent('Artifact', { type: 'Pagination' });
    paper.rect(0, 0, width, 8).fill(colours.nhsBlue);
    write(paper, 'regular', sizes.small, colours.quiet);
    paper.text(printable(whose), sizes.margin, 26, line);
    const foot = height - 36;
    paper.text(printable(`${sender.name}   Version ${version}`), sizes.margin, foot, line);
    paper.text(`Page ${page + 1} of ${count}`, sizes.margin, foot, { ...line, align: 'right' });
    paper.endMarkedContent();
  }
}

function collected(paper: Paper): Promise<Buffer> {
  const chunks: Buffer[] = [];
  return new Promise((resolve, reject) => {
    paper.on('data', (chunk: Buffer) => chunks.push(chunk));
    paper.on('end', () => resolve(Buffer.concat(chunks)));
    paper.on('error', reject);
  });
}
