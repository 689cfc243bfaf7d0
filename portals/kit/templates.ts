// The NHS design system's nunjucks macros: the page layout and the parts of forms.

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import nunjucks from 'nunjucks';
import { type Markup, trusted } from './html.ts';

const require = createRequire(import.meta.url);

/** The folder `nhsuk-frontend/dist`, root of its views and its assets. */
export const frontendFolder = join(dirname(require.resolve('nhsuk-frontend/package.json')), 'dist');

const environment = new nunjucks.Environment(
  new nunjucks.FileSystemLoader([import.meta.dirname, frontendFolder], { noCache: false, watch: false }),
  { autoescape: true, throwOnUndefined: false, trimBlocks: true, lstripBlocks: true },
);

const compiled = new Map<string, nunjucks.Template>();

/**
 * A component of the design system with its own parameters.
 *
 * @example
 * component('button', { text: 'Continue', preventDoubleClick: true })
 */
export function component(name: string, params: object): Markup {
  let template = compiled.get(name);
  if (!template) {
    const macro = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const source = `{% from "nhsuk/components/${name}/macro.njk" import ${macro} %}{{ ${macro}(params) }}`;
    template = new nunjucks.Template(source, environment, undefined, true);
    compiled.set(name, template);
  }
  return trusted(template.render({ params }));
}

/** A whole page by the layout of the kit. */
export function renderLayout(context: object): string {
  return environment.render('layout.njk', context);
}
