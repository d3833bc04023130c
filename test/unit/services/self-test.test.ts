import { expect, test } from 'vitest';
import type { Crypto } from '../../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../../electron/engine/crypto/kernel-random';
import { EventHub } from '../../../electron/services/event-hub';
import { NetworkFacts } from '../../../electron/services/network-facts';
import { noSightings, type Preferences, type VaultFile } from '../../../electron/services/ports';
import { VaultService } from '../../../electron/services/vault-service';
import { defaultSettings } from '../../../shared/model/settings';
import { realCrypto } from '../../support/foundation-kit';
import { ManualClock } from '../../support/manual-clock';
import { createMemoryNetwork } from '../../support/memory-transport';
import { testNow } from '../../support/session-kit';

/** A service over a vault that notes every touch, on a machine whose primitives are as given. */
function serviceOn(crypto: Crypto) {
  const touched: string[] = [];
  const told: string[] = [];
  const never = (what: string) => async (): Promise<never> => {
    touched.push(what);
    throw new Error('this vault was touched');
  };
  let state: ReturnType<VaultFile['state']> = 'present';
  const vaultFile: VaultFile = { state: () => state, create: never('create'), unlock: never('unlock'), check: never('check'), unlockWithKey: never('unlockWithKey') };
  const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const events = new EventHub(quiet);
  events.on(({ type }) => void told.push(type));
  const preferences: Preferences = { settings: defaultSettings };
  const service = new VaultService({
    crypto,
    clock: new ManualClock(testNow),
    random: kernelRandom,
    logger: quiet,
    events,
    transport: createMemoryNetwork().transport,
    ownAddresses: () => [],
    network: new NetworkFacts(),
    sightings: noSightings,
    preferences: { get: () => preferences, set: () => undefined },
    settings: () => defaultSettings,
    keyring: undefined,
    deviceName: 'desk',
    vaultFile,
  });
  return { handlers: service.handlers, touched, told, without: () => (state = 'absent') };
}

test('hardening row 27: where one primitive gives a wrong answer no vault is made or opened, nothing is touched, and nothing is told', async () => {
  const real = await realCrypto();
  const attempt = async (work: () => unknown): Promise<unknown> => Promise.resolve().then(work).catch((error: unknown) => (error as { code?: string }).code);
  for (const broken of [{ sha512: () => new Uint8Array(64) }, { verify: () => true }, { rsaVerify: () => true }, { random: (length: number) => new Uint8Array(length) }]) {
    const { handlers, touched, told, without } = serviceOn({ ...real, ...broken });
    expect(await attempt(() => handlers.unlock({ passphrase: 'a passphrase' }))).toBe('self-test.failed');
    without();
    expect(await attempt(() => handlers.create({ passphrase: 'a passphrase', name: 'Ann' }))).toBe('self-test.failed');
    expect([touched, told]).toEqual([[], []]);
  }
  const sound = serviceOn(real);
  await attempt(() => sound.handlers.unlock({ passphrase: 'a passphrase' }));
  expect(sound.touched).toEqual(['unlock']);
});
