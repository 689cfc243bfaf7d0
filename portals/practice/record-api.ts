// What the practice pages ask of the practice's own system about records: who read them, how others are shown them, and
// taking entries out of every output. spec: docs/practice-inbox-api.md; national-service DCC-05, DCC-06, DCC-08
import { z } from 'zod';

const text = z.string();
const maybe = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? null);

/** A reader as the answer to a quarantine names them. */
export const access = z.object({
  at: text,
  organisation: maybe(text),
  product: maybe(text),
  user: maybe(text),
});
export type Access = z.infer<typeof access>;
export const quarantined = z.object({ withheld: z.number(), readers: z.array(access) });
export type Quarantined = z.infer<typeof quarantined>;

/** Everything of one patient from one sender: entries in the record, how many of them were withheld now, waiting ones. */
export const quarantinedAll = quarantined.extend({ filed: z.number(), waiting: z.number() });
export type QuarantinedAll = z.infer<typeof quarantinedAll>;
export const releasedAll = z.object({ filed: z.number(), released: z.number(), waiting: z.number() });
export type ReleasedAll = z.infer<typeof releasedAll>;

/** One time somebody was shown a record. */
export const read = z.object({
  /** Number of the entry in the practice's audit log. */
  read: z.number().int(),
  at: text,
  organisation: maybe(z.object({ ods: maybe(text), name: maybe(text) })),
  user: maybe(text),
  role: maybe(text),
  product: maybe(text),
  areas: z
    .array(text)
    .nullish()
    .transform((areas) => areas ?? []),
  purpose: maybe(text),
  outcome: text,
});
export type Read = z.infer<typeof read>;
export const readsPage = z.object({
  reads: z.array(read),
  next: maybe(z.union([text, z.number()]).transform(String)),
});
export type ReadsPage = z.infer<typeof readsPage>;

export const recordView = z.object({ view: text, title: text, product: maybe(text), mediaType: maybe(text) });
export type RecordView = z.infer<typeof recordView>;

/** The record exactly as a consumer would receive it now. */
export const preview = z.object({
  view: text,
  title: text,
  /** HTTP status of the answer. */
  status: z.number().int(),
  mediaType: text,
  body: text,
  /** What the answer says of withheld or waiting items. */
  signals: z.array(z.object({ where: maybe(text), code: maybe(text), text: maybe(text) })),
});
export type Preview = z.infer<typeof preview>;

export interface ReadsWanted {
  readonly from?: string;
  readonly to?: string;
  readonly cursor?: string;
}

/** Part of the API on behalf of one signed-in user. Every call may throw `InboxApiError`. */
export interface RecordApi {
  reads(nhsNumber: string, wanted: ReadsWanted): Promise<ReadsPage>;
  /** Since the entry was filed. */
  readsOfFiled(filed: number, cursor?: string): Promise<ReadsPage>;
  views(): Promise<readonly RecordView[]>;
  preview(nhsNumber: string, view: string): Promise<Preview>;
  quarantine(filed: number, reason: string): Promise<Quarantined>;
  release(filed: number, reason: string): Promise<void>;
  quarantineAll(wanted: QuarantineWanted): Promise<QuarantinedAll>;
  releaseAll(wanted: Pick<QuarantineWanted, 'nhsNumber' | 'sender' | 'reason'>): Promise<ReleasedAll>;
}

export interface QuarantineWanted {
  readonly nhsNumber: string;
  readonly sender: string;
  readonly from?: string;
  readonly to?: string;
  readonly reason: string;
}
