// Reading an answer for people: what is there, what is missing, and how the two are told apart.
export {
  type DemographicDifference,
  demographicDifferences,
  nationalDemographics,
} from './compare-demographics.ts';
export { newestFirst, readRecord } from './read-record.ts';
export type {
  AreaView,
  Caution,
  Consultation,
  ConsultationTopic,
  Fact,
  Item,
  Measurement,
  RecordedDate,
  RecordView,
  Standing,
} from './record-view.ts';
export { type Trend, type TrendPoint, trends } from './trends.ts';
