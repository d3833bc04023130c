import type { Crypto } from '../../../electron/engine/crypto/crypto';
import { changePreferences, parsePreferences, toPreferences } from '../../../electron/platform/preferences-shape';
import { readMemory, startingMemory, writeMemory } from '../../../electron/services/updates/judge';
import { costBounds, encodeVault, parseVault, type VaultContent } from '../../../electron/storage/vault-format';
import { KeyshiftError } from '../../../shared/errors';
import { defaultSettings, settings } from '../../../shared/model/settings';
import { keyList } from '../../support/update-kit';
import { assertSame, outcomeOf, type Target } from '../target';

const head = 'KSHVAULT'.length;
const checksum = 32;

/** What a profile's folder holds in the clear or before there is a key: whoever had the disk may have put anything there. */
export function disk(crypto: Crypto): Target[] {
  const counting = (from: number, length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (from + at) & 255);
  const content: VaultContent = { cost: { memoryBytes: 256 * 1024 * 1024, passes: 3 }, salt: counting(1, 16), keyCheck: counting(2, 16), sealedKey: counting(3, 48), schema: 45 };
  const vault = encodeVault(crypto, content);
  /** With the checksum it ought to have: what is behind it is met by the bytes, too. */
  const summed = (bytes: Uint8Array): Uint8Array => {
    const rest = bytes.subarray(Math.min(bytes.length, head + checksum));
    return Buffer.concat([vault.subarray(0, head), crypto.sha256(rest), rest]);
  };
  const remembered = writeMemory({ ...startingMemory(keyList(), undefined), serial: 7, manifest: 'ab'.repeat(32) });
  const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
  return [
    {
      name: 'vault file',
      seeds: [vault, encodeVault(crypto, content, 2)],
      run: (bytes) => {
        const plain = outcomeOf([KeyshiftError], () => (assertSame(bytes, encodeVault(crypto, parseVault(crypto, bytes)), 'a vault'), 'a vault'));
        const believed = outcomeOf([KeyshiftError], () => {
          const file = summed(bytes);
          const read = parseVault(crypto, file);
          assertSame(file, encodeVault(crypto, read), 'a vault');
          const { memoryBytes, passes } = read.cost;
          if (memoryBytes > costBounds.memoryBytes.most || passes > costBounds.passes.most) throw new Error('a vault that would never open');
          return 'one with its checksum';
        });
        return `${plain} / ${believed}`;
      },
    },
    {
      name: 'preferences file',
      seeds: [json({}), json({ settings: defaultSettings, listen: { host: '192.0.2.1', port: 1 }, listenMeanwhile: 65_535, keyringWrap: 'YWJj', window: { x: -1, y: 0, width: 1, height: 100_000, maximized: true }, later: [1] })],
      run: (bytes) => {
        const file = parsePreferences(Buffer.from(bytes).toString('utf8'));
        if (file === undefined) return 'damaged';
        const read = toPreferences(file);
        // Nothing but settings, each within its bounds, whatever else stands there.
        settings.strict().parse(read.settings);
        if (Object.getPrototypeOf(read.settings) !== Object.prototype) throw new Error('settings of another kind');
        // What is written is read again.
        if (parsePreferences(JSON.stringify(changePreferences(file, {}))) === undefined) throw new Error('written, it could not be read again');
        return Object.keys(file).toSorted().join(' ').slice(0, 80);
      },
    },
    {
      name: 'updates remembered',
      seeds: [json(remembered), json({ ...remembered, on: true, checkedAt: 5 })],
      run: (bytes) => {
        let said: unknown;
        try {
          said = JSON.parse(Buffer.from(bytes).toString('utf8'));
        } catch {
          return 'no JSON';
        }
        const read = readMemory(said);
        if (read === undefined) return 'nothing';
        const again = readMemory(writeMemory(read));
        if (JSON.stringify(again) !== JSON.stringify(read)) throw new Error('written, it would be another memory');
        // Whatever the disk says, no list of keys before the pinned one counts.
        const { keys } = startingMemory(keyList(), read);
        if (keys.version < keyList().version) throw new Error('the way back');
        return keys.version === keyList().version ? 'the pinned list' : 'a later list';
      },
    },
  ];
}
