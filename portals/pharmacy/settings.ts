// Settings of the pharmacy portal: one pharmacy, its mailbox, and the national services.
import { z } from 'zod';
import { directorySettings, staffPortalSettings, tlsFiles } from '../kit/index.ts';

export const pharmacySettings = z.object({
  ...staffPortalSettings,
  ...directorySettings,
  tls: tlsFiles.describe('TLS identity towards the national services'),
  pharmacy: z
    .object({
      ods: z
        .string()
        .regex(/^[A-Z0-9]{3,10}$/)
        .describe('ODS code; only its own staff get in'),
      name: z.string().min(1).describe('name, as practices read it'),
      phone: z.string().min(1).optional().describe('telephone number for questions of the practice'),
    })
    .describe('the pharmacy whose messages these are'),
  identifierSystem: z
    .url()
    .describe('namespace of the identifiers in messages, e.g. https://pharmacy.example/id'),
  database: z.string().min(1).describe('the sender’s database: postgres://… or embedded:{folder}'),
  messageKeyFile: z
    .string()
    .min(1)
    .default('.data/keys/pharmacy-messages')
    .describe('key that seals the kept messages (64 hex digits, made if absent); apart from the database'),
  earlierMessageKeyFiles: z
    .array(z.string().min(1))
    .default([])
    .describe('keys of before a rotation; they only open'),
  mesh: z
    .object({
      url: z.url().describe('origin of the MESH server'),
      servername: z.string().min(1).optional().describe('name on its certificate, where it is another'),
      mailbox: z
        .string()
        .regex(/^[A-Z0-9]{1,100}$/)
        .describe('id of the pharmacy’s mailbox'),
      password: z.string().min(1).describe('password of the mailbox'),
      sharedKey: z.string().min(1).describe('shared key of the environment'),
      tls: tlsFiles
        .optional()
        .describe('client certificate for MESH; none for plain HTTP on the machine itself'),
    })
    .describe('the mailbox messages are sent from'),
  roundSeconds: z
    .number()
    .min(1)
    .max(3600)
    .default(30)
    .describe('pause between two rounds of sending and collecting'),
});

export type PharmacySettings = z.infer<typeof pharmacySettings>;
