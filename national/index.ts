// What portals and the testbed may use of the national operator.
export * from './directory/index.ts';
export * from './gateway/index.ts';
export * from './mesh/index.ts';
export * from './oversight/index.ts';
export * from './policy/index.ts';
