// What the routes of the practice portal work with, and its words for what goes wrong.
import type { FastifyReply } from 'fastify';
import {
  component,
  type FailureWords,
  html,
  type Markup,
  type PageOptions,
  problemContent,
  type Session,
  type SignedInStaff,
  type StaffDesk,
  sendPage,
  sendProblem,
  signedInAs,
  signInFailure,
  unexpectedFailure,
} from '../kit/index.ts';
import { InboxApiError } from './inbox-api.ts';
import type { InboxClient } from './inbox-client.ts';
import type { KnownPatients } from './known-patients.ts';
import type { PracticeApi } from './practice-calls.ts';
import { noRecallCount, type RecallCount, refreshRecallCount } from './recall-count.ts';

export interface PracticeState extends SignedInStaff {
  /** Messages put aside in this session: the next one is another. */
  readonly skipped: Set<number>;
  /** Patients asked for in this session, by a handle of its own. */
  readonly patients: KnownPatients;
  /** What was done just now, said once on the next page. */
  done: string | undefined;
  /** Open entries of recalls, for the navigation. */
  recallCount: RecallCount;
}
export type PracticeSession = Session<PracticeState>;

export const newPracticeState = ({ identity, accessToken, idToken }: SignedInStaff): PracticeState => ({
  identity,
  accessToken,
  idToken,
  skipped: new Set(),
  patients: new Map(),
  done: undefined,
  recallCount: noRecallCount,
});

export interface Desk extends StaffDesk<PracticeState> {
  readonly client: InboxClient;
}

/** The API on behalf of the signed-in user, for the practice of their role. */
export const apiFor = (desk: Desk, { state }: PracticeSession): PracticeApi =>
  desk.client.as({ accessToken: state.accessToken, ods: state.identity.organisation.ods });

export interface Place {
  readonly href: string;
  readonly text: string;
  readonly key: string;
}

/** The parts of the portal, each with the key that leads there from anywhere. */
export const places: readonly Place[] = [
  { href: '/inbox', text: 'Inbox', key: 'i' },
  { href: '/overdue', text: 'Overdue', key: 'o' },
  { href: '/tasks', text: 'Tasks', key: 'l' },
  { href: '/notices', text: 'Notices', key: 't' },
  { href: '/recalls', text: 'Recalls', key: 'x' },
  { href: '/look-back', text: 'Look back', key: 'b' },
  { href: '/patients', text: 'Patient record', key: 'w' },
  { href: '/senders', text: 'Senders', key: 'p' },
  { href: '/rules', text: 'Rules', key: 'u' },
  { href: '/controls', text: 'Controls', key: 'c' },
  { href: '/keys', text: 'Keyboard', key: 'k' },
];

const navigation = (current: string | undefined, { open }: RecallCount): Markup =>
  html`<nav class="gpc-places gpc-no-print" aria-label="Inbox and controls"><ul>${places.map(
    ({ href, text, key }) =>
      html`<li><a href="${href}" accesskey="${key}"${current === href ? html` aria-current="page"` : null}>${text}${href === '/recalls' && open > 0 && html` <strong class="gpc-count">${open}<span class="nhsuk-u-visually-hidden"> open</span></strong>`}</a></li>`,
  )}</ul></nav>`;

export interface PracticePage extends Omit<PageOptions, 'signedIn' | 'wide'> {
  /** Which of the places it belongs to. */
  readonly place?: string;
}

/** A page with the places above it and, once, what was done just now. */
export function sendPracticePage(
  desk: Desk,
  reply: FastifyReply,
  session: PracticeSession,
  { place, back, beforeContent, content, ...options }: PracticePage,
  status?: number,
): FastifyReply {
  const { done } = session.state;
  session.state.done = undefined;
  const said = done && html`<p class="gpc-done" role="status"><strong>Done.</strong> ${done}</p>`;
  const above =
    back && html`<nav class="gpc-no-print" aria-label="Back">${component('back-link', back)}</nav>`;
  return sendPage(
    desk,
    reply,
    {
      ...options,
      wide: true,
      signedIn: signedInAs(session),
      beforeContent: html`${navigation(place, session.state.recallCount)}${above}${beforeContent}`,
      content: html`${said}${content}`,
    },
    status,
  );
}

const byCode: Readonly<Record<string, Omit<FailureWords, 'paragraphs'> & { advice: string }>> = {
  NOT_FOUND: {
    title: 'There is no such message or entry here',
    advice:
      'You see what was sent to the practice you are signed in for, and nothing of any other. It may also have been dealt with by somebody else, or your role may not see it.',
    again: false,
    status: 404,
  },
  NOT_ALLOWED: {
    title: 'Your role does not allow this',
    advice: 'Nothing was changed. Ask a clinician or the practice lead.',
    again: false,
    status: 403,
  },
  CLOSED: {
    title: 'This message has been dealt with',
    advice: 'Somebody finished it in the meantime. Nothing of yours was filed.',
    again: false,
    status: 409,
  },
  CHANGED: {
    title: 'This was changed in the meantime',
    advice: 'Nothing was filed. Open it again.',
    again: true,
    status: 409,
  },
  settled: {
    title: 'This is settled already',
    advice: 'Nothing was changed. Look at all entries of the recall to see how.',
    again: true,
    status: 409,
  },
  'not-in-record': {
    title: 'This entry is not in the record',
    advice: 'Nothing was changed. Look for its message in the inbox.',
    again: true,
    status: 409,
  },
  NO_INBOX: {
    title: 'There is no practice inbox for your organisation here',
    advice:
      'You are signed in for the organisation named at the top. To review messages, sign out and sign in with the role you have in your GP practice.',
    again: false,
    status: 403,
  },
  NOT_SIGNED_IN: {
    title: 'You need to sign in again',
    advice: 'Your sign-in may have ended, or the practice’s system does not know you.',
    again: false,
    signIn: true,
    status: 401,
  },
  UNAVAILABLE: {
    title: 'The practice’s system does not answer',
    advice:
      'If you were filing, open the message again to see whether it was filed. Try again in a few minutes.',
    again: true,
    status: 503,
  },
};

/** The recall part of the API has codes of its own. */
const sameAs: Readonly<Record<string, string>> = {
  ROLE: 'NOT_ALLOWED',
  'not-a-clinician': 'NOT_ALLOWED',
  'not-listed': 'NOT_FOUND',
};

/** Words for whatever a route threw. */
export function wordsFor(error: unknown): FailureWords {
  if (error instanceof InboxApiError) {
    const known = byCode[sameAs[error.code] ?? error.code];
    const said = error.requirement ? `${error.message} (${error.requirement})` : error.message;
    if (known) return { ...known, paragraphs: [said, known.advice] };
    return { title: 'This cannot be done', paragraphs: [said], again: true, status: error.status };
  }
  return signInFailure(error) ?? unexpectedFailure;
}

/** What a role without the inbox may have come for, such as a privacy officer's. */
const insteadOfInbox = [
  { href: '/patients', text: 'See who has read a patient’s record' },
  { href: '/recalls', text: 'See recalls, and who had read their entries' },
];

/** Runs a journey that asks the API; what it throws becomes a page. `again` is where trying again leads. */
export async function explained(
  desk: Desk,
  reply: FastifyReply,
  session: PracticeSession,
  again: string,
  journey: () => Promise<FastifyReply>,
): Promise<FastifyReply> {
  try {
    await refreshRecallCount(session.state, () => apiFor(desk, session), desk.clock());
    return await journey();
  } catch (error) {
    if (!(error instanceof InboxApiError)) throw error;
    if (error.status >= 500) desk.logger.warn({ err: error }, 'the practice inbox could not be used');
    const words = wordsFor(error);
    if (words.status === 403 && error.code !== 'NO_INBOX')
      return sendPracticePage(
        desk,
        reply,
        session,
        {
          title: words.title,
          content: problemContent({ ...words, actions: again === '/inbox' ? insteadOfInbox : [] }),
        },
        words.status,
      );
    return sendProblem(desk, reply, words, { session, again });
  }
}
