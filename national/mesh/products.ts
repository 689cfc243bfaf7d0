// The GP Connect product each workflow belongs to. spec: mesh §7, national-service §3

const PRODUCTS: Readonly<Record<string, string>> = {
  GPCONNECT_SEND_DOCUMENT: 'send-document',
  GPFED_CONSULT_REPORT: 'send-document',
  GPCONNECT_UPDATE_RECORD: 'update-record',
};

/** Null for acknowledgements and workflows of others. */
export const productOfWorkflow = (workflow: string): string | null => PRODUCTS[workflow] ?? null;
