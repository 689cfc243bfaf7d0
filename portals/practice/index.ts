// The practice portal: inbox and controls.
export { type PracticeDependencies, startPracticePortal } from './portal.ts';
export { type PracticeSettings, practiceSettings } from './settings.ts';
