// For tests: a script of its own that hands a document in and sends it. Arguments: what `scripted-sender.test.ts` gives,
// as JSON. It prints the outcome; whoever wants a crash kills it.
import { type ScriptedPlace, scriptedDocument, scriptedPlace } from './scripted-for-tests.ts';

const { place, id, title } = JSON.parse(process.argv[2]!) as {
  place: ScriptedPlace;
  id: string;
  title: string;
};
const sender = await scriptedPlace(place);
const handed = await sender.handIn(scriptedDocument(id, title));
console.log(handed.state);
await sender.round();
await sender.close();
