// The form of the records: what must hold for every one of them. spec: access-record-structured §5–12, §19
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { validate } from '@gp-connect/foundation/fhir';
import { hl7UkProfile, isNhsNumber, nhsProfile, resourceProfile } from '@gp-connect/foundation/nhs';
import { demonstrationConcepts } from '@gp-connect/foundation/terminology';
import { england, everyPerson, type PersonRecord } from './index.ts';
import { codingsIn, ofType, one, referencesIn, snomedCodes } from './inspect.ts';

const e = england({ today: '2026-03-02', patients: 600 });
let records: PersonRecord[];

before(() => {
  records = [...everyPerson(e)];
});

describe('records of the synthetic England', () => {
  test('every NHS number is valid, starts 999 and belongs to one person per practice', () => {
    const seen = new Set<string>();
    for (const record of records) {
      assert.ok(isNhsNumber(record.nhsNumber));
      assert.match(record.nhsNumber, /^999/);
      const key = `${record.practice}/${record.nhsNumber}`;
      assert.ok(!seen.has(key));
      seen.add(key);
    }
    const twice = records.length - new Set(records.map((record) => record.nhsNumber)).size;
    assert.equal(twice, 1, 'only the person who moved yesterday is held twice');
  });

  test('the Patient comes first, then actors, then clinical resources, Binaries last', () => {
    const rank: Record<string, number> = {
      Patient: 0,
      Practitioner: 1,
      PractitionerRole: 1,
      Organization: 1,
      Location: 1,
      Binary: 3,
    };
    for (const { resources } of records) {
      const ranks = resources.map((resource) => rank[resource.resourceType] ?? 2);
      assert.deepEqual(
        ranks,
        ranks.toSorted((a, b) => a - b),
      );
      assert.equal(ranks.filter((r) => r === 0).length, 1);
    }
  });

  test('19-3: ids are unique, each resource has its one profile', () => {
    const everywhere = new Set<string>();
    for (const { resources, practice } of records) {
      const here = new Set<string>();
      for (const resource of resources) {
        const key = `${resource.resourceType}/${resource.id}`;
        assert.match(resource.id ?? '', /^[A-Za-z0-9\-.]{1,64}$/);
        assert.ok(!here.has(key), key);
        here.add(key);
        const shared = /^(Practitioner|PractitionerRole|Organization|Location)\//.test(key);
        if (!shared) assert.ok(!everywhere.has(`${practice}/${key}`));
        everywhere.add(`${practice}/${key}`);
        const profile = resourceProfile[resource.resourceType];
        if (profile !== undefined && resource.resourceType !== 'Flag')
          assert.deepEqual(resource.meta?.profile, [profile]);
      }
    }
  });

  test('19-1: actors and the Patient carry a versionId, clinical resources none', () => {
    const versioned = new Set(['Patient', 'Practitioner', 'PractitionerRole', 'Organization', 'Location']);
    for (const { resources } of records) {
      for (const resource of resources) {
        assert.equal(
          resource.meta?.versionId !== undefined,
          versioned.has(resource.resourceType),
          resource.resourceType,
        );
        assert.equal(resource.meta?.lastUpdated, undefined);
      }
    }
  });

  test('19-4: every reference resolves within the record of the person', () => {
    for (const { resources } of records) {
      const here = new Set(resources.map((resource) => `${resource.resourceType}/${resource.id}`));
      for (const resource of resources) {
        for (const reference of referencesIn(resource))
          assert.ok(here.has(reference), `${resource.resourceType} → ${reference}`);
      }
    }
  });

  test('actors have the same id and content in every record of a practice', () => {
    const seen = new Map<string, string>();
    for (const { resources, practice } of records) {
      for (const resource of resources.slice(1)) {
        if (!/^(Practitioner|PractitionerRole|Organization|Location)$/.test(resource.resourceType)) break;
        const key = `${practice}/${resource.resourceType}/${resource.id}`;
        const text = JSON.stringify(resource);
        assert.equal(seen.get(key) ?? text, text);
        seen.set(key, text);
      }
    }
  });

  test('every code exists in the demonstration concepts, with its right term', () => {
    const concepts = new Map(demonstrationConcepts().map((concept) => [concept.conceptId, concept]));
    const legacy = new Map<string, string>(
      demonstrationConcepts().flatMap((concept) => [
        ...(concept.readv2 ?? []).map((code) => [`http://read.info/readv2|${code}`, concept.term] as const),
        ...(concept.ctv3 ?? []).map((code) => [`http://read.info/ctv3|${code}`, concept.term] as const),
      ]),
    );
    let checked = 0;
    for (const { resources } of records) {
      for (const coding of resources.flatMap(codingsIn)) {
        if (coding.system === 'http://snomed.info/sct') {
          const concept = concepts.get(coding.code ?? '');
          assert.ok(concept, `${coding.code} ${coding.display}`);
          assert.equal(coding.display, concept.term);
          const inner = coding.extension?.[0]?.extension ?? [];
          const id = inner.find((part) => part.url === 'descriptionId')?.valueId;
          const shown = inner.find((part) => part.url === 'descriptionDisplay')?.valueString;
          if (shown === undefined) assert.equal(id, concept.descriptionId);
          else
            assert.ok(
              concept.otherDescriptions?.some((other) => other.descriptionId === id && other.term === shown),
            );
          checked++;
        } else if (coding.system?.startsWith('http://read.info/')) {
          assert.equal(legacy.get(`${coding.system}|${coding.code}`), coding.display);
          checked++;
        }
      }
    }
    assert.ok(checked > 50_000);
  });

  test('a sample passes the strict STU3 structure check', () => {
    const sample = records.filter((record, i) => i % 12 === 0 && record.resources.length < 2000);
    for (const { resources } of sample) {
      for (const resource of resources) {
        const faults = [...validate(JSON.parse(JSON.stringify(resource)))];
        assert.deepEqual(faults, [], resource.resourceType);
      }
    }
  });

  test('19-10: statement, plan and orders form the triangle of their prescription kind', () => {
    for (const record of records) {
      const requests = new Map(
        ofType(record, 'MedicationRequest').map((r) => [`MedicationRequest/${r.id}`, r]),
      );
      const ordersOf = new Map<string, number>();
      for (const request of requests.values()) {
        assert.equal(request.dosageInstruction?.length, 1);
        assert.ok(request.dispenseRequest?.validityPeriod?.start);
        if (request.intent === 'order') {
          const plan = requests.get(one(request.basedOn) ?? '');
          assert.equal(plan?.intent, 'plan');
          assert.equal(plan?.medicationReference?.reference, request.medicationReference?.reference);
          assert.notEqual(request.status, 'stopped');
          assert.ok(request.dispenseRequest.validityPeriod.end);
          ordersOf.set(one(request.basedOn)!, (ordersOf.get(one(request.basedOn)!) ?? 0) + 1);
        } else assert.equal(request.basedOn, undefined);
      }
      const plansStated = new Set<string>();
      for (const statement of ofType(record, 'MedicationStatement')) {
        const based = statement.basedOn as { reference?: string }[];
        assert.equal(based.length, 1);
        const plan = requests.get(based[0]!.reference!)!;
        assert.equal(plan.intent, 'plan');
        assert.equal(plan.status, statement.status);
        assert.ok(!plansStated.has(based[0]!.reference!));
        plansStated.add(based[0]!.reference!);
      }
      for (const [reference, plan] of requests) {
        if (plan.intent !== 'plan') continue;
        assert.ok(plansStated.has(reference));
        const kind = plan.extension?.find((x) => x.url.endsWith('PrescriptionType-1'))?.valueCodeableConcept
          ?.coding?.[0]?.code;
        const repeat = plan.extension?.find((x) => x.url.endsWith('MedicationRepeatInformation-1'));
        const reason = plan.extension?.find((x) => x.url.endsWith('MedicationStatusReason-1'));
        const issued = repeat?.extension?.find(
          (x) => x.url === 'numberOfRepeatPrescriptionsIssued',
        )?.valueUnsignedInt;
        assert.equal(repeat !== undefined, kind === 'repeat' || kind === 'repeat-dispensing');
        if (repeat) assert.equal(issued, ordersOf.get(reference) ?? 0);
        else assert.ok((ordersOf.get(reference) ?? 0) <= 1);
        assert.equal(reason?.extension?.length, plan.status === 'stopped' ? 2 : undefined);
        if (plan.priorPrescription)
          assert.equal(requests.get(plan.priorPrescription.reference!)?.intent, 'plan');
      }
    }
  });

  test('19-12: each consultation has one Consultation list over topics over headings or items, never both', () => {
    const level: Record<string, string> = {
      '325851000000107': 'consultation',
      '25851000000105': 'topic',
      '24781000000107': 'heading',
    };
    for (const record of records) {
      const lists = new Map(ofType(record, 'List').map((list) => [`List/${list.id}`, list]));
      const of = (reference: string | undefined) =>
        level[snomedCodes(lists.get(reference ?? '')?.code)[0] ?? ''];
      const consultations = new Map<string, number>();
      const parents = new Map<string, number>();
      for (const [reference, list] of lists) {
        assert.equal(list.status, 'current');
        assert.equal(list.mode, 'snapshot');
        assert.ok(
          list.encounter?.reference && list.date && list.orderedBy && list.entry && list.entry.length > 0,
        );
        const below = list.entry.map((entry) => of(entry.item.reference) ?? 'item');
        const allowed = { consultation: ['topic'], topic: ['heading', 'item'], heading: ['item'] }[
          of(reference)!
        ]!;
        assert.equal(new Set(below).size, 1);
        assert.ok(allowed.includes(below[0]!));
        for (const entry of list.entry) {
          const item = entry.item.reference!;
          if (item.startsWith('List/')) {
            parents.set(item, (parents.get(item) ?? 0) + 1);
            assert.equal(lists.get(item)!.encounter?.reference, list.encounter.reference);
          } else assert.doesNotMatch(item, /^(Condition|Encounter|MedicationStatement)\//);
        }
        if (of(reference) === 'consultation') {
          consultations.set(list.encounter.reference, (consultations.get(list.encounter.reference) ?? 0) + 1);
        }
      }
      for (const [reference] of lists)
        assert.equal(parents.get(reference) ?? 0, of(reference) === 'consultation' ? 0 : 1);
      for (const encounter of ofType(record, 'Encounter')) {
        assert.equal(consultations.get(`Encounter/${encounter.id}`), 1);
        const recorders = encounter.participant?.filter((p) => p.type?.[0]?.coding?.[0]?.code === 'REC');
        assert.equal(recorders?.length, 1);
        assert.equal(encounter.class, undefined);
      }
    }
  });

  test('19-11: problems have significance, category and an actual problem; links between problems are reciprocal', () => {
    const opposite: Record<string, string> = { parent: 'child', child: 'parent', sibling: 'sibling' };
    let links = 0;
    for (const record of records) {
      const related = new Map<string, string[]>();
      for (const condition of ofType(record, 'Condition')) {
        const by = (url: string) => condition.extension?.filter((x) => x.url === url) ?? [];
        assert.match(
          by(hl7UkProfile('Extension-CareConnect-ProblemSignificance-1'))[0]?.valueCode ?? '',
          /^(major|minor)$/,
        );
        assert.equal(by(hl7UkProfile('Extension-CareConnect-ActualProblem-1')).length, 1);
        assert.equal(condition.category?.[0]?.coding?.[0]?.code, 'problem-list-item');
        assert.match(condition.clinicalStatus ?? '', /^(active|inactive)$/);
        assert.equal(condition.clinicalStatus === 'inactive', condition.abatementDateTime !== undefined);
        assert.ok(condition.asserter && condition.assertedDate);
        related.set(
          `Condition/${condition.id}`,
          by(hl7UkProfile('Extension-CareConnect-RelatedProblemHeader-1')).map(
            (x) => `${x.extension?.[0]?.valueCode} ${x.extension?.[1]?.valueReference?.reference}`,
          ),
        );
      }
      for (const [from, targets] of related) {
        for (const [type, target] of targets.map((text) => text.split(' ') as [string, string])) {
          links++;
          assert.ok(related.get(target)?.includes(`${opposite[type]} ${from}`));
        }
      }
    }
    assert.ok(links > 10);
  });

  test('a blood pressure has its two components, an untaken half says why', () => {
    const panels = new Set(['163020007', '75367002', '163035008', '163034007', '163033001']);
    let halves = 0;
    for (const record of records) {
      for (const observation of ofType(record, 'Observation')) {
        if (!panels.has(snomedCodes(observation.code)[0] ?? '')) continue;
        assert.equal(observation.component?.length, 2);
        assert.equal(observation.valueQuantity, undefined);
        for (const component of observation.component) {
          assert.notEqual(component.valueQuantity === undefined, component.dataAbsentReason === undefined);
          if (component.dataAbsentReason) halves++;
        }
      }
    }
    assert.ok(halves > 3);
  });

  test('19-9: allergies are unconfirmed, of an allowed category, ended ones say when and why', () => {
    for (const record of records) {
      const active: string[] = [];
      for (const allergy of ofType(record, 'AllergyIntolerance')) {
        assert.equal(allergy.verificationStatus, 'unconfirmed');
        assert.match(allergy.category?.[0] ?? '', /^(medication|environment)$/);
        assert.ok(allergy.assertedDate && allergy.recorder);
        assert.ok((allergy.reaction?.length ?? 0) <= 1);
        const end = allergy.extension?.find(
          (x) => x.url === nhsProfile('Extension-CareConnect-GPC-AllergyIntoleranceEnd-1'),
        );
        assert.equal(end?.extension?.length, allergy.clinicalStatus === 'resolved' ? 2 : undefined);
        if (allergy.clinicalStatus === 'active') active.push(snomedCodes(allergy.code)[0] ?? '');
      }
      if (active.includes('716186003')) assert.equal(active.length, 1);
    }
  });

  test('19-14: reports hang together: report, specimen, header, results, filing comments', () => {
    for (const record of records) {
      const observations = new Map(ofType(record, 'Observation').map((o) => [`Observation/${o.id}`, o]));
      for (const report of ofType(record, 'DiagnosticReport')) {
        assert.deepEqual(snomedCodes(report.code), ['721981007']);
        assert.ok(report.issued && report.specimen?.length === 1 && (report.result?.length ?? 0) > 0);
        const header = observations.get(report.result![0]!.reference!)!;
        for (const { target } of header.related ?? []) {
          const result = observations.get(target.reference!)!;
          assert.equal(result.related?.[0]?.type, 'derived-from');
          assert.equal(result.related[0].target.reference, report.result![0]!.reference);
          assert.ok(result.valueQuantity);
        }
        for (const { reference } of report.result!.slice(1)) {
          const comment = observations.get(reference!)!;
          if (snomedCodes(comment.code)[0] === '37331000000100') {
            assert.equal(comment.status, 'unknown');
            assert.ok(comment.comment && one(comment.performer));
          }
        }
      }
    }
  });

  test('19-15: diary entries are open plans with who entered them and when', () => {
    for (const record of records) {
      for (const request of ofType(record, 'ProcedureRequest')) {
        assert.equal(request.status, 'active');
        if (request.intent !== 'plan') continue;
        assert.ok(request.authoredOn && request.requester?.agent);
        assert.ok(request.occurrenceDateTime ?? request.occurrencePeriod?.start);
      }
    }
  });

  test('documents give the size of their file, and a Binary unless they are placeholders', () => {
    for (const record of records) {
      const binaries = new Map(ofType(record, 'Binary').map((binary) => [`Binary/${binary.id}`, binary]));
      for (const document of ofType(record, 'DocumentReference')) {
        const { url, size, contentType, title } = document.content[0]!.attachment;
        if (url === undefined) {
          assert.ok(title);
          continue;
        }
        const binary = binaries.get(url)!;
        assert.equal(binary.contentType, contentType);
        assert.equal(Buffer.from(binary.content, 'base64').length, size);
        binaries.delete(url);
      }
      assert.equal(binaries.size, 0);
    }
  });
});
