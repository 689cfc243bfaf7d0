// The codes of ITK3 responses: what each says, to which acknowledgement it belongs. spec: messaging §3.3
// Displays are the published ones of ITK-ResponseCodes-1; that of 20010 is the contract's (worked example F).

export type Acknowledgement = 'infrastructure' | 'business';

export interface ResponseCode {
  readonly code: string;
  /** The display of the code, as it is sent. */
  readonly meaning: string;
  readonly acknowledgement: Acknowledgement;
  readonly positive: boolean;
  /** The first is sent where a check names no finer one. */
  readonly issues: readonly string[];
  /** `parse`: understood when received, never sent by us. `older`: from ITK-Acknowledgement-1. */
  readonly use: 'send' | 'parse' | 'older';
}

type Row = readonly [code: string, mark: '+' | '-', issues: string, meaning: string, use?: 'parse' | 'older'];

const headerIssues = 'invalid structure required value processing code-invalid extension';
const payloadIssues = 'invalid structure required value invariant not-supported business-rule code-invalid';

const rows: readonly Row[] = [
  ['10001', '-', 'processing', 'Handling Specification Error'],
  ['10002', '-', 'processing', 'Infrastructure Level Response Value - Processing Error'],
  ['10003', '-', 'processing', 'Business Level Response Value - Processing Error'],
  ['10004', '-', 'processing', 'Message Definition Value - Processing Error'],
  ['10005', '-', 'processing', 'Message Definition Version Value - Processing Error'],
  ['10006', '-', 'processing', 'Priority Value - Processing Error', 'parse'],
  ['10007', '-', 'processing', 'Sender Reference Value - Processing Error'],
  ['10008', '-', 'processing', 'Handling Specification Business Rule Error'],
  ['10009', '-', 'processing', 'Unreadable message received'],
  ['10010', '-', 'processing', 'Recipient Type - Processing Error'],
  ['20001', '-', 'not-found', 'Unrecognised Recipient Person'],
  ['20002', '-', 'not-found', 'Unrecognised Recipient Organisation'],
  ['20003', '-', 'not-found', 'Unrecognised Sender'],
  ['20004', '-', 'security', 'Non-Approved file type received as an attachment'],
  ['20005', '-', 'security', 'Unsupported file type received as an attachment'],
  ['20006', '-', headerIssues, 'ITK header validation failure'],
  ['20007', '-', 'duplicate', 'Duplicate Message received'],
  ['20008', '-', 'duplicate', 'Duplicate Document received'],
  ['20009', '-', payloadIssues, 'Payload validation failure'],
  [
    '20010',
    '-',
    'not-found',
    'The Recipient Organisation identified in the Payload is not supported by this End Point',
  ],
  ['20011', '-', 'not-found', 'Unrecognised Payload Recipient Person'],
  ['20012', '-', 'security', 'Unauthorised Sender'],
  ['20013', '+', 'informational', 'Success'],
  ['20014', '-', 'processing', 'Unable to Process Replacement Document'],
  ['20015', '-', 'processing', 'Message too large'],
  ['30001', '+', 'informational', 'Patient known here. (e.g. Patient is registered here)'],
  ['30002', '-', 'not-found', "Patient not known here. (aka 'patient record not present in system')"],
  ['30003', '-', 'business-rule', 'Patient no longer at this clinical setting'],
  [
    '30004',
    '+',
    'informational',
    'Patient known here and recently deceased (i.e. patient record current in GP practice system at time of patient’s death and deduction subsequently occurred for this reason)',
  ],
  ['30005', '+', 'informational', 'Referral open', 'parse'],
  ['30006', '+', 'informational', 'Referral completed', 'parse'],
  ['30007', '-', 'business-rule', 'Referral escalated back to GP', 'parse'],
  ['30008', '+', 'informational', 'Signposting to GP (non-urgent)', 'parse'],
  ['30009', '+', 'informational', 'Clinical escalation to UTC/111/GPOOH', 'parse'],
  ['30010', '+', 'informational', 'Clinical escalation to A&E or 999', 'parse'],
  ['30011', '+', 'informational', 'Advised to go elsewhere/self-referral', 'parse'],
  ['30012', '-', 'business-rule', 'Unable to contact the patient', 'parse'],
  ['30013', '+', 'informational', 'Closure (service not needed)', 'parse'],
  ['30014', '-', 'business-rule', 'Closure (service not accepted)', 'parse'],
  ['30015', '-', 'business-rule', 'Closure (duplicate referral)', 'parse'],
  ['30016', '+', 'informational', 'Referral accepted', 'parse'],
  ['30017', '-', 'business-rule', 'Referral rejected', 'parse'],
  ['30018', '+', 'informational', 'Did Not Attend', 'parse'],
  ['30019', '+', 'informational', 'GP Registration - Application accepted', 'parse'],
  ['30020', '-', 'business-rule', 'GP Registration - Application pending (contact practice)', 'parse'],
  [
    '30021',
    '-',
    'business-rule',
    'GP Registration - Application rejected (patient already registered)',
    'parse',
  ],
  ['30022', '-', 'business-rule', 'GP Registration - Application rejected (at capacity)', 'parse'],
  ['30023', '-', 'business-rule', 'GP Registration - Application rejected (out of boundary)', 'parse'],
  [
    '30024',
    '-',
    'business-rule',
    'GP Registration - Application rejected (Previously removed from this practice)',
    'parse',
  ],
  [
    '30025',
    '-',
    'business-rule',
    'GP Registration - Application rejected (Previously removed from another practice)',
    'parse',
  ],
  ['41001', '+', 'informational', 'Patient known here', 'older'],
  ['41002', '-', 'not-found', 'Patient not known here', 'older'],
  ['41022', '-', 'business-rule', 'Patient no longer at this clinical setting', 'older'],
  ['51001', '+', 'informational', 'Success', 'older'],
  ['51002', '-', 'not-found', 'Unrecognised Recipient Person', 'older'],
  ['51003', '-', 'not-found', 'Unrecognised Sender', 'older'],
  ['51004', '-', 'security', 'Non Approved file type received as an attachment', 'older'],
  ['51005', '-', 'invalid', 'Payload validation failure', 'older'],
  ['51006', '-', 'invalid', 'Document content validation failure', 'older'],
  ['51007', '-', 'security', 'Attachment file type invalid', 'older'],
  ['51008', '-', 'not-found', 'Unrecognised Recipient Organisation', 'older'],
  ['51009', '-', 'security', 'Unauthorised Sender', 'older'],
  ['51010', '-', 'duplicate', 'Duplicate Message received', 'older'],
  ['51011', '-', 'duplicate', 'Duplicate Document received', 'older'],
  ['51012', '-', 'processing', 'Service failure', 'older'],
  ['51013', '-', 'processing', 'Unreadable message received', 'older'],
  ['RC001', '+', 'processing', 'Handling Specification: success by severity, else an error', 'older'],
  ['RC002', '-', 'processing', 'Business Acknowledgement - Processing Error', 'older'],
  ['RC003', '-', 'processing', 'Infrastructure Acknowledgement - Processing Error', 'older'],
  ['RC004', '-', 'processing', 'Message Definition - Processing Error', 'older'],
  ['RC005', '-', 'processing', 'Priority - Processing Error', 'older'],
  ['RC006', '-', 'processing', 'Sender Reference - Processing Error', 'older'],
  ['RC999', '-', 'processing', 'Handling Specification Business Rule Error', 'older'],
];

const business = /^(?:3|41)/;

export const responseCodes: ReadonlyMap<string, ResponseCode> = new Map(
  rows.map(([code, mark, issues, meaning, use]): [string, ResponseCode] => [
    code,
    {
      code,
      meaning,
      acknowledgement: business.test(code) ? 'business' : 'infrastructure',
      positive: mark === '+',
      issues: issues.split(' '),
      use: use ?? 'send',
    },
  ]),
);

/** The two business codes that say the patient was matched at the practice. spec: messaging §3.1 */
export const patientMatched: ReadonlySet<string> = new Set(['30001', '30004', '41001']);
