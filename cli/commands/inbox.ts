// `gpc inbox`: a practice's inbox from scripts.
import { type CommandEntry, group } from '../command.ts';

const review = () => import('../inbox/review.ts');
const around = () => import('../inbox/around.ts');
const controls = () => import('../inbox/controls.ts');

const entries: readonly CommandEntry[] = [
  { name: 'list', summary: 'what waits for review', load: async () => (await review()).list },
  { name: 'show', summary: 'a message beside the record', load: async () => (await review()).show },
  { name: 'attachment', summary: 'a document of a message', load: async () => (await review()).attachment },
  { name: 'accept', summary: 'file it, whole or entry by entry', load: async () => (await review()).accept },
  { name: 'refuse', summary: 'file nothing of it', load: async () => (await review()).refuse },
  { name: 'tasks', summary: 'what has to be done', load: async () => (await around()).tasks },
  { name: 'done', summary: 'end a task', load: async () => (await around()).done },
  { name: 'notices', summary: 'what senders are to be told', load: async () => (await around()).notices },
  { name: 'notice-sent', summary: 'a sender was told', load: async () => (await around()).noticeSent },
  { name: 'counts', summary: 'figures by sender and rule', load: async () => (await around()).counts },
  { name: 'look-back', summary: 'what was filed', load: async () => (await around()).lookBack },
  { name: 'switches', summary: 'what the practice takes in', load: async () => (await controls()).switches },
  {
    name: 'switch',
    summary: 'take something in, or not',
    load: async () => (await controls()).switchCommand,
  },
  {
    name: 'sender',
    summary: 'block a sender, or take it again',
    load: async () => (await controls()).sender,
  },
];

export const inbox = group(
  `
gpc inbox WHAT: the inbox of a persona's practice in the running England (--as), or of any other (--url)

Nothing a message brings is in a record before it was accepted here. "gpc inbox WHAT --help" says more.`,
  entries,
);
