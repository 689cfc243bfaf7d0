// The audit token the router makes for a mode C client, in the version the operation speaks. spec: national-service §3.5; foundations §7.2, §7.5
import {
  auditClaims,
  auditClaims0x,
  encodeAuditToken,
  type StaffIdentity,
  type TokenRequester,
} from '@gp-connect/foundation/trust';
import type { PatientOperation } from './patient-operations.ts';
import type { ClientProduct } from './settings.ts';

export interface TokenFacts {
  readonly product: ClientProduct;
  readonly staff: StaffIdentity;
  readonly organisation: { readonly ods: string; readonly name: string };
  /** Service root exactly as resolved. */
  readonly audience: string;
  readonly nhsNumber: string;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
}

export function auditTokenFor(operation: PatientOperation, facts: TokenFacts): string {
  const { product, staff, organisation } = facts;
  const { device } = product;
  const requester: TokenRequester = {
    device: {
      identifier: { system: device.system, value: device.value },
      model: device.model,
      version: device.version,
    },
    organisation,
    practitioner: {
      id: staff.userId,
      sdsUserId: staff.userId,
      sdsRoleProfileId: staff.roleProfileId,
      jobRole: staff.roleCode,
      name: staff.name,
      ...(product.localUserSystem ? { local: { system: product.localUserSystem, value: staff.userId } } : {}),
    },
  };
  const common = { issuer: product.issuer, requester, scope: operation.interaction.scope, now: facts.now };
  return encodeAuditToken(
    operation.dialect === 'dstu2'
      ? auditClaims0x({ ...common, record: { nhsNumber: facts.nhsNumber } })
      : auditClaims({ ...common, audience: facts.audience }),
  );
}
