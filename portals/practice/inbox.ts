// The practice's inbox for programs without pages: the client of its API, and the words of its values.
export type * from './inbox-api.ts';
export { choices, InboxApiError } from './inbox-api.ts';
export { type InboxClient, openInboxClient } from './inbox-client.ts';
export { actionsTaken, kindOfMessage, refusalReasons, serviceWords, severityWords } from './words.ts';
