// Repeat medicines over the years: issues, reviews, re-authorisation.
// spec: access-record-structured §11.4 (process rules)
import type { Reference } from '@gp-connect/foundation/fhir';
import { spokenDay } from '../calendar.ts';
import { prescribe } from './medications.ts';
import { type MedicineKey, medicines } from './medicines.ts';
import type { Problem } from './problems.ts';
import type { Occasion, RecordWriter } from './writer.ts';

/** Issue days from one day to another, every `every` days. */
export function issueDays(from: number, to: number, every: number): number[] {
  const days: number[] = [];
  for (let day = from; day <= to; day += every) days.push(day);
  return days;
}

export interface RepeatCourse {
  readonly medicine: MedicineKey;
  readonly start: Occasion;
  /** The day of the last re-authorisation; before `start` + 1 year there was none. */
  readonly reviewed: number;
  readonly ended?: { readonly day: number; readonly reason: string };
  readonly problem?: Problem;
  readonly kind?: 'repeat' | 'repeat-dispensing';
  readonly prior?: Reference;
}

/**
 * A repeat medicine from its start to today: after the first year the plan is re-authorised at a review,
 * the new plan pointing to the old one. Answers the first and the newest plan.
 */
export function repeatCourse(
  writer: RecordWriter,
  course: RepeatCourse,
): { first: Reference; newest: Reference } {
  const medicine = medicines[course.medicine];
  const kind = course.kind ?? 'repeat';
  const last = course.ended?.day ?? writer.today;
  const common = {
    medicine: course.medicine,
    kind,
    ...(course.problem === undefined ? {} : { problem: course.problem }),
  };
  const reviewed = Math.min(course.reviewed, last - 1);
  if (reviewed - course.start.day < 330) {
    const first = Math.max(course.start.day, last - 6 * medicine.days + 7);
    const gap = first - course.start.day;
    const from = gap > medicine.days ? first : course.start.day;
    const only = prescribe(writer, {
      ...common,
      at: course.start,
      issues: issueDays(
        from,
        kind === 'repeat-dispensing' && !course.ended ? last + 2 * medicine.days : last - 1,
        medicine.days,
      ),
      ...(course.ended === undefined ? {} : { ended: course.ended }),
      ...(course.prior === undefined ? {} : { prior: course.prior }),
      ...(gap > medicine.days ? { note: archived(first) } : {}),
    });
    return { first: only.plan, newest: only.plan };
  }
  const byPrevious = course.start.day < writer.identity.registration.start;
  const kept = byPrevious ? reviewed : Math.max(course.start.day, reviewed - medicine.days);
  const earlier = prescribe(writer, {
    ...common,
    kind: 'repeat',
    at: course.start,
    issues: issueDays(kept, reviewed - 1, medicine.days),
    ended: { day: reviewed },
    ...(byPrevious ? { agency: 'previous' as const } : { note: archived(kept) }),
    ...(course.prior === undefined ? {} : { prior: course.prior }),
  });
  const at = writer.occasion(reviewed);
  const until = kind === 'repeat-dispensing' && !course.ended ? last + 2 * medicine.days : last - 1;
  const later = prescribe(writer, {
    ...common,
    at,
    issues: issueDays(reviewed, until, medicine.days),
    ...(course.ended === undefined ? {} : { ended: course.ended }),
    prior: earlier.plan,
  });
  return { first: earlier.plan, newest: later.plan };
}

const archived = (before: number): string =>
  `Prescriber Notes: issues before ${spokenDay(before)} are in the archive.`;
