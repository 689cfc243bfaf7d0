// `gpc mesh`: a MESH mailbox from scripts.
import { group } from '../command.ts';

const receiving = () => import('../mesh/receive.ts');
const looking = () => import('../mesh/look.ts');

export const mesh = group(
  `
gpc mesh WHAT: a MESH mailbox, of the running England (--as) or of any other MESH (--url)

"gpc mesh WHAT --help" says more.`,
  [
    {
      name: 'handshake',
      summary: 'whether the mailbox can be used',
      load: async () => (await looking()).handshake,
    },
    {
      name: 'send',
      summary: 'a file of any size, once',
      load: async () => (await import('../mesh/send.ts')).send,
    },
    { name: 'inbox', summary: 'what waits', load: async () => (await receiving()).inbox },
    {
      name: 'download',
      summary: 'a message to a file, a folder or standard output',
      load: async () => (await receiving()).download,
    },
    {
      name: 'acknowledge',
      summary: 'messages that are safely stored',
      load: async () => (await receiving()).acknowledge,
    },
    { name: 'track', summary: 'where a sent message is', load: async () => (await looking()).track },
    {
      name: 'lookup',
      summary: 'which mailboxes receive a workflow',
      load: async () => (await looking()).lookup,
    },
  ],
);
