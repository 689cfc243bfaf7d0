// Where in a resource something stands, as text: `Bundle.entry[3].resource.birthDate`.

/** Names and array indexes from the resource type down. */
export type PathSteps = readonly (string | number)[];

/** The written form of a path; the first step is the resource type. */
export function pathText(steps: PathSteps): string {
  let text = '';
  for (const step of steps) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}
