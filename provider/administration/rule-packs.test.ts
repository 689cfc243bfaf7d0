// Rule packs from the publisher's signature to an item's finding, over the administration listener and the practice API.
// spec: messaging SG-10, SG-11; national-service UPD-06, UPD-09, INC-07
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { nationalRulePack, signRulePack } from '@gp-connect/foundation/plausibility';
import { testStores } from '@gp-connect/foundation/store';
import {
  type PracticeApiUnderTest,
  pargeter,
  startPracticeApi,
} from '../inbox/api/practice-api-for-tests.ts';
import { pressure, updateRecord } from '../inbox/messages-for-tests.ts';
import { administrationToken } from '../service/provider-under-test.ts';

const keys = generateKeyPairSync('ed25519');
const signedPack = (version: string) => {
  const { medicineGroups, rules } = nationalRulePack();
  const stricter = rules.map((rule) =>
    rule.id === 'BP-08' ? { ...rule, version: '2', parameters: { ...rule.parameters, systolic: 130 } } : rule,
  );
  const effectiveFrom = new Date(Date.now() - 1_000);
  const pack = { id: 'national', version, effectiveFrom, medicineGroups, rules: stricter };
  return signRulePack(JSON.stringify(pack), keys.privateKey);
};

for (const { name, fresh } of testStores()) {
  describe(`rule packs of a provider on ${name}`, () => {
    let it: PracticeApiUnderTest;
    const folder = mkdtempSync(join(tmpdir(), 'gpc-rules-'));
    before(async () => {
      const verificationKey = join(folder, 'rules.pem');
      writeFileSync(verificationKey, keys.publicKey.export({ type: 'spki', format: 'pem' }));
      it = await startPracticeApi(await fresh(), { settings: { rulePacks: { verificationKey } } });
    });
    after(async () => {
      await it?.provider.close();
      rmSync(folder, { recursive: true, force: true });
    });
    const put = async (body: string, contentType = 'application/jose', token = administrationToken) => {
      const { port } = it.provider.running.administration;
      const answer = await fetch(`http://127.0.0.1:${port}/rule-packs/national`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${token}`, 'content-type': contentType },
        body,
      });
      return { status: answer.status, body: JSON.parse(await answer.text()) as Record<string, unknown> };
    };

    test('UPD-06: a national pack is taken with its signature only, and then judges what comes', async () => {
      const signed = await signedPack('2026.9');
      assert.equal((await put(signed, 'application/jose', 'not the token')).status, 401);
      assert.equal((await put('{}', 'application/json')).status, 415);
      const forged = await put(`${signed.slice(0, -8)}AAAAAAAA`);
      assert.deepEqual([forged.status, /not signed/.test(String(forged.body.error))], [422, true]);
      const before = (await it.call('GET', '/rules')).body.inForce.version;
      assert.equal(before, nationalRulePack().version);
      const taken = await put(signed);
      assert.deepEqual([taken.status, taken.body.state], [200, 'in-force']);
      assert.equal((await put(signed)).status, 200, 'the same again changes nothing');
      const rules = (await it.call('GET', '/rules', { as: 'reader' })).body;
      assert.equal(rules.inForce.version, '2026.9');
      assert.equal(rules.packs.length, 1);
      const item = await it.deliver(
        updateRecord({ patient: pargeter, at: new Date(), extras: [pressure(133, 77)] }),
      );
      const reading = item.entries.find(({ kind }: { kind: string }) => kind === 'observation');
      assert.deepEqual(
        reading.findings.map(({ ruleId, ruleVersion }: Record<string, string>) => [ruleId, ruleVersion]),
        [['BP-08', '2']],
      );
    });

    test('SG-10: the practice’s own pack over its API: what loosens is named, what tightens is in force', async () => {
      const send = (rules: object[], as: 'lead' | 'reviewer' = 'lead') =>
        it.call('POST', '/rules/practice', {
          body: { pack: { id: 'own', version: '1', rules }, reason: 'our policy' },
          as,
        });
      const looser = await send([{ id: 'BP-08', parameters: { systolic: 150 } }]);
      assert.equal(looser.status, 422);
      assert.deepEqual([looser.body.error, looser.body.requirement], ['RULE_PACK', 'SG-10']);
      assert.deepEqual(
        looser.body.refused.map(({ id }: { id: string }) => id),
        ['BP-08'],
      );
      assert.equal((await send([{ id: 'bp' }])).status, 400);
      assert.equal((await send([], 'reviewer')).status, 403);
      assert.equal((await send([{ id: 'BP-05', severity: 'ACTION' }])).body.state, 'in-force');
      assert.equal((await it.call('GET', '/rules')).body.inForce.version, '2026.9+own.1');
      assert.deepEqual((await it.call('GET', '/rules/look-back', { as: 'lead' })).body, []);
    });

    test('UPD-09: an entry is amended over the API, checked first; INC-07: a sender’s entries of one patient', async () => {
      const item = await it.deliver(
        updateRecord({ patient: pargeter, at: new Date(), extras: [pressure(77, 118)] }),
      );
      const { ref } = item.entries.find(({ kind }: { kind: string }) => kind === 'observation');
      const amendment = { systolic: 118, diastolic: 77 };
      const at = `/inbox/items/${item.item}`;
      const checked = await it.call('POST', `${at}/amendments/check`, { body: { ref, amendment } });
      assert.deepEqual([checked.status, checked.body.severity], [200, 'NONE'], checked.text);
      const nothing = await it.call('POST', `${at}/amendments/check`, { body: { ref, amendment: {} } });
      assert.equal(nothing.status, 400);
      const cannot = await it.call('POST', `${at}/amendments/check`, {
        body: { ref, amendment: { dosage: 'one' } },
      });
      assert.deepEqual([cannot.status, cannot.body.error], [422, 'AMENDMENT']);
      const others = item.entries.filter((entry: { ref: string }) => entry.ref !== ref);
      const decided = await it.call('POST', `${at}/decisions`, {
        body: {
          version: item.version,
          decisions: [
            { ref, decision: 'amend', amendment, reason: 'Figures swapped' },
            ...(item.message.choices.length > 0
              ? [{ ref: 'message', decision: 'accept', confirmed: true }]
              : []),
            ...others.map((entry: { ref: string }) => ({ ref: entry.ref, decision: 'accept' })),
          ],
        },
      });
      assert.equal(decided.status, 200, decided.text);
      const done = await it.call('POST', `${at}/complete`, { body: { version: decided.body.version } });
      assert.equal(done.body.status, 'filed-amended');
      const quarantined = await it.call('POST', '/inbox/quarantine', {
        body: { nhsNumber: pargeter.nhsNumber, sender: 'fzz01', reason: 'another person’s readings' },
      });
      assert.equal(quarantined.status, 200, quarantined.text);
      assert.equal(quarantined.body.filed, done.body.filed.length);
      assert.ok(quarantined.body.waiting > 0);
      assert.deepEqual(quarantined.body.readers, []);
      const released = await it.call('POST', '/inbox/quarantine/release', {
        body: { nhsNumber: pargeter.nhsNumber, sender: 'FZZ01', reason: 'checked' },
      });
      assert.equal(released.body.released, quarantined.body.withheld);
    });

    test('DCC-03: care settings are not to be chosen where no directory tells them', async () => {
      const answer = await it.call('POST', '/inbox/controls/care-settings', {
        body: { product: 'update-record', settings: ['pharmacy'], reason: 'x' },
        as: 'lead',
      });
      assert.deepEqual([answer.status, answer.body.requirement], [400, 'DCC-03']);
    });

    test('SG-10: the audit of each practice names the pack and from when it is in force', async () => {
      const audit = await it.provider.stopAndReadAudit();
      const pack = audit.find(({ patient }) => patient.action === 'rule-pack');
      assert.equal(pack?.patient.subject, 'national 2026.9');
    });
  });
}
