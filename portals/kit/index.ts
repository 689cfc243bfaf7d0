// What every portal is built from: layout, forms, sessions, security headers, charts; sign-in and finding a patient.
export { type Assets, loadAssets } from './assets.ts';
export { type ChartOptions, type ChartSeries, describeChart, lineChart, rangeText } from './chart.ts';
export { type FailureWords, foreignForm, signInFailure, unexpectedFailure } from './failure-words.ts';
export { type Fields, fieldsOf, valuesOf } from './fields.ts';
export { findRoutes } from './find-patient/find-routes.ts';
export {
  type FindDesk,
  type FoundPatients,
  keepPatient,
  noPatientsYet,
} from './find-patient/found-patients.ts';
export { leadingProblem, type TraceExplanations, traceExplanations } from './find-patient/trace-outcomes.ts';
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
export { addressText, ageAt, bannerName, dateText, sentenceCase } from './patient-words.ts';
export { createPortalServer, type PortalServerOptions } from './portal-server.ts';
export { productConnections } from './product-connections.ts';
export { secretFromFile } from './secret-file.ts';
export { sessionOverContent, signedOutContent, signInHref } from './session-pages.ts';
export {
  createSessions,
  formTokenField,
  isOwnForm,
  type Session,
  type SessionOptions,
  type Sessions,
} from './sessions.ts';
export {
  type SignedInStaff,
  type StaffDesk,
  sendPage,
  sendProblem,
  signedIn,
  signedInAs,
} from './staff-desk.ts';
export {
  openStaffPortal,
  type RunningPortal,
  type StaffPortal,
  type StaffPortalOptions,
} from './staff-portal.ts';
export {
  directorySettings,
  httpsUrl,
  type StaffPortalSettings,
  staffPortalSettings,
  tlsFiles,
} from './staff-settings.ts';
export { component } from './templates.ts';
