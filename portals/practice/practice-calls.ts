// Every call of the practice API in one place: its path, its body, and how its answer is read.
// spec: docs/practice-inbox-api.md
import { z } from 'zod';
import {
  type Attachment,
  amendmentCheck,
  type Control,
  controls,
  counters,
  filedEntry,
  type InboxApi,
  listedItem,
  notice,
  openItem,
  task,
} from './inbox-api.ts';
import { exposure, type RecallsApi, recallEntry, recallSummary } from './recalls-api.ts';
import {
  preview,
  quarantined,
  quarantinedAll,
  type RecordApi,
  readsPage,
  recordView,
  releasedAll,
} from './record-api.ts';
import { type RulesApi, ruleReport, rulesInForce } from './rules-api.ts';

export interface PracticeApi extends InboxApi, RecordApi, RulesApi, RecallsApi {}

export interface Ask<Schema extends z.ZodType> {
  readonly method?: 'GET' | 'POST';
  /** Under the practice's own address. */
  readonly path: string;
  readonly body?: object;
  readonly answer: Schema;
}

type Change = (name: string, on: boolean) => { readonly path: string; readonly body: object };
const stopOf =
  (kind: 'code' | 'sender'): Change =>
  (value, stopped) => ({ path: 'stops', body: { kind, value, stopped } });
const changeOf: Readonly<Record<Control['kind'], Change>> = {
  switch: (name, enabled) => ({ path: 'switches', body: { names: [name], enabled } }),
  sender: (sender, blocked) => ({ path: 'senders', body: { sender, blocked } }),
  'stop-code': stopOf('code'),
  'stop-sender': stopOf('sender'),
};

type AskAs = <Schema extends z.ZodType>(wanted: Ask<Schema>) => Promise<z.output<Schema>>;

const versioned = z.object({ version: z.number().int() });
const anything = z.unknown();
const READS_A_PAGE = 50;

const item = (key: number, rest = '') => `/inbox/items/${key}${rest}`;
const ofRecall = (recall: string) => `/recalls/${encodeURIComponent(recall)}`;
const query = (fields: Readonly<Record<string, string | undefined>>): string => {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) given.set(name, value);
  return given.size === 0 ? '' : `?${given}`;
};

export function practiceCalls(ask: AskAs, content: (path: string) => Promise<Attachment>): PracticeApi {
  const post = <Schema extends z.ZodType>(path: string, body: object | undefined, answer: Schema) =>
    ask({ method: 'POST', path, answer, ...(body === undefined ? {} : { body }) });
  const tell = async (path: string, body?: object): Promise<void> => {
    await post(path, body, anything);
  };
  return {
    list: ({ overdue } = {}) =>
      ask({ path: `/inbox${overdue ? '?overdue=true' : ''}`, answer: z.array(listedItem) }),
    open: (key) => ask({ path: item(key), answer: openItem }),
    attachment: (key, position) => content(item(key, `/attachments/${position}`)),
    checkAmendment: (key, ref, amendment) =>
      post(item(key, '/amendments/check'), { ref, amendment }, amendmentCheck),
    decide: async (key, version, decisions) =>
      (await post(item(key, '/decisions'), { version, decisions }, versioned)).version,
    acceptAll: async (key, version) => (await post(item(key, '/accept-all'), { version }, versioned)).version,
    complete: async (key, version, visibleOnline) => {
      const body = { version, ...(visibleOnline === undefined ? {} : { visibleOnline }) };
      return (await post(item(key, '/complete'), body, z.object({ status: z.string() }))).status;
    },
    refuse: (key, version, reason, note) =>
      tell(item(key, '/refuse'), { version, reason, ...(note ? { note } : {}) }),
    tasks: ({ escalated } = {}) =>
      ask({ path: `/inbox/tasks${escalated ? '?escalated=true' : ''}`, answer: z.array(task) }),
    finishTask: (key) => tell(`/inbox/tasks/${key}/done`),
    notices: () => ask({ path: '/inbox/notices', answer: z.array(notice) }),
    noticeSent: (key) => tell(`/inbox/notices/${key}/sent`),
    controls: () => ask({ path: '/inbox/controls', answer: controls }),
    setControl({ kind, name }, on, reason) {
      const { path, body } = changeOf[kind](name, on);
      return tell(`/inbox/controls/${path}`, { ...body, reason });
    },
    counters: (since) => ask({ path: `/inbox/counters${query({ since })}`, answer: counters }),
    lookBack: (wanted) => post('/inbox/look-back', wanted, z.array(filedEntry)),
    makeTasks: (filed, note) => tell('/inbox/look-back/tasks', { filed, note }),
    markEnteredInError: (filed, confirmed, reason) =>
      tell('/inbox/look-back/entered-in-error', { filed, confirmed, reason }),
    quarantine: (filed, reason) => post(`/inbox/filed/${filed}/quarantine`, { reason }, quarantined),
    release: (filed, reason) => tell(`/inbox/filed/${filed}/release`, { reason }),
    quarantineAll: (wanted) => post('/inbox/quarantine', wanted, quarantinedAll),
    releaseAll: (wanted) => post('/inbox/quarantine/release', wanted, releasedAll),
    reads: (nhsNumber, wanted) =>
      post('/record/reads', { nhsNumber, ...wanted, limit: READS_A_PAGE }, readsPage),
    readsOfFiled: (filed, cursor) =>
      ask({
        path: `/inbox/filed/${filed}/reads${query({ cursor, limit: String(READS_A_PAGE) })}`,
        answer: readsPage,
      }),
    views: () => ask({ path: '/record/views', answer: z.array(recordView) }),
    preview: (nhsNumber, view) => post('/record/preview', { nhsNumber, view }, preview),
    rules: () => ask({ path: '/rules', answer: rulesInForce }),
    ruleReports: () => ask({ path: '/rules/look-back', answer: z.array(ruleReport) }),
    recalls: async () =>
      (await ask({ path: '/recalls', answer: z.object({ recalls: z.array(recallSummary) }) })).recalls,
    recallEntries: async (recall, { all, after, limit }) => {
      const wanted = { open: all ? 'false' : undefined, after: after || undefined, limit: String(limit) };
      const path = `${ofRecall(recall)}/entries${query(wanted)}`;
      return (await ask({ path, answer: z.object({ entries: z.array(recallEntry) }) })).entries;
    },
    decideRecall: (recall, decisions) => tell(`${ofRecall(recall)}/decisions`, { decisions }),
    recallExposure: (recall) => ask({ path: `${ofRecall(recall)}/exposure`, answer: exposure }),
    setCareSettings: (product, settings, reason) =>
      tell('/inbox/controls/care-settings', { product, settings, reason }),
  };
}
