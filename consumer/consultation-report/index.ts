// The PDF of a consultation, which a document message carries.
export { consultationReport } from './consultation-report.ts';
export type { ConsultationReport, ReportEntry, ReportSection } from './report.ts';
