// The record as others would be shown it, for the practice itself. spec: national-service DCC-08
import type { Preview, PreviewView, StaffUser } from '../ports.ts';
import type { InboxRooms } from '../receiving/judge.ts';
import { settingsOf } from '../settings.ts';
import { demand } from './access.ts';
import { InboxRefusal } from './refusals.ts';

/** The ways this system shows a record. */
export async function previewViews(
  { db, ports }: InboxRooms,
  practice: string,
  user: StaffUser,
): Promise<readonly PreviewView[]> {
  demand(user, await settingsOf(db, practice), 'leadRoles');
  return ports.preview?.views ?? [];
}

/**
 * The answer a consumer would get now. The audit has it first, as a preview: no read from outside is pretended.
 * @throws InboxRefusal NOT_ALLOWED, NOT_FOUND
 */
export async function showAs(
  { db, records, ports }: InboxRooms,
  practice: string,
  wanted: { readonly nhsNumber: string; readonly view: string },
  user: StaffUser,
): Promise<Preview> {
  demand(user, await settingsOf(db, practice), 'leadRoles');
  const patient = await records.findPatient(practice, wanted.nhsNumber);
  if (patient === undefined) throw new InboxRefusal('NOT_FOUND', 'There is no such patient at this practice');
  if (ports.preview?.views.some(({ view }) => view === wanted.view) !== true) {
    throw new InboxRefusal('NOT_FOUND', 'This system shows records in no such way');
  }
  await ports.audit?.({
    practice,
    action: 'record-preview',
    subject: wanted.view,
    from: null,
    to: null,
    reason: 'preview by the practice',
    actor: `${user.name} (${user.id}), ${user.role}`,
    nhsNumber: patient.nhsNumber,
  });
  const shown = await ports.preview.show(practice, patient, wanted.view);
  if (shown === undefined) throw new InboxRefusal('NOT_FOUND', 'This system shows records in no such way');
  return shown;
}
