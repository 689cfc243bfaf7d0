// For tests: a practice inbox API in memory, over real HTTP, with the refusals a reviewer meets.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bodyText, closed, listening } from '../../kit/testing/servers.ts';
import type { Decision, FiledEntry, ListedItem, OpenItem } from '../inbox-api.ts';
import type { RecallEntry } from '../recalls-api.ts';
import { madeUpItem, receivedAt, type Story } from './made-up-messages.ts';
import { recallRoutes, usualEntries } from './stand-in-recalls.ts';

export interface AskedOfInbox {
  readonly method: string;
  readonly path: string;
  readonly authorization: string;
  readonly body: unknown;
}

export interface StandInInbox {
  readonly url: string;
  /** Everything that was asked, in order. */
  readonly asked: AskedOfInbox[];
  items: OpenItem[];
  filed: FiledEntry[];
  recallEntries: RecallEntry[];
  /** Answers the next request instead, once. */
  instead: ((response: ServerResponse) => void) | undefined;
  /** Bodies of the requests to paths that end so. */
  bodies(path: string): unknown[];
  close(): Promise<void>;
}

const priorities: Readonly<Record<string, number>> = { BLOCK: 1, ACTION: 2, WARN: 3 };

const listed = (item: OpenItem): ListedItem => ({
  ...item,
  patient: item.patient,
  priority: item.urgent ? 1 : (priorities[item.severity] ?? 4),
  purpose: 'information',
  dueAt: '2026-11-24T17:00:00.000Z',
  overdue: item.urgent,
  escalated: item.urgent,
});

export const madeUpFiled = (filed: number, state = 'filed'): FiledEntry => ({
  filed,
  item: 1,
  resource: `Observation/o${filed}`,
  code: '77386006',
  term: 'Pregnant',
  as: 'coded',
  state,
  filedAt: receivedAt,
  sender: { ods: 'FZZ01', name: 'Test Pharmacy' },
  service: 'minor-illness',
  encounterAt: '2026-11-20',
  messageId: '5a6b0000-0001-4a00-8a00-000000000001',
});

/** Attachments by their position, in every message. */
const attachments: readonly { readonly type: string; readonly content: string }[] = [
  { type: 'text/html; charset=utf-8', content: '<h1>Consultation</h1><script>document.title="run"</script>' },
  { type: 'application/pdf', content: '%PDF-1.4\n' },
  { type: 'text/plain', content: 'Seen today. <b>No concerns.</b>' },
];

const controls = {
  switches: {
    'send-document': true,
    'update-record': true,
    'update-record:minor-illness': true,
    'update-record:contraception': false,
  },
  takenFrom: [{ product: 'send-document', settings: ['nhs111', 'pharmacy'] }],
  blockedSenders: [],
  stops: [
    { kind: 'code', value: '77386006', actor: 'Dr Adaeze Okafor', reason: 'miscoded run', since: receivedAt },
  ],
  consequence:
    'Practices are contracted to have Update Record switched on; messages that are turned away are told to their senders.',
  changes: [
    {
      control: 'update-record',
      from: 'off',
      to: 'on',
      actor: 'Dr Adaeze Okafor',
      reason: 'contract',
      at: receivedAt,
    },
  ],
};

const counters = {
  senders: [
    { sender: 'FZZ01', service: 'minor-illness', received: 40, accepted: 36, refused: 3, overdue: 1 },
  ],
  rules: [{ rule: 'PG-01', sender: 'FZZ01', service: 'minor-illness', code: '77386006', hits: 3 }],
  alarms: [{ sender: 'FZZ01', items: 40, contradicting: 3, share: 0.075 }],
};

const madeUpRead = (read: number) => ({
  read,
  at: receivedAt,
  organisation: read % 3 === 0 ? null : { ods: 'RZ901', name: 'Test Hospital' },
  user: 'Dr Sam Thornley',
  role: 'Consultant',
  product: 'GP Connect Access Record: Structured',
  areas: ['medications', 'allergies'],
  purpose: 'Direct care',
  outcome: read % 5 === 0 ? 'unknown' : 'shared',
});

/** Three pages of fifty. */
const readsFrom = (cursor: string | null | undefined) => {
  const from = Number(cursor ?? 150);
  const reads = Array.from({ length: 50 }, (_, at) => madeUpRead(from - at));
  return { reads, next: from > 50 ? String(from - 50) : null };
};

const views = [
  {
    view: 'structured',
    title: 'Structured record',
    product: 'ar-structured',
    mediaType: 'application/fhir+json',
  },
  { view: 'html', title: 'HTML record', product: 'ar-html', mediaType: 'text/html' },
];

const previews: Readonly<Record<string, object>> = {
  structured: {
    view: 'structured',
    title: 'Structured record',
    status: 200,
    mediaType: 'application/fhir+json',
    body: JSON.stringify({
      resourceType: 'Bundle',
      type: 'collection',
      entry: [{ resource: { resourceType: 'List' } }],
    }),
    signals: [
      {
        where: 'Medications and medical devices',
        code: 'confidential-items',
        text: 'Items excluded due to confidentiality and/or patient preferences.',
      },
    ],
  },
  html: {
    view: 'html',
    title: 'HTML record',
    status: 403,
    mediaType: 'application/fhir+json',
    body: '{"resourceType":"OperationOutcome","issue":[{"diagnostics":"<b>Patient has dissented</b>"}]}',
    signals: [],
  },
};

const rules = {
  inForce: { version: 'national-2026.11+practice-3', sha256: 'ab12'.repeat(16), effectiveFrom: receivedAt },
  packs: [
    {
      pack: 1,
      scope: 'national',
      id: 'national',
      version: '2026.11',
      sha256: 'ab12'.repeat(16),
      effectiveFrom: receivedAt,
      loadedAt: receivedAt,
      loadedBy: 'operator',
      state: 'in-force',
    },
    {
      pack: 2,
      scope: 'practice',
      id: 'own',
      version: '3',
      sha256: 'cd34'.repeat(16),
      effectiveFrom: receivedAt,
      loadedAt: receivedAt,
      loadedBy: 'Dr Adaeze Okafor',
      state: 'in-force',
    },
  ],
  rules: [
    {
      id: 'BP-08',
      title: 'Clinic blood pressure at or above 140/90',
      version: '1',
      severity: 'ACTION',
      nationalSeverity: 'ACTION',
      urgent: false,
      overridable: true,
      validFrom: '2026-01-01',
      validTo: null,
      parameters: { systolic: 135, diastolic: 85 },
      nationalParameters: { systolic: 140, diastolic: 90 },
      stricter: {},
    },
    {
      id: 'DT-04',
      title: 'Encounter long before receipt',
      version: '1',
      severity: 'ACTION',
      nationalSeverity: 'WARN',
      urgent: false,
      overridable: true,
      validFrom: null,
      validTo: null,
      parameters: { days: 14 },
      nationalParameters: { days: 14 },
      stricter: {},
    },
    {
      id: 'PG-01',
      title: 'Pregnancy code and words disagree',
      version: '2',
      severity: 'BLOCK',
      nationalSeverity: 'BLOCK',
      urgent: false,
      overridable: false,
      validFrom: null,
      validTo: null,
      parameters: {},
      nationalParameters: {},
      stricter: {},
    },
  ],
};

const ruleReports = [
  {
    report: 1,
    madeAt: receivedAt,
    ruleSetVersion: 'national-2026.11',
    since: '2026-05-21',
    judged: 412,
    hits: [
      {
        item: 4,
        sender: 'FZZ01',
        filedAt: receivedAt,
        ref: 'x',
        ruleId: 'PG-03',
        ruleVersion: '2',
        severity: 'BLOCK',
        message: 'The recorded sex is male',
      },
    ],
  },
];

class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

type Answer = (body: never, part: string, query: URLSearchParams) => unknown;

export async function startStandInInbox(
  open: readonly Story[] = [],
  practice = 'A82999',
): Promise<StandInInbox> {
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await listening(server);
  const inbox: StandInInbox = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    items: open.map((story, at) => madeUpItem(at + 1, story)),
    filed: [madeUpFiled(11), madeUpFiled(12), madeUpFiled(13, 'quarantined')],
    recallEntries: usualEntries(),
    instead: undefined,
    bodies: (path) => inbox.asked.filter((one) => one.path.endsWith(path)).map(({ body }) => body),
    close: () => closed(server),
  };

  const itemOf = (key: string): OpenItem => {
    const item = inbox.items.find((one) => one.item === Number(key));
    if (!item) throw new Refusal(404, 'NOT_FOUND', 'There is no such item');
    return item;
  };
  const put = (item: OpenItem): OpenItem => {
    inbox.items = inbox.items.map((one) => (one.item === item.item ? item : one));
    return item;
  };
  const current = (key: string, version: number): OpenItem => {
    const item = itemOf(key);
    if (item.version !== version) throw new Refusal(409, 'CHANGED', 'The item was changed');
    return item;
  };
  const store = (item: OpenItem, decisions: readonly Decision[]) =>
    put({
      ...item,
      version: item.version + 1,
      entries: item.entries.map((entry) => {
        const made = decisions.find(({ ref }) => ref === entry.ref);
        const by = { name: 'Dr Adaeze Okafor', role: 'R8000' };
        return made
          ? {
              ...entry,
              decision: {
                decision: made.decision,
                amendment: null,
                reason: made.reason ?? null,
                actionTaken: null,
                actionNote: null,
                by,
                at: receivedAt,
              },
            }
          : entry;
      }),
    });
  const close = (key: string) => {
    inbox.items = inbox.items.filter((one) => one.item !== Number(key));
    return { done: true };
  };

  const routes: readonly (readonly [method: string, path: RegExp, answer: Answer])[] = [
    [
      'GET',
      /^\/inbox$/,
      (_body, _key, query) =>
        inbox.items
          .map(listed)
          .filter(({ overdue }) => overdue || query.get('overdue') !== 'true')
          .toSorted((a, b) => a.priority - b.priority || a.item - b.item),
    ],
    ['GET', /^\/inbox\/items\/(\d+)$/, (_body, key) => itemOf(key)],
    [
      'POST',
      /^\/inbox\/items\/(\d+)\/decisions$/,
      (body: { version: number; decisions: Decision[] }, key) => {
        const item = current(key, body.version);
        if (body.decisions.some(({ actionNote }) => actionNote === 'refuse this'))
          throw new Refusal(422, 'DECISION', 'entry 2: the patient has died');
        return { version: store(item, body.decisions).version };
      },
    ],
    [
      'POST',
      /^\/inbox\/items\/(\d+)\/amendments\/check$/,
      ({ ref, amendment }: { ref: string; amendment: { systolic?: number; code?: string } }, key) => {
        itemOf(key);
        const { systolic, code } = amendment;
        if (code === '111111') throw new Refusal(422, 'AMENDMENT', 'this code is not in your release');
        const rule = (ruleId: string, severity: string, message: string) => ({
          ref,
          ruleId,
          severity,
          urgent: false,
          overridable: true,
          message,
        });
        const findings =
          systolic === undefined || systolic < 140
            ? []
            : systolic > 300
              ? [rule('BP-04', 'BLOCK', 'Outside what can be measured')]
              : [rule('BP-08', 'ACTION', 'At or above 140/90')];
        return { changes: amendment, was: {}, text: `As amended: ${JSON.stringify(amendment)}`, findings };
      },
    ],
    [
      'POST',
      /^\/inbox\/items\/(\d+)\/accept-all$/,
      (body: { version: number }, key) => {
        const item = current(key, body.version);
        if (!item.acceptAll) throw new Refusal(422, 'DECISION', 'Something was found: decide on each entry');
        return {
          version: store(
            item,
            item.entries.map(({ ref }) => ({ ref, decision: 'accept' })),
          ).version,
        };
      },
    ],
    [
      'POST',
      /^\/inbox\/items\/(\d+)\/complete$/,
      (body: { version: number }, key) => {
        const item = current(key, body.version);
        if (item.entries.some(({ decision }) => decision === null))
          throw new Refusal(422, 'NOT_DECIDED', 'Decide on each entry');
        close(key);
        return { status: 'filed', filed: [] };
      },
    ],
    [
      'POST',
      /^\/inbox\/items\/(\d+)\/refuse$/,
      (body: { version: number }, key) => {
        current(key, body.version);
        return close(key);
      },
    ],
    [
      'GET',
      /^\/inbox\/tasks$/,
      () => [
        {
          task: 5,
          kind: 'look-back',
          item: 1,
          purpose: 'action',
          priority: 2,
          note: 'Entry 11: ring the patient',
          createdAt: receivedAt,
          dueAt: receivedAt,
          overdue: true,
          escalatedAt: null,
        },
      ],
    ],
    ['POST', /^\/inbox\/tasks\/(\d+)\/done$/, () => ({ done: true })],
    [
      'GET',
      /^\/inbox\/notices$/,
      () => [
        {
          notice: 9,
          item: 3,
          sender: 'FZZ01',
          messageId: '5a6b0000-0001-4a00-8a00-000000000001',
          status: 'rejected',
          reason: 'wrong-code',
          words: 'Message 5a6b0000-0001-4a00-8a00-000000000001 was refused at review: wrong code.',
          createdAt: receivedAt,
          sentOn: null,
        },
      ],
    ],
    ['POST', /^\/inbox\/notices\/(\d+)\/sent$/, () => ({ done: true })],
    ['GET', /^\/inbox\/controls$/, () => controls],
    ['POST', /^\/inbox\/controls\/(switches|senders|stops|care-settings)$/, () => controls],
    ['GET', /^\/inbox\/counters$/, () => counters],
    ['POST', /^\/inbox\/look-back$/, () => inbox.filed],
    ['POST', /^\/inbox\/look-back\/tasks$/, () => ({ made: 1 })],
    ['POST', /^\/inbox\/look-back\/entered-in-error$/, () => ({ marked: 1 })],
    [
      'POST',
      /^\/inbox\/filed\/(\d+)\/quarantine$/,
      () => ({
        withheld: 1,
        readers: [
          { at: receivedAt, organisation: 'RZ901', product: 'Clinician pages', user: '555011112222' },
        ],
      }),
    ],
    ['POST', /^\/inbox\/filed\/(\d+)\/release$/, () => ({ done: true })],
    ['GET', /^\/inbox\/filed\/(\d+)\/reads$/, (_body, _key, query) => readsFrom(query.get('cursor'))],
    [
      'POST',
      /^\/inbox\/quarantine$/,
      () => ({
        filed: 2,
        withheld: 2,
        waiting: 1,
        readers: [
          { at: receivedAt, organisation: 'RZ901', product: 'Clinician pages', user: '555011112222' },
        ],
      }),
    ],
    ['POST', /^\/inbox\/quarantine\/release$/, () => ({ filed: 2, released: 2, waiting: 1 })],
    ['POST', /^\/record\/reads$/, ({ cursor }: { cursor?: string }) => readsFrom(cursor)],
    ['GET', /^\/record\/views$/, () => views],
    [
      'POST',
      /^\/record\/preview$/,
      ({ view }: { view: string }) => {
        const found = previews[view];
        if (found === undefined) throw new Refusal(404, 'NOT_FOUND', 'There is no such view');
        return found;
      },
    ],
    ['GET', /^\/rules$/, () => rules],
    ['GET', /^\/rules\/look-back$/, () => ruleReports],
    ...recallRoutes(inbox),
  ];

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', inbox.url);
    const text = await bodyText(request);
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const { method = 'GET' } = request;
    const authorization = String(request.headers.authorization);
    inbox.asked.push({ method, path: url.pathname, authorization, body });
    const { instead } = inbox;
    if (instead) {
      inbox.instead = undefined;
      return instead(response);
    }
    const send = (status: number, json: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
    const [, ods, path] = /^\/practice\/v1\/(\w+)(\/.*)$/.exec(url.pathname) ?? [];
    if (ods !== practice || path === undefined) {
      send(404, { error: 'NOT_FOUND', message: 'There is no such practice for you' });
      return;
    }
    const attachment = /^\/inbox\/items\/\d+\/attachments\/(\d+)$/.exec(path)?.[1];
    const sent = attachment === undefined ? undefined : attachments[Number(attachment)];
    if (sent !== undefined) {
      response.writeHead(200, { 'content-type': sent.type }).end(sent.content);
      return;
    }
    try {
      for (const [wanted, pattern, make] of routes) {
        const match = wanted === method ? pattern.exec(path) : null;
        if (match) return void send(200, make(body as never, match[1] ?? '', url.searchParams));
      }
      send(404, { error: 'NOT_FOUND', message: 'There is no such address' });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      send(error.status, { error: error.code, message: error.message });
    }
  }
  return inbox;
}
