// Rules for whole resources: ids, meta, old code systems, contained resources.
// spec: access-record-structured §5 (meta), §6.5 (contained), §11 (common), §18; foundations §9.3
import { hash } from 'node:crypto';
import { resourceProfile, system } from '@gp-connect/foundation/nhs';
import { isObject, type Json, objects, type ResourceJson, text } from '../json.ts';
import { actorTypes } from '../role-of.ts';
import type { Noted } from './tree.ts';

type ResourceRule = (resource: ResourceJson, noted: Noted) => void;

/** Types whose `meta.versionId` is shown; every other loses it and `lastUpdated`. spec: §5 */
const versioned = (type: string): boolean => type === 'Patient' || actorTypes.has(type);

function rightMeta(resource: ResourceJson, noted: Noted): void {
  const type = resource.resourceType;
  const meta: Json = isObject(resource.meta) ? { ...resource.meta } : {};
  if (!versioned(type) && (meta.versionId !== undefined || meta.lastUpdated !== undefined)) {
    delete meta.versionId;
    delete meta.lastUpdated;
    noted('version-of-clinical-resource', `${type}.meta`);
  }
  if (versioned(type) && meta.versionId === undefined) {
    meta.versionId = '1';
    noted('version-missing', `${type}.meta.versionId`);
  }
  const profile = resourceProfile[type];
  const given = Array.isArray(meta.profile) ? meta.profile : [];
  if (profile !== undefined && (given.length !== 1 || given[0] !== profile)) {
    meta.profile = [profile];
    noted('profile', `${type}.meta.profile`);
  }
  if (objects(meta.security).some((label) => label.system === system.confidentiality)) {
    noted('confidentiality-marker', `${type}.meta.security`);
  }
  if (Object.keys(meta).length > 0) resource.meta = meta;
  else delete resource.meta;
}

/** An id made from the business identifier, or from the content: the same each time the resource comes. */
function madeId(resource: ResourceJson, noted: Noted): void {
  if (text(resource.id) !== null) return;
  const value = text(objects(resource.identifier)[0]?.value);
  const plain = value !== null && /^[A-Za-z0-9\-.]{1,64}$/.test(value);
  resource.id = plain ? value : hash('sha1', JSON.stringify(resource), 'hex');
  noted('id-made', `${resource.resourceType}.id`);
}

const oldConditionCategory = 'http://hl7.org/fhir/condition-category';

function conditionCategory(resource: ResourceJson, noted: Noted): void {
  for (const category of objects(resource.category)) {
    for (const coding of objects(category.coding)) {
      if (coding.system !== oldConditionCategory || coding.code !== 'problem-list-item') continue;
      coding.system = system.conditionCategory;
      noted('condition-category', 'Condition.category');
    }
  }
}

export const resourceRules: Readonly<Record<string, readonly ResourceRule[]>> = {
  Condition: [conditionCategory],
};

/** Applies the resource rules in place. Lists of an answer are taken apart before: they have no id. */
export function normaliseResource(resource: ResourceJson, noted: Noted): void {
  for (const rule of resourceRules[resource.resourceType] ?? []) rule(resource, noted);
  madeId(resource, noted);
  rightMeta(resource, noted);
}

/**
 * Takes the contained resources out and answers them as resources of their own. In the lists of an answer they keep
 * their id (§6.5: others refer to it); elsewhere an id is made from both, and `#id` follows.
 */
export function liftContained(resource: ResourceJson, keepIds: boolean, noted: Noted): ResourceJson[] {
  const contained = objects(resource.contained) as ResourceJson[];
  if (contained.length === 0) return [];
  delete resource.contained;
  const targets = new Map<string, string>();
  for (const inner of contained) {
    const local = String(inner.id).replace(/^#/, '');
    const id = keepIds ? local : `${String(resource.id)}-${local}`.slice(-64);
    inner.id = id;
    targets.set(`#${local}`, `${inner.resourceType}/${id}`);
    noted('contained-lifted', `${resource.resourceType}.contained`);
  }
  for (const tree of [resource, ...contained]) retarget(tree, targets);
  return contained;
}

function retarget(node: unknown, targets: ReadonlyMap<string, string>): void {
  if (Array.isArray(node)) for (const item of node) retarget(item, targets);
  else if (isObject(node)) {
    const target = typeof node.reference === 'string' ? targets.get(node.reference) : undefined;
    if (target !== undefined) node.reference = target;
    for (const name in node) if (typeof node[name] === 'object') retarget(node[name], targets);
  }
}
