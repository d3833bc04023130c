import type { Handlers } from '../../shared/contract/contract';
import { KeyshiftError } from '../../shared/errors';
import { identityKeyHandlers, ownKeyFacts } from './fake-identity';
import type { FakeTools } from './fake-tools';
import { ownInstance, peerIdOf } from './ids';
import type { World } from './world';

/** The vault, who this person is, what they set, what the app says of itself. */
export function selfHandlers(world: World, tools: FakeTools): Pick<Handlers, 'vault' | 'identity' | 'settings' | 'diagnostics'> {
  const { refuse, emit, setVault } = tools;
  let givenUp: (error: KeyshiftError) => void = () => undefined;
  const vault: Handlers['vault'] = {
    status: () => ({ state: world.vault, keyring: world.keyring }),
    create: ({ passphrase, name }) => {
      if (world.vault !== 'absent') refuse('vault.exists');
      world.passphrase = passphrase;
      world.name = name;
      setVault('open');
      return { peerId: peerIdOf(name) };
    },
    unlock: ({ passphrase }) => {
      if (passphrase !== world.passphrase) refuse('vault.wrong-passphrase');
      return world.vault === 'open' ? null : setVault('open');
    },
    lock: () => setVault('locked'),
    checkPassphrase: ({ passphrase }) => (passphrase === world.passphrase ? null : refuse('vault.wrong-passphrase')),
    changePassphrase: ({ old, new: next, newKey }) => {
      if (old !== world.passphrase) refuse('vault.wrong-passphrase');
      if (newKey !== true) {
        world.passphrase = next;
        return null;
      }
      if (world.roomForNewKey !== undefined) refuse('disk.full', { limit: world.roomForNewKey });
      setVault('locked');
      emit({ type: 'vault.renewing', done: 41_000_000, total: 118_000_000, state: 'running' });
      // It stands there until somebody gives it up.
      return new Promise<null>((_, reject) => (givenUp = reject));
    },
    cancelNewKey: () => {
      setVault('open');
      emit({ type: 'vault.renewing', done: 41_000_000, total: 118_000_000, state: 'cancelled' });
      givenUp(new KeyshiftError('vault.given-up', 'vault.given-up'));
      return null;
    },
    setKeyring: ({ enabled }) => {
      world.keyring = enabled ? 'on' : 'off';
      return { keyring: world.keyring };
    },
  };
  const identity: Handlers['identity'] = {
    get: () => ({
      peerId: peerIdOf(world.name),
      name: world.name,
      createdAt: world.now() - 40 * 86_400_000,
      exchange: { serial: '01', notAfter: world.now() + 300 * 86_400_000 },
      instance: { id: ownInstance, name: 'desk' },
      addresses: ['192.168.1.20:47110'],
      ...ownKeyFacts(world),
    }),
    ...identityKeyHandlers(world, tools),
    exportPublic: ({ format }) => ({ text: format === 'card' ? 'keyshift-card:AAAA' : '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' }),
  };
  const settings: Handlers['settings'] = {
    get: () => world.settings,
    set: (by) => {
      world.settings = { ...world.settings, ...by };
      emit({ type: 'network.changed' });
      return world.settings;
    },
  };
  const diagnostics: Handlers['diagnostics'] = {
    meter: () => ({
      rsaKeygen: 1, rsaSign: 4, rsaVerify: 6, sign: 18, verify: 22, dh: 8, kemKeygen: 2, kemEncaps: 4, kemDecaps: 4,
      kekWrap: 3, kekUnwrap: 3, dskWrap: 9, dskUnwrap: 8, seal: 412, open: 388,
    }),
    about: () => world.about,
    report: () => ({ text: world.report }),
    licences: () => world.licences,
  };
  return { vault, identity, settings, diagnostics };
}
