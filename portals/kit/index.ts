// What every portal is built from: layout, forms, sessions, security headers, charts.
export { type Assets, loadAssets } from './assets.ts';
export { type ChartOptions, type ChartSeries, describeChart, lineChart, rangeText } from './chart.ts';
export { escapeText, html, Markup, nothing, trusted, type Value } from './html.ts';
export {
  errorSummary,
  type FormFault,
  faultAt,
  type PageFrame,
  type PageOptions,
  page,
  problemContent,
  reading,
} from './page.ts';
export { createPortalServer, type PortalServerOptions } from './portal-server.ts';
export { secretFromFile } from './secret-file.ts';
export {
  createSessions,
  formTokenField,
  isOwnForm,
  type Session,
  type SessionOptions,
  type Sessions,
} from './sessions.ts';
export { component } from './templates.ts';
