import fc from 'fast-check';
import { expect, it } from 'vitest';
import { updateSignatures } from '../../../../electron/platform/update-signatures';
import { judge, type Judgement, type Memory, readMemory, type Self, startingMemory, writeMemory } from '../../../../electron/services/updates/judge';
import { encodeKeyList, encodeManifest, parseKeyList, parseManifest } from '../../../../electron/services/updates/manifest';
import { longestUpdateFile, readUpdateFile, writeUpdateFile } from '../../../../electron/services/updates/update-file';
import { compareVersions, parseVersion } from '../../../../electron/services/updates/version';
import { keyListText, signedBlock, updateFileText } from '../../../../scripts/updates/format.mjs';
import { day, keyBlock, keyList, manifest, now, packageFile, textOf, updateFile, updateKeys } from '../../../support/update-kit';

const self: Self = { version: '0.1.0', platform: 'linux', arch: 'x64', format: 'deb' };
const first = startingMemory(keyList(), undefined);
const judged = (bytes: Uint8Array, { memory = first, as = self, at = now }: { memory?: Memory; as?: Self; at?: number } = {}): Judgement => judge(bytes, memory, as, at, updateSignatures);
const why = (judgement: Judgement): string => (judgement.outcome.kind === 'refused' ? judgement.outcome.why : judgement.outcome.kind);

it('22: a newer version, rightly signed, is taken with the package for this system, and remembered', () => {
  const { outcome, memory } = judged(updateFile());
  expect(outcome).toEqual({ kind: 'newer', manifest: manifest(), file: packageFile() });
  expect(memory.serial).toBe(7);
  expect(readMemory(JSON.parse(JSON.stringify(writeMemory(memory))))).toEqual(memory);
});

it('22: a bad signature is refused, whatever byte of what was signed, or of the signature, is another one', () => {
  const bytes = updateFile();
  const from = Buffer.from(bytes).indexOf('manifest ');
  fc.assert(
    fc.property(fc.integer({ min: from + 9, max: bytes.length - 2 }), fc.integer({ min: 1, max: 255 }), (at, by) => {
      const changed = Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ by : byte));
      const { outcome, memory } = judged(changed);
      expect(outcome.kind).toBe('refused');
      expect(memory).toBe(first);
    }),
    { numRuns: 200 },
  );
});

it('22: nobody else’s signature counts: of a stranger, of a root, of the other kind of text, twice of one key', () => {
  expect(why(judged(updateFile({}, { by: [] })))).toBe('updates.unknown-key');
  expect(why(judged(updateFile({}, { by: [updateKeys.stranger] })))).toBe('updates.unknown-key');
  expect(why(judged(updateFile({}, { by: updateKeys.roots })))).toBe('updates.unknown-key');
  // Signed as a list of keys, shown as a manifest.
  const asKeys = signedBlock('keys', textOf(manifest()), [updateKeys.signer.pem]).replace(/^keys /, 'manifest ');
  expect(why(judged(Buffer.from(updateFileText([asKeys]))))).toBe('updates.bad-signature');
  const two = startingMemory(keyList({ signers: { threshold: 2, keys: [updateKeys.signer.publicKey, updateKeys.laterSigner.publicKey] } }), undefined);
  expect(why(judged(updateFile({}, { by: [updateKeys.signer, updateKeys.signer] }), { memory: two }))).toBe('updates.unknown-key');
  expect(why(judged(updateFile({}, { by: [updateKeys.signer, updateKeys.laterSigner] }), { memory: two }))).toBe('newer');
  // Of a stranger beside the right one: as when keys change.
  expect(why(judged(updateFile({}, { by: [updateKeys.stranger, updateKeys.signer] })))).toBe('newer');
});

it('22: no downgrade: the same version and older ones are nothing new, and a try is none for who runs a release', () => {
  const order = ['0.0.9', '0.1.0-alpha', '0.1.0-alpha.1', '0.1.0-alpha.beta', '0.1.0-beta.2', '0.1.0-beta.11', '0.1.0-rc.1', '0.1.0', '0.2.0-rc.1', '0.2.0', '0.10.0', '1.0.0'];
  // What is judged besides is known from above: no signature each time.
  const believed = { ...updateSignatures, verify: () => true };
  for (const [other, offered] of order.entries()) {
    const bytes = updateFile({ version: offered, files: [packageFile({ name: `keyshift_${offered}_amd64.deb` })] });
    for (const [at, version] of order.entries()) {
      const tries = offered.includes('-') && !version.includes('-');
      expect([version, offered, why(judge(bytes, first, { ...self, version }, now, believed))]).toEqual([version, offered, other > at && !tries ? 'newer' : 'current']);
    }
  }
  for (const text of ['1.0', '01.0.0', '1.0.0-', '1.0.0-01', '1.0.0+build', 'v1.0.0', '1.0.0 ', '1.0.0-a..b', `1.0.${'9'.repeat(10)}`, `1.0.0-${'a'.repeat(80)}`]) expect(parseVersion(text)).toBeUndefined();
  fc.assert(fc.property(fc.constantFrom(...order), fc.constantFrom(...order), (a, b) => Math.sign(compareVersions(versionOf(a), versionOf(b))) === Math.sign(order.indexOf(a) - order.indexOf(b))));
});

function versionOf(text: string) {
  const version = parseVersion(text);
  if (version === undefined) throw new Error(`${text} is no version`);
  return version;
}

it('22: a manifest that was followed by another one never comes back, not with its own number either', () => {
  const { memory } = judged(updateFile({ serial: 9 }));
  expect(why(judged(updateFile({ serial: 8 }), { memory }))).toBe('updates.older');
  expect(why(judged(updateFile({ serial: 9 }), { memory }))).toBe('newer');
  expect(why(judged(updateFile({ serial: 9, notes: {} }), { memory }))).toBe('updates.older');
  expect(why(judged(updateFile({ serial: 10 }), { memory }))).toBe('newer');
});

it('22: what is out of date is refused, and so is what comes from the future', () => {
  expect(why(judged(updateFile(), { at: now + 61 * day }))).toBe('updates.expired');
  expect(why(judged(updateFile({ issued: now + 2 * day, expires: now + 9 * day })))).toBe('updates.from-future');
  // The list of keys ends as well: nobody is held at one whose keys are long lost.
  expect(why(judged(updateFile(), { memory: startingMemory(keyList({ expires: now - 1000 }), undefined) }))).toBe('updates.expired');
  expect(judged(updateFile(), { at: now + 61 * day }).memory).toBe(first);
});

it('22: wrong platform, processor, kind of package and product are refused', () => {
  expect(why(judged(updateFile(), { as: { ...self, platform: 'darwin', format: 'dmg' } }))).toBe('updates.wrong-system');
  expect(why(judged(updateFile(), { as: { ...self, arch: 'arm64' } }))).toBe('updates.wrong-system');
  expect(why(judged(updateFile(), { as: { ...self, format: 'tar.gz' } }))).toBe('updates.wrong-system');
  const trial = { product: 'keyshift-trial', files: [packageFile({ name: 'keyshift-trial_0.2.0_amd64.deb' })] };
  expect(why(judged(updateFile(trial)))).toBe('updates.other-product');
  expect(why(judged(updateFile(), { memory: startingMemory(keyList({ product: 'keyshift-trial' }), undefined) }))).toBe('updates.other-product');
});

it('22: who signs is named by two roots anew; what the old key signed, and its high numbers, are nothing from then on', () => {
  const next = { version: 2, signers: { threshold: 1, keys: [updateKeys.laterSigner.publicKey] } };
  // The thief of the old key was there first, with the highest number there is.
  const { memory: spoilt } = judged(updateFile({ serial: 1_000_000_000 }));
  const { outcome, memory } = judged(updateFile({ list: 2, serial: 1 }, { by: [updateKeys.laterSigner], lists: [keyBlock(next)] }), { memory: spoilt });
  expect(outcome.kind).toBe('newer');
  expect(memory.keys.version).toBe(2);
  expect(why(judged(updateFile({ serial: 1_000_000_000 }), { memory }))).toBe('updates.unknown-key');
  expect(why(judged(updateFile({ list: 2, serial: 2 }), { memory }))).toBe('updates.unknown-key');
  // Known lists may stand in front for ever.
  expect(why(judged(updateFile({ list: 2, serial: 2 }, { by: [updateKeys.laterSigner], lists: [keyBlock(next)] }), { memory }))).toBe('newer');
  // Where the same key goes on, what it signed before does not.
  const same = judged(updateFile({ list: 2, serial: 1 }, { lists: [keyBlock({ version: 2 })] })).memory;
  expect(why(judged(updateFile({ serial: 900 }), { memory: same }))).toBe('updates.older');
});

it('22: a list of keys is kept also where the manifest behind it is refused', () => {
  const { outcome, memory } = judged(updateFile({}, { lists: [keyBlock({ version: 2, signers: { threshold: 1, keys: [updateKeys.laterSigner.publicKey] } })] }));
  expect(outcome).toEqual({ kind: 'refused', why: 'updates.unknown-key' });
  expect(memory.keys.version).toBe(2);
});

it('22: a list of keys that too few roots signed, that leaves one out, or that its own roots did not sign, changes nothing', () => {
  const roots = { threshold: 1, keys: [updateKeys.stranger.publicKey] };
  const cases: readonly (readonly [string, string])[] = [
    [keyBlock({ version: 2 }, [updateKeys.roots[0]]), 'updates.unknown-key'],
    [keyBlock({ version: 2 }, [updateKeys.roots[0], updateKeys.roots[0]]), 'updates.unknown-key'],
    [keyBlock({ version: 2 }, [updateKeys.signer, updateKeys.roots[1]]), 'updates.unknown-key'],
    [keyBlock({ version: 3 }), 'updates.unknown-key'],
    [keyBlock({ version: 2, roots }), 'updates.unknown-key'],
    // In order by itself and nobody's: whoever may name the next keys is said by the list before.
    [keyBlock({ version: 2, roots }, [updateKeys.stranger]), 'updates.unknown-key'],
    [keyBlock({ version: 2, roots }, [updateKeys.stranger, updateKeys.roots[0]]), 'updates.unknown-key'],
    [keyBlock({ version: 2, product: 'keyshift-trial' }), 'updates.other-product'],
  ];
  for (const [block, expected] of cases) {
    const { outcome, memory } = judged(updateFile({ list: 2 }, { lists: [block] }));
    expect(outcome).toEqual({ kind: 'refused', why: expected });
    expect(memory).toBe(first);
  }
  // With its own root's signature beside those of two old ones it is one.
  const moved = keyBlock({ version: 2, roots }, [updateKeys.roots[0], updateKeys.roots[2], updateKeys.stranger]);
  expect(why(judged(updateFile({ list: 2 }, { lists: [moved] })))).toBe('newer');
  expect(why(judged(updateFile({ list: 3 }, { lists: [moved, keyBlock({ version: 3, roots }, [updateKeys.stranger])] })))).toBe('newer');
});

it('22: what is remembered holds against an older app, and a newer app’s own list against what is remembered', () => {
  const later = judged(updateFile({ list: 2 }, { lists: [keyBlock({ version: 2 })] })).memory;
  expect(startingMemory(keyList(), later)).toBe(later);
  expect(startingMemory(keyList({ version: 3 }), later)).toEqual({ keys: keyList({ version: 3 }), serial: 0, manifest: '' });
  expect(startingMemory(keyList({ product: 'keyshift-trial' }), later).serial).toBe(0);
  for (const bad of [undefined, null, 7, 'x', {}, { keys: '{}', serial: 1, manifest: '' }, { ...writeMemory(later), serial: -1 }, { ...writeMemory(later), manifest: 'x' }]) expect(readMemory(bad)).toBeUndefined();
});

it('22: anything but the one spelling of a manifest and of a list of keys is refused, also where it is rightly signed', () => {
  const text = textOf(manifest());
  expect(encodeManifest(manifest())).toBe(text);
  expect(encodeKeyList(keyList())).toBe(keyListText({ ...keyList(), roots: { threshold: 2, keys: [...keyList().roots.keys] }, signers: { threshold: 1, keys: [...keyList().signers.keys] } }));
  const deb = JSON.stringify(packageFile());
  const spoilt = [
    text.replace('{"product"', '{"extra":1,"product"'),
    text.replace('"serial":7', '"serial":7,"serial":8'),
    text.replace('"serial":7', '"serial":7.0'),
    text.replace('"serial":7', '"serial":0'),
    text.replace('"serial":7', '"serial":"7"'),
    text.replace('Better', '\\u0042etter'),
    text.replace('Better', 'Better\\u202e'),
    text.replace('"en"', '"fr"'),
    text.replace('T12:00:00Z', 'T12:00:00+00:00'),
    text.replace('2026-11-25', '2026-11-31'),
    text.replace('2027-01-25', '2027-12-25'),
    text.replace('"version":"0.2.0"', '"version":"0.3.0"'),
    text.replace('keyshift_0.2.0_amd64.deb', '../keyshift_0.2.0_amd64.deb'),
    text.replace('keyshift_0.2.0_amd64.deb', 'keyshift-headless_0.2.0_amd64.deb'),
    text.replace('keyshift_0.2.0_amd64.deb', 'keyshift_0.2.0_$(id).deb'),
    text.replace('amd64.deb', 'amd64.rpm'),
    text.replace('"format":"deb"', '"format":"dmg"'),
    text.replace('"format":"deb"', '"format":"constructor"'),
    text.replace('"platform":"linux"', '"platform":"win32"'),
    text.replace(/"size":\d+/, '"size":99999999999'),
    text.replace(/"sha256":"./, '"sha256":"G'),
    text.replace(deb, `${deb},${deb}`),
    text.replace(`[${deb}]`, '[]'),
    `${text} `,
    text.replace(',"version"', ', "version"'),
  ];
  for (const one of spoilt) {
    expect([one === text, parseManifest(one)]).toEqual([false, undefined]);
    expect(judged(Buffer.from(updateFileText([signedBlock('manifest', one, [updateKeys.signer.pem])]))).outcome.kind).toBe('refused');
  }
  const list = encodeKeyList(keyList());
  const key = updateKeys.signer.publicKey;
  for (const one of [list.replace('"threshold":2', '"threshold":4'), list.replace('"threshold":1', '"threshold":0'), list.replace(`["${key}"]`, `["${key}","${key}"]`), list.replace(key, updateKeys.roots[0].publicKey), list.replace(key, `${key.slice(0, -2)}_=`), list.replace('"version":1', '"version":1.5')]) {
    expect([one === list, parseKeyList(one)]).toEqual([false, undefined]);
  }
});

it('22: an update file is read whole or not at all, and gives its bytes back', () => {
  const bytes = updateFile({}, { lists: [keyBlock({ version: 2 })] });
  const read = readUpdateFile(bytes);
  expect(read && Buffer.from(writeUpdateFile(read))).toEqual(Buffer.from(bytes));
  const text = Buffer.from(bytes).toString('utf8');
  const others = [
    '', 'keyshift update 1\n', text.slice(0, -1), `${text}\n`, ` ${text}`, text.replace('update 1', 'update 2'), text.replaceAll('\n', '\r\n'), `\ufeff${text}`,
    text.replace('manifest {', 'manifest  {'), `${text}keys {}\n`, text + text, text.replace('signature ', 'Signature '), text.replace(/ [^ ]*==\n/, ' \n'), `${text}<html></html>\n`,
    `keyshift update 1\n${'x'.repeat(longestUpdateFile)}\n`, '<!doctype html>\n', `${text.slice(0, -1)} extra\n`,
  ];
  for (const one of others) expect(readUpdateFile(Buffer.from(one))).toBeUndefined();
  expect(readUpdateFile(Uint8Array.of(...Buffer.from('keyshift update 1\nmanifest {"a":"'), 0xff, ...Buffer.from('"}\n')))).toBeUndefined();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (some) => {
      const again = readUpdateFile(some);
      if (again) expect(Buffer.from(writeUpdateFile(again))).toEqual(Buffer.from(some));
    }),
  );
});
