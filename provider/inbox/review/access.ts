// Who may do what with an inbox. spec: messaging SG-03, SG-22; an unknown item and one not to be seen look the same
import type { InboxDb } from '../inbox-database.ts';
import type { StaffUser } from '../ports.ts';
import type { InboxSettings } from '../settings.ts';
import { InboxRefusal } from './refusals.ts';
import { type ItemRow, itemRow } from './rows.ts';

export type Permission =
  | 'readRoles'
  | 'reviewRoles'
  | 'clinicianRoles'
  | 'sensitiveRoles'
  | 'leadRoles'
  | 'privacyRoles';

export const has = (user: StaffUser, settings: InboxSettings, permission: Permission): boolean =>
  user.roles.some((role) => settings[permission].includes(role));

const words: Readonly<Record<Permission, string>> = {
  readRoles: 'You may not see the inbox of this practice',
  reviewRoles: 'Your role may not review messages',
  clinicianRoles: 'This needs a clinician',
  sensitiveRoles: 'Your role may not see this item',
  leadRoles: 'This needs the practice lead',
  privacyRoles: 'Who has read a record is for practice leads, clinicians and the privacy officer',
};

/** @throws InboxRefusal NOT_ALLOWED */
export function demand(user: StaffUser, settings: InboxSettings, permission: Permission): void {
  if (!has(user, settings, permission)) throw new InboxRefusal('NOT_ALLOWED', words[permission], 'SG-03');
}

/** The item, where the user may see it. @throws InboxRefusal NOT_FOUND */
export async function visibleItem(
  db: InboxDb,
  practice: string,
  itemKey: number,
  user: StaffUser,
  settings: InboxSettings,
): Promise<ItemRow> {
  const item = await itemRow(db, practice, itemKey);
  const hidden = item?.sensitive === true && !has(user, settings, 'sensitiveRoles');
  if (item === undefined || hidden) throw new InboxRefusal('NOT_FOUND', 'There is no such item');
  return item;
}
