// R5 to R10: handling, event, sender, duplicates, the practice's switch. spec: messaging §4

import type { ItkMessage } from './message.ts';
import { knownEvents } from './products.ts';
import { handlingFault, repeatedHandling } from './receive-handling.ts';
import { fault, type ReceiveStep, type Run, type Verdict } from './receive-run.ts';
import { documentType } from './shared-element-tables.ts';
import { itkExtension, itkSystem } from './systems.ts';

const header = (run: Run) => run.message!.header;

function handlingMissing(run: Run): Verdict {
  const { resource, path, hasHandling } = header(run);
  if (!hasHandling) return fault('10008', 'processing', `${path}.extension`, 'ITKMessageHandling is missing');
  const handling = resource.extension!.filter(({ url }) => url === itkExtension.handling);
  const urls = handling.flatMap(({ extension = [] }) => extension.map(({ url }) => url));
  const repeated = repeatedHandling(urls);
  if (repeated !== undefined || handling.length > 1) {
    return fault('10001', 'processing', `${path}.extension`, 'a handling sub-extension is repeated');
  }
  return undefined;
}

function handlingValues(run: Run): Verdict {
  const { handling, path } = header(run);
  const found = handlingFault(run.product, handling, `${path}.extension`);
  if (found !== undefined) return found;
  if (!run.product.localExtensions.includes(handling.LocalExtension!)) {
    run.notes.push({
      path: `${path}.extension`,
      issue: 'value',
      reason: 'LocalExtension is not one of this product',
    });
  }
  return undefined;
}

function eventFault(run: Run): Verdict {
  const { event, path, resource } = header(run);
  const place = `${path}.event.code`;
  if (resource.event?.system !== itkSystem.event) {
    return fault('20006', 'code-invalid', `${path}.event.system`, 'is not the system of ITK events');
  }
  if (!knownEvents.has(event)) return fault('20006', 'code-invalid', place, 'is not a known event');
  return event === run.product.event.code
    ? undefined
    : fault('10008', 'processing', place, 'does not fit the workflow');
}

async function senderFault(run: Run): Promise<Verdict> {
  const { path, timestamp, endpoint } = header(run);
  const message = run.message as ItkMessage;
  if (message.sender === undefined) {
    return fault('20006', 'structure', `${path}.sender`, 'does not resolve to an Organization');
  }
  if (message.sender.organisation === undefined && message.sender.site === undefined) {
    return fault('20006', 'required', `${path}.sender`, 'the sending organisation has no ODS code');
  }
  if (timestamp === '') return fault('20006', 'required', `${path}.timestamp`, 'is missing');
  if (endpoint === '') return fault('20006', 'required', `${path}.source.endpoint`, 'is missing');
  const receiver = (await run.ports.receiverHere?.(message)) ?? 'here';
  if (receiver === 'no-such-person') {
    return fault('20001', 'not-found', `${path}.receiver`, 'the person named is not known here');
  }
  return receiver === 'no-such-organisation'
    ? fault('20002', 'not-found', `${path}.receiver`, 'the organisation named is not known here')
    : undefined;
}

async function duplicateMessage(run: Run): Promise<Verdict> {
  return (await run.ports.messageSeen?.(run.ids))
    ? fault('20007', 'duplicate', header(run).path, 'this message was received before')
    : undefined;
}

async function switchedOff(run: Run): Promise<Verdict> {
  const { product, ports, message } = run;
  const off = (reason: string) => fault('20010', 'not-found', '', reason);
  if (product.state === 'retired') return off(`${product.name} is not supported here`);
  const { document } = message!;
  const type = document === undefined ? undefined : documentType(document);
  const answer = (await ports.productOn?.(product, type, message!)) ?? true;
  return answer === true ? undefined : off(answer);
}

export const headerSteps: readonly ReceiveStep[] = [
  { id: 'R5', check: 'ITKMessageHandling is there, once', codes: ['10008', '10001'], run: handlingMissing },
  {
    id: 'R6',
    check: 'handling values',
    codes: ['10008', '10002', '10003', '10010', '10004', '10005', '10007'],
    run: handlingValues,
  },
  { id: 'R7', check: 'event fits the workflow', codes: ['10008', '20006'], run: eventFault },
  { id: 'R8', check: 'sending organisation resolves', codes: ['20006', '20001', '20002'], run: senderFault },
  { id: 'R9', check: 'message not seen before', codes: ['20007'], run: duplicateMessage },
  { id: 'R10', check: 'the practice takes this product', codes: ['20010'], run: switchedOff },
];
