// R5 and R6: ITKMessageHandling complete, and each of its values right. spec: messaging §2.2, §4
import type { HandlingName, HandlingText } from './message.ts';
import { isOtherVersion, type Product, type RecipientType } from './products.ts';
import { type Fault, fault } from './receive-run.ts';

interface HandlingRule {
  readonly name: HandlingName;
  readonly code: (product: Product, value: string) => string | undefined;
  readonly reason: string;
}

/** Which value of which sub-extension gets which code; the order is that of the answers. */
const handlingRules: readonly HandlingRule[] = [
  {
    name: 'InfAckRequested',
    code: (_, value) => (value === 'true' ? undefined : '10002'),
    reason: 'must be true',
  },
  {
    name: 'BusAckRequested',
    code: (_, value) => (value === 'true' ? undefined : '10003'),
    reason: 'must be true',
  },
  {
    name: 'RecipientType',
    code: ({ recipientTypes }, value) =>
      recipientTypes.includes(value as RecipientType) ? undefined : '10010',
    reason: 'is not a recipient type of this product',
  },
  {
    name: 'MessageDefinition',
    code: (product, value) => {
      if (product.messageDefinitions.includes(value)) return undefined;
      return isOtherVersion(product, value) ? '10005' : '10004';
    },
    reason: 'is not the message definition of this product',
  },
  {
    name: 'SenderReference',
    code: (_, value) => (value.trim() === '' ? '10007' : undefined),
    reason: 'is blank',
  },
];

/** The first fault of the handling extension, read strictly or salvaged; undefined if all is right. */
export function handlingFault(product: Product, handling: HandlingText, path: string): Fault | undefined {
  for (const [name, value] of Object.entries(handling)) {
    if (value === undefined) return fault('10008', 'processing', path, `sub-extension ${name} is missing`);
  }
  for (const { name, code, reason } of handlingRules) {
    const answer = code(product, handling[name]!);
    if (answer !== undefined) return fault(answer, 'processing', path, `${name} ${reason}`);
  }
  return undefined;
}

/** Whether a sub-extension is there twice. */
export function repeatedHandling(urls: readonly string[]): string | undefined {
  return urls.find((url, at) => urls.indexOf(url) !== at);
}
