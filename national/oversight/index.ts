// Oversight: what the operator watches over and puts right.
export * from './recall/index.ts';
