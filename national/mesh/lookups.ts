// Which mailboxes receive a workflow, of one organisation or of all. spec: mesh §3.8, national-service RTE-21, ENB-09
import type { Mesh } from './context.ts';
import { switchedOn } from './enablement.ts';
import { MeshFault } from './errors.ts';
import type { ApiVersion } from './media.ts';

type Parameters = Readonly<Record<string, string>>;

/** @throws MeshFault for a blank code or workflow */
export async function endpointLookup(
  mesh: Mesh,
  parameters: Parameters,
  version: ApiVersion,
  queryId: string,
): Promise<object> {
  const ods = parameters.ods?.trim();
  if (!ods) throw new MeshFault('odsMissing');
  const workflow = workflowOf(parameters);
  const registered = await mesh.mailboxes.byOrganisation(ods, workflow);
  const found = await switchedOn(mesh.takes, registered, workflow);
  if (version === 1)
    return {
      query_id: queryId,
      results: found.map(({ id, name }) => ({ address: id, description: name, endpoint_type: 'MESH' })),
    };
  return { results: found.map(({ id, name }) => ({ mailbox_id: id, mailbox_name: name })) };
}

/** @throws MeshFault for a blank workflow */
export async function workflowSearch(mesh: Mesh, parameters: Parameters): Promise<object> {
  const workflow = workflowOf(parameters);
  const found = await switchedOn(mesh.takes, await mesh.mailboxes.byWorkflow(workflow), workflow);
  return { results: found.map(({ id, name }) => ({ mailbox_id: id, mailbox_name: name })) };
}

function workflowOf(parameters: Parameters): string {
  const workflow = parameters.workflow?.trim();
  if (!workflow) throw new MeshFault('workflowMissing');
  return workflow;
}
