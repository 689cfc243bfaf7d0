// Settings: one JSON file, environment overrides, one clear list when something is wrong.

export { readSettingFiles } from './setting-files.ts';
export { ConfigurationError, describeSettings, loadSettings, type SettingDescription } from './settings.ts';
