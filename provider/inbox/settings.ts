// What a practice decides about its own inbox; each change is kept in the chain of events. spec: messaging §9 A7, §10.2
import { sql } from '@gp-connect/foundation/store';
import { z } from 'zod';
import { addEvents } from './events.ts';
import { type InboxDb, inPractice } from './inbox-database.ts';
import type { StaffUser } from './ports.ts';

const roles = (...names: string[]) => z.array(z.string().min(1)).default(names);
const days = (value: number) => z.number().int().min(0).max(30).default(value);

export const inboxSettings = z.strictObject({
  readRoles: roles('reader', 'reviewer', 'clinician', 'lead').describe('May see items'),
  reviewRoles: roles('reviewer', 'clinician').describe('May accept, refuse and complete (SG-03)'),
  clinicianRoles: roles('clinician').describe('May override BLOCK and answer ACTION (SG-03)'),
  sensitiveRoles: roles('clinician').describe('May see sensitive items (SG-22)'),
  leadRoles: roles('lead', 'clinician').describe('See what is overdue, change switches and settings'),
  privacyRoles: roles('lead', 'clinician', 'privacy').describe('May see who has read a record (DCC-06)'),
  previousFamily: z.boolean().default(false).describe('R17: a previous surname matches too'),
  starredOverride: z.boolean().default(false).describe('Marks ✱ may be overridden'),
  workingDaysToReview: days(2).describe('SG-15'),
  workingDaysForAction: days(1).describe('SG-15, messages for action'),
  holdHours: z
    .number()
    .min(0)
    .max(120)
    .default(24)
    .describe('How long a replacement waits for its predecessor'),
  holdFromVersion: z
    .number()
    .int()
    .min(2)
    .default(3)
    .describe('From which version a replacement waits at all'),
  contradictionAlarm: z.number().min(0).max(1).default(0.02).describe('SG-17: share of items in 7 days'),
  lookBackDays: z
    .number()
    .int()
    .min(1)
    .max(3_660)
    .default(365)
    .describe('SG-11: how far back new rules are asked about filed items'),
  keepYears: z
    .number()
    .int()
    .min(8)
    .max(100)
    .default(8)
    .describe('A2: how long messages are kept of which nothing stands in the record'),
  tellSender: z.boolean().default(true).describe('UPD-14: a notice of status without content'),
});
export type InboxSettings = z.infer<typeof inboxSettings>;

/** The settings of a practice; the defaults where it never changed any. */
export async function settingsOf(db: InboxDb, practice: string): Promise<InboxSettings> {
  const found = await sql<{ settings: string | null }>`select settings from inbox_practice
    where practice = ${practice}`.execute(db);
  const kept = found.rows[0]?.settings;
  return inboxSettings.parse(kept ? JSON.parse(kept) : {});
}

/** Replaces the settings. @throws ZodError where they are not settings. */
export async function changeSettings(
  db: InboxDb,
  practice: string,
  change: unknown,
  reason: string,
  by: StaffUser,
  now: Date,
): Promise<InboxSettings> {
  return inPractice(db, practice, async (step) => {
    const before = await settingsOf(step, practice);
    const after = inboxSettings.parse({ ...before, ...(change as object) });
    await sql`update inbox_practice set settings = ${JSON.stringify(after)} where practice = ${practice}`.execute(
      step,
    );
    const names = Object.keys(after) as (keyof InboxSettings)[];
    const changed = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
    await addEvents(
      step,
      practice,
      now,
      changed.map((name) => ({
        step: 'settings' as const,
        by,
        detail: { name, from: JSON.stringify(before[name]), to: JSON.stringify(after[name]), reason },
      })),
    );
    return after;
  });
}
