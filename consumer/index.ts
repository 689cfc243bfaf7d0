// Consumer side: what an organisation that reads records and sends messages runs.
export * from './client/index.ts';
export * from './consultation-report/index.ts';
export * from './messages/index.ts';
export * from './reading/index.ts';
export * from './recall/index.ts';
export * from './scripted/index.ts';
