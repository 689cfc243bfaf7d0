// `gpc send`: messages to GP practices, over MESH, from the organisation of a persona.
import { group } from '../command.ts';

export const send = group(
  `
gpc send KIND: to the practice the patient is registered with, over MESH

What is sent is kept with its state under .data/mesh/scripts; answers are collected by the commands themselves.
"gpc send KIND --help" says more.`,
  [
    {
      name: 'document',
      summary: 'a letter (Send Document)',
      load: async () => (await import('../send/document.ts')).document,
    },
    {
      name: 'report',
      summary: 'the report of an attendance, as a PDF (Send Document)',
      load: async () => (await import('../send/report.ts')).report,
    },
    {
      name: 'update',
      summary: 'a pharmacy consultation (Update Record)',
      load: async () => (await import('../send/from-input.ts')).updateCommand,
    },
    {
      name: 'vaccination',
      summary: 'vaccinations given',
      load: async () => (await import('../send/from-input.ts')).vaccinationCommand,
    },
    {
      name: 'emergency-supply',
      summary: 'medicines supplied in an emergency',
      load: async () => (await import('../send/from-input.ts')).emergencySupplyCommand,
    },
    {
      name: 'status',
      summary: 'how an earlier message stands',
      load: async () => (await import('../send/status.ts')).status,
    },
  ],
);
