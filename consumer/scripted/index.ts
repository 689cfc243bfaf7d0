// Sending from scripts: an id of the caller's own for each message, one folder, nothing sent twice.
export type { Checked, HandedIn, HandIn } from './hand-in.ts';
export { patientFromPds } from './patient.ts';
export { openScriptedSender, type ScriptedSender, type ScriptedSenderSettings } from './scripted-sender.ts';
