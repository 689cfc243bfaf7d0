// Other Update Record messages for a patient, for the rules on repeats and clogging. spec: messaging DU-02, DU-04
import { type PharmacyService, pharmacyServices } from '@gp-connect/foundation/itk3';
import type { RecentMessage } from '@gp-connect/foundation/plausibility';
import { sql } from '@gp-connect/foundation/store';
import type { InboxDb } from '../inbox-database.ts';

/** Those of the last 30 days, newest first. */
export async function recentMessagesOf(
  db: InboxDb,
  practice: string,
  patientKey: number,
  now: Date,
  except = -1,
): Promise<RecentMessage[]> {
  const since = new Date(now.getTime() - 30 * 86_400_000);
  const found = await sql<{
    document_value: string;
    service: string | null;
    sender_ods: string;
    encounter_at: string | null;
    received_at: Date;
  }>`select m.document_value, i.service, i.sender_ods, i.encounter_at, i.received_at
    from inbox_item i join inbox_message m on m.practice = i.practice and m.message_key = i.message_key
    where i.practice = ${practice} and i.patient_key = ${patientKey} and i.received_at >= ${since}
      and i.product = 'update-record' and i.state not in ('superseded', 'void') and i.item_key <> ${except}
    order by i.received_at desc`.execute(db);
  return found.rows.map((row) => ({
    documentId: row.document_value ?? '',
    service: pharmacyServices[row.service as PharmacyService]?.code ?? row.service ?? '',
    senderOds: row.sender_ods,
    encounterDate: row.encounter_at ?? row.received_at.toISOString(),
    receivedAt: row.received_at.toISOString(),
  }));
}
