// The `gpc` command as scripts use it, in processes of its own, through the running England: a letter and a consultation
// are sent, reviewed and read back; a refusal and a mailbox are dealt with. spec: design §3.2; messaging §3.5, §5, §6
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { namedPatient } from '../england/index.ts';
import { type EnglandUnderTest, untilFound } from './england-under-test.ts';

const gpcFile = join(import.meta.dirname, '../../cli/gpc.ts');
// Not the patient of the other journeys: what they send would be found beside what is sent here.
const { nhsNumber } = namedPatient('documents');
const letter = '%PDF-1.4\n% from the command line\n%%EOF\n';

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export function commandLineJourney(running: () => EnglandUnderTest): void {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gpc-scripts-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function gpc(...args: string[]): Promise<Outcome> {
    const child = spawn(process.execPath, [gpcFile, ...args], {
      env: { ...process.env, GPC_DATA_DIR: running().dataFolder },
    });
    const [out, err, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number]>,
    ]);
    assert.doesNotMatch(err, /^ {4}at /m, 'never a stack');
    return { code, out, err };
  }
  /** The answer of a command that has to succeed, as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
  async function answer(...args: string[]): Promise<any> {
    const { code, out, err } = await gpc(...args, '--json');
    assert.equal(code, 0, `${args.join(' ')}: ${err}`);
    return JSON.parse(out);
  }
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const document = (title: string, ...more: string[]): string[] => [
    ...['send', 'document', '--patient', nhsNumber, '--file', file('letter.pdf', letter)],
    ...['--title', title, ...more],
  ];
  /** The number of the waiting item with a title. */
  async function itemOf(title: string): Promise<string> {
    const items = (await answer('inbox', 'list')) as { item: number; title: string }[];
    const found = items.find((item) => item.title.includes(title));
    assert.ok(found, `${title} is not in the inbox`);
    return String(found.item);
  }

  test('a letter is sent once, accepted, found in the inbox byte for byte, and filed', async () => {
    const sent = await answer(...document('Letter by script', '--id', 'script-1', '--wait', '120'));
    assert.deepEqual([sent.state, sent.code, sent.ended], ['delivered', '30001', true]);
    const again = await answer(...document('Letter by script', '--id', 'script-1', '--wait', '120'));
    assert.equal(again.messageId, sent.messageId);
    const other = await gpc(...document('Another letter', '--id', 'script-1'));
    assert.deepEqual([other.code, other.out], [2, '']);
    assert.match(other.err, /was used for something else/);
    const status = await answer('send', 'status', 'script-1');
    assert.equal(status.meshMessageId, sent.meshMessageId);

    const item = await itemOf('Letter by script');
    const shown = await gpc('inbox', 'show', item);
    assert.match(shown.out, /Letter by script[\s\S]*In the record beside it/);
    assert.equal((await gpc('inbox', 'attachment', item, '--to', '-')).out, letter);
    assert.equal((await answer('inbox', 'accept', item)).status, 'filed');
    const closed = await gpc('inbox', 'accept', item);
    assert.equal(closed.code, 4, closed.err);
  });

  test('SG-20, SG-14: what the rules block is not sent; entry by entry, only what is accepted is in the record', async () => {
    const consultation = (more: object) =>
      file(
        'consultation.json',
        JSON.stringify({
          service: 'minor-illness',
          clinicalSummary: 'Measured at the request of the patient, by script.',
          ...more,
        }),
      );
    const update = (input: string, ...more: string[]) => [
      ...['send', 'update', '--patient', nhsNumber, '--input', input, '--gphc', '2123456', ...more],
    ];
    const impossible = { bloodPressures: [{ kind: 'sitting', systolic: 80, diastolic: 120 }] };
    const blocked = await gpc(...update(consultation(impossible), '--id', 'script-2'));
    assert.equal(blocked.code, 3, blocked.err);
    assert.match(blocked.err, /BLOCK BP-\d+: /);

    const measured = consultation({
      measurements: [
        { kind: 'weight', value: 61.3 },
        { kind: 'pulse', value: 73 },
      ],
    });
    const dry = await gpc(...update(measured, '--dry-run'));
    assert.match(dry.out, /^<\?xml[\s\S]*61\.3/);
    const sent = await answer(...update(measured, '--id', 'script-2', '--wait', '120'));
    assert.equal(sent.state, 'delivered', JSON.stringify(sent));

    const item = await itemOf('minor illness');
    const { entries } = (await answer('inbox', 'show', item)) as { entries: { text: string }[] };
    const at = (words: RegExp) => String(entries.findIndex(({ text: said }) => words.test(said)) + 1);
    const rest = entries.flatMap(({ text: said }, index) => (/61\.3|73 per/.test(said) ? [] : [index + 1]));
    const decided = await answer(
      ...[
        'inbox',
        'accept',
        item,
        '--entry',
        `${at(/73 per/)}=refuse`,
        '--reason',
        'not-clinically-relevant',
      ],
      ...['--entry', `${[at(/61\.3/), ...rest].join(',')}=accept`, '--confirmed'],
    );
    assert.equal(decided.status, 'filed-amended');
    const record = await gpc('record', nhsNumber, '--by-patient', '--json');
    const fromOutside = (JSON.parse(record.out).entry as { resource: Record<string, unknown> }[])
      .map(({ resource }) => resource as { comment?: string; valueQuantity?: { value: number } })
      .filter(({ comment = '' }) => comment.includes('Recorded by another organisation'))
      .flatMap(({ valueQuantity }) => valueQuantity?.value ?? []);
    assert.ok(fromOutside.includes(61.3), String(fromOutside));
    assert.ok(!fromOutside.includes(73), 'what was refused is in nobody’s record');
  });

  test('messaging §6.5: a service that is off refuses with its code, and takes it once it is on again', async () => {
    const lead = ['--as', 'practice-manager', '--reason', 'shown by a test'];
    await answer('inbox', 'switch', 'off', '--service', 'send-document', ...lead);
    const refused = await gpc(...document('Refused letter', '--id', 'script-3', '--wait', '120'));
    assert.equal(refused.code, 4, refused.err);
    assert.match(refused.out, /refused \(20010\)/);
    await answer('inbox', 'switch', 'on', '--service', 'send-document', ...lead);
    const again = await answer(...document('Refused letter', '--id', 'script-3', '--again', '--wait', '120'));
    assert.equal(again.state, 'delivered');
    const item = await itemOf('Refused letter');
    assert.equal((await answer('inbox', 'refuse', item, '--reason', 'duplicate')).status, 'refused');
  });

  test('mesh §3: a file goes out in chunks, once, and what comes back is downloaded, checked and acknowledged', async () => {
    const payload = file('payload.txt', 'neither XML nor a message\n'.repeat(100_000));
    const send = [
      ...['mesh', 'send', '--as', 'nhs111-nurse', '--to', 'A83901OT001', '--file', payload],
      ...[
        '--workflow',
        'GPCONNECT_SEND_DOCUMENT',
        '--chunk-mb',
        '1',
        '--compress',
        'never',
        '--id',
        'payload-1',
      ],
    ];
    const sent = await answer(...send);
    assert.deepEqual(await answer(...send), { ...sent, sentBefore: true });
    const { workflowId, recipientOds } = await answer(
      'mesh',
      'track',
      sent.messageId,
      '--as',
      'nhs111-nurse',
    );
    assert.deepEqual([workflowId, recipientOds], ['GPCONNECT_SEND_DOCUMENT', 'A83901']);

    await untilFound(async () => {
      const { messages } = await answer('mesh', 'inbox', '--as', 'nhs111-nurse');
      return messages.length > 0 ? messages : undefined;
    });
    const { messages } = await answer(
      ...['mesh', 'download', '--all', '--to', folder, '--acknowledge', '--as', 'nhs111-nurse'],
      ...['--workflow', 'GPCONNECT_SEND_DOCUMENT_ACK'],
    );
    const [acknowledgement] = messages;
    assert.match(readFileSync(join(folder, `${acknowledgement.messageId}.dat`), 'utf8'), /10009/);
    assert.ok(readdirSync(folder).includes(`${acknowledgement.messageId}.json`));
    const gone = await gpc(
      'mesh',
      'download',
      acknowledgement.messageId,
      '--to',
      '-',
      '--as',
      'nhs111-nurse',
    );
    assert.equal(gone.code, 4);
    assert.match(gone.err, /cannot be fetched any more/);
  });

  test('SG-10, UPD-06: national rules are changed, signed and loaded while England runs; an unsigned pack is refused', async () => {
    const printed = await gpc('rules', 'print');
    assert.equal(printed.code, 0, printed.err);
    const pack = JSON.parse(printed.out);
    const changed = file('rules.json', JSON.stringify({ ...pack, version: 'changed-by-script' }));
    const unsigned = await gpc('rules', 'load', changed);
    assert.equal(unsigned.code, 4);
    assert.match(unsigned.err, /not signed with the key rule packs are published with/);
    const signed = await gpc('rules', 'sign', changed);
    assert.equal(signed.code, 0, signed.err);
    const loaded = await answer('rules', 'load', file('rules.jws', signed.out));
    assert.deepEqual(
      loaded.packs.map(({ system, version }: Record<string, string>) => [system, version]),
      [
        ['orchard', 'changed-by-script'],
        ['cedar', 'changed-by-script'],
      ],
    );
    const { packs } = await answer('rules', 'list');
    const inForce = packs.filter(({ state }: { state: string }) => state === 'in-force');
    assert.ok(
      inForce.length === 2 &&
        inForce.every(({ version }: { version: string }) => version === 'changed-by-script'),
    );
  });
}
