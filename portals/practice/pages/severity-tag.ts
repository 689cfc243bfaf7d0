// A severity as a tag: its colour and its words say the same.
import { component, type Markup } from '../../kit/index.ts';
import type { SeverityWords } from '../words.ts';

export const severityTag = ({ text, colour }: SeverityWords): Markup =>
  component('tag', { text, classes: `nhsuk-tag--${colour} gpc-tag` });
