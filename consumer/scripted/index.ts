// Sending from scripts: an id of the caller's own for each message, one folder, nothing sent twice.
export { type HandedIn, type HandIn, otherPractice } from './hand-in.ts';
export { patientFromPds } from './patient.ts';
export { openScriptedSender, type ScriptedSender, type ScriptedSenderSettings } from './scripted-sender.ts';
