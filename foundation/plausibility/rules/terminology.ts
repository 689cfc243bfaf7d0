// Are the codes what they say they are? spec: messaging §10.3 (T-01 to T-15), terminology §7.2
import { type Coding, findCodings, isSameUrl, snomedSystem } from '../../fhir/index.ts';
import { type CodeCheck, dmdSystem, meaningDiffers } from '../../terminology/index.ts';
import { type CodedItem, siblingsOf } from '../coded-items.ts';
import { code, quantityOf, unitsOf } from '../contract-tables.ts';
import type { Facts } from '../facts.ts';
import type { Hit, RuleCheck, Undecided } from '../rule.ts';

const ucum = 'http://unitsofmeasure.org';
const discloseNot = 'NOPAT';

function codingsOf({ concept }: CodedItem): Coding[] {
  return [...findCodings(concept, snomedSystem), ...findCodings(concept, dmdSystem)];
}

interface Checked {
  readonly item: CodedItem;
  readonly coding: Coding;
  readonly check: CodeCheck;
}

const checkedOnce = new WeakMap<Facts, readonly Checked[]>();

/** Every SNOMED or dm+d coding with the engine's answer about it; asked once for all rules of the family. */
function checked(facts: Facts): readonly Checked[] {
  let all = checkedOnce.get(facts);
  if (all === undefined) {
    all = facts.codedItems.flatMap((item) =>
      codingsOf(item).map((coding) => {
        const { system, code, display } = coding;
        const valueSet = siblingsOf[item.place];
        return { item, coding, check: facts.terminology.validateCode({ system, code, display, valueSet }) };
      }),
    );
    checkedOnce.set(facts, all);
  }
  return all;
}

/** Codes whose own rule speaks of them: no second finding from the value set. */
function isSpokenForElsewhere(facts: Facts, sent: string): boolean {
  return ['update-record-withdrawn', 'update-record-ignored', 'blood-pressure-component'].some(
    (set) => facts.terminology.inValueSet(set, sent) === 'yes',
  );
}

function* outsideValueSet(facts: Facts): Generator<Hit | Undecided> {
  const isMember = (set: string, sent: string) => facts.terminology.inValueSet(set, sent);
  for (const { ref, code: sent, heading, resource } of facts.observations) {
    if (sent === '' || isSpokenForElsewhere(facts, sent)) continue;
    const category = resource.category?.[0]?.coding?.[0]?.code;
    const sets = [
      'update-record-observation',
      ...(category === 'social-history' ? ['update-record-social-history'] : []),
      ...(heading === 'pregnancy-status' ? ['pregnancy-status'] : []),
      ...(heading === 'procedures-and-therapies' ? ['update-record-procedures'] : []),
    ];
    const outside = sets.find((set) => isMember(set, sent) === 'no');
    if (outside !== undefined) {
      yield {
        itemRef: ref,
        message: `Code ${sent} is not in the value set of its place`,
        parameters: { code: sent, valueSet: outside },
      };
    }
  }
  for (const { ref, code: sent } of facts.conditionCodes) {
    const answer = isMember('presenting-complaint', sent);
    if (answer === 'no') {
      yield {
        itemRef: ref,
        message: `Code ${sent} is no presenting complaint`,
        parameters: { code: sent, valueSet: 'presenting-complaint' },
      };
    } else if (answer === 'unknown') {
      yield { itemRef: ref, undecided: `whether ${sent} is in refset 1127581000000103 cannot be told here` };
    }
  }
}

function* displayFindings(facts: Facts): Generator<Hit> {
  for (const { item, coding, check } of checked(facts)) {
    const conceptId = check.conceptId;
    if (conceptId === undefined) continue;
    const siblings = siblingsOf[item.place];
    const shown = [...new Set([coding.display, item.concept.text])];
    for (const words of shown) {
      const isDisplay = words === coding.display && check.displayMatch !== undefined;
      const match = isDisplay
        ? check.displayMatch
        : facts.terminology.displayMatch(conceptId, words, siblings);
      if (match.result === 'preferred' || match.result === 'synonym' || match.result === 'noDisplay')
        continue;
      const isDenied = match.severity === 'block' || match.result === 'contradiction';
      if (!isDenied) continue;
      yield {
        itemRef: item.ref,
        message: `The words sent with ${conceptId} do not mean the code`,
        parameters: {
          code: conceptId,
          sent: words,
          expected: check.preferredTerm,
          difference: match.difference ?? 'otherConcept',
          otherConcept: match.otherConcept,
        },
        ...(match.severity === 'block' ? {} : { as: 'modality' }),
      };
      break;
    }
  }
}

const tenPlus = (facts: Facts) => facts.dispenses.filter(({ coding }) => coding?.code !== undefined);

/** The rules of the family. */
export const terminologyRules: readonly RuleCheck[] = [
  {
    id: 'T-01',
    *check(facts) {
      for (const { item, coding, check } of checked(facts)) {
        if (check.status === 'invalidFormat' || (check.kind !== undefined && check.kind !== 'concept')) {
          const reason = check.reason ?? `${check.kind}Id`;
          yield {
            itemRef: item.ref,
            message: `${coding.code ?? 'A missing code'} is no SNOMED CT concept id (${reason})`,
            parameters: { code: coding.code, reason },
          };
        }
      }
    },
  },
  {
    id: 'T-02',
    *check(facts) {
      for (const { item, coding, check } of checked(facts)) {
        if (item.place === 'medication' || check.kind !== 'concept') continue;
        if (check.status !== 'unknown' && check.status !== 'notInDemo') continue;
        const isUnasked =
          check.status === 'notInDemo' || check.issues.some(({ code }) => code === 'terminologyUnavailable');
        yield {
          itemRef: item.ref,
          message: isUnasked
            ? `Code ${coding.code} could not be checked against a release`
            : `Code ${coding.code} does not exist in the release`,
          parameters: { code: coding.code, owner: check.namespaceOwner },
          ...(isUnasked ? { as: 'unchecked' } : {}),
        };
      }
    },
  },
  {
    id: 'T-03',
    *check(facts) {
      for (const { item, coding, check } of checked(facts)) {
        if (check.status !== 'inactive' || item.place === 'medication') continue;
        const offers = (check.replacements ?? []).map(({ conceptId }) => conceptId);
        yield {
          itemRef: item.ref,
          message: `Code ${coding.code} is no longer active`,
          parameters: { code: coding.code, offers },
        };
      }
    },
  },
  { id: 'T-04', check: outsideValueSet },
  {
    id: 'T-05',
    *check(facts) {
      for (const { item, coding, check } of checked(facts)) {
        if (check.displayMatch?.result !== 'mismatch' || check.displayMatch.severity !== 'warn') continue;
        yield {
          itemRef: item.ref,
          message: `The display is not a term of ${coding.code}`,
          parameters: { code: coding.code, sent: coding.display, expected: check.preferredTerm },
        };
      }
    },
  },
  { id: 'T-06', check: displayFindings },
  {
    id: 'T-07',
    *check(facts) {
      for (const item of facts.codedItems) {
        const { text } = item.concept;
        const display = codingsOf(item)[0]?.display;
        if (text === undefined || display === undefined) continue;
        const difference = meaningDiffers(display, text);
        if (difference !== 'negation') continue;
        yield {
          itemRef: item.ref,
          message: 'Text and display say different things',
          parameters: { display, text },
        };
      }
    },
  },
  {
    id: 'T-08',
    *check(facts) {
      for (const item of facts.codedItems) {
        const codings = findCodings(item.concept, snomedSystem);
        if (codings.length < 2) continue;
        yield {
          itemRef: item.ref,
          message: 'More than one SNOMED CT code for one statement',
          parameters: { codes: codings.map((coding) => coding.code) },
        };
      }
    },
  },
  {
    id: 'T-09',
    *check(facts) {
      for (const item of facts.codedItems) {
        const version = codingsOf(item).find((coding) => coding.version !== undefined)?.version;
        if (version !== undefined)
          yield { itemRef: item.ref, message: 'A code system version is given', parameters: { version } };
      }
    },
  },
  {
    id: 'T-10',
    applies: (facts) => tenPlus(facts).length > 0,
    *check(facts) {
      for (const { ref, coding, product } of tenPlus(facts)) {
        const check = facts.terminology.validateCode({ system: dmdSystem, code: coding!.code });
        if (check.status === 'invalidFormat') continue;
        const parameters = { code: coding!.code };
        if (!isSameUrl(coding!.system ?? '', dmdSystem)) {
          yield {
            itemRef: ref,
            message: 'The medicine is not coded in dm+d by its own system',
            parameters: { ...parameters, system: coding!.system },
            as: 'system',
          };
        }
        const isUnasked =
          check.status === 'notInDemo' ||
          check.issues.some((issue) => issue.code === 'terminologyUnavailable');
        if (product === undefined) {
          yield isUnasked
            ? {
                itemRef: ref,
                message: `${parameters.code} could not be checked in dm+d`,
                parameters,
                as: 'unchecked',
              }
            : { itemRef: ref, message: `${parameters.code} is not in dm+d`, parameters, as: 'unknown' };
        } else if (product.invalid || product.discontinued || check.status === 'inactive') {
          yield {
            itemRef: ref,
            message: `${parameters.code} is no current dm+d product`,
            parameters: { ...parameters, currentId: product.currentId },
          };
        }
      }
    },
  },
  {
    id: 'T-11',
    *check(facts) {
      for (const { ref, product } of facts.dispenses) {
        if (product?.level === undefined || product.level === 'AMP') continue;
        yield {
          itemRef: ref,
          message: `The medicine is coded as ${product.level}, not as AMP`,
          parameters: { code: product.id, level: product.level },
          ...(product.level === 'VMP' ? { as: 'VMP' } : {}),
        };
      }
    },
  },
  {
    id: 'T-12',
    *check(facts) {
      for (const { ref, quantity, resource, unit } of facts.observations) {
        if (quantity === undefined || resource.valueQuantity === undefined) continue;
        const allowed = unitsOf[quantity];
        const { system } = resource.valueQuantity;
        if (unit !== undefined && Object.hasOwn(allowed, unit) && system === ucum) continue;
        yield {
          itemRef: ref,
          message: 'The unit is not allowed for this measurement',
          parameters: { unit, system, allowed: Object.keys(allowed) },
        };
      }
    },
  },
  {
    id: 'T-13',
    *check(facts, parameters) {
      const modal = parameters.pattern('terms');
      const places = [...facts.observations, ...facts.conditionCodes];
      for (const { ref, code: sent } of places) {
        if (sent === code.ambulatoryDeclined) continue;
        const term = facts.terminology.preferredTerm(sent) ?? '';
        const isSituation = facts.terminology.inValueSet('situation', sent) === 'yes';
        if (isSituation || modal.test(term)) {
          yield {
            itemRef: ref,
            message: `${sent} is about history, risk, suspicion or refusal, not a finding`,
            parameters: { code: sent, term },
          };
        }
      }
    },
  },
  {
    id: 'T-14',
    *check(facts) {
      for (const { ref, resource } of facts.observations) {
        if (resource.category?.[0]?.coding?.[0]?.code !== 'social-history') continue;
        const isValued =
          Object.keys(resource).some((key) => key.startsWith('value')) ||
          (resource.component ?? []).length > 0;
        if (isValued) yield { itemRef: ref, message: 'A social-history observation carries a value' };
      }
    },
  },
  {
    id: 'T-15',
    *check(facts) {
      for (const { ref, code: sent } of facts.observations) {
        const isUnit = quantityOf[sent] !== undefined;
        if (isUnit || facts.terminology.inValueSet('update-record-withdrawn', sent) !== 'yes') continue;
        yield {
          itemRef: ref,
          message: `${sent} is withdrawn from Update Record: it may be filed as text`,
          parameters: { code: sent },
        };
      }
      for (const { ref, heading } of facts.texts) {
        if (heading === 'social-context')
          yield {
            itemRef: ref,
            message: 'The heading social-context is withdrawn: it may be filed as text',
            parameters: { heading },
          };
      }
      const { encounter, composition } = facts.content;
      const labelled = [encounter, composition].find(({ resource }) =>
        resource.meta?.security?.some((label) => label.code === discloseNot),
      );
      if (labelled !== undefined) {
        yield {
          itemRef: labelled.fullUrl,
          message: 'The withdrawn label NOPAT is set: keep hidden from the patient until decided',
          parameters: { label: discloseNot },
          as: 'label',
        };
      }
    },
  },
];
