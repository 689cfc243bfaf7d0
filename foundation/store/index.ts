// The database every party stores in: PostgreSQL, or the embedded default. spec: design §4

export { type Generated, type Insertable, type Kysely, type Selectable, sql, type Transaction } from 'kysely';
export { copyEmbeddedTemplate, makeEmbeddedTemplate } from './embedded-template.ts';
export { type Migration, migrate } from './migrations.ts';
export { openStore, type Store, type StoreKind } from './store.ts';
export { startTestPostgres, testStores } from './test-stores.ts';
export { unnestInsert } from './unnest-insert.ts';
