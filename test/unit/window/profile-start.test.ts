import { describe, expect, it } from 'vitest';
import type { EarlyVault } from '../../../electron/compose/early-vault';
import { startProfile } from '../../../electron/main/profile-start';
import type { App } from '../../../electron/services/app';
import type { FirstLook } from '../../../electron/services/first-look';
import { KeyshiftError } from '../../../shared/errors';
import { aFirstLook } from '../../support/fake-handlers';

interface Given {
  readonly wrapped?: string;
  /** What opening early gives. */
  readonly opened?: 'with a look' | 'without' | 'not';
  readonly servicesStart?: boolean;
}

/** Everything that happens in a start, in its order. */
async function stepsOf({ wrapped, opened = 'not', servicesStart = true }: Given): Promise<string[]> {
  const steps: string[] = [];
  const step = (name: string) => void steps.push(name);
  const early = { look: opened === 'with a look' ? aFirstLook : undefined, close: () => step('early closed') } as EarlyVault; // nothing else of it is looked at here
  const start = startProfile(
    {
      pageFirst: { asked: Promise.resolve().then(() => step('page asked')), served: Promise.resolve().then(() => step('page served')), drawn: async () => step('page drawn') },
      keyring: {
        ask: (which) => step(`keyring asked for ${which}`),
        answered: async () => undefined,
        forget: () => step('keyring forgotten'),
        available: async () => true,
        wrap: async (secret) => secret,
        unwrap: async (secret) => secret,
      },
      wrapped,
      openEarly: async (which) => {
        step(`opened early with ${which}`);
        return opened === 'not' ? undefined : early;
      },
      startServices: async (given) => {
        step(given === undefined ? 'services' : 'services with the open vault');
        if (!servicesStart) throw new KeyshiftError('port.in-use', 'Taken.');
        return {} as App; // passed on unseen
      },
    },
    (look: FirstLook) => step(look === aFirstLook ? 'look shown' : 'something else shown'),
  );
  await start.then(() => step('started'), (error: unknown) => step(error instanceof KeyshiftError ? error.code : 'another error'));
  return steps;
}

describe('row 16: the order of a start', () => {
  it('where the keyring has the key, the first screen is told before anything of the services is read, and they come behind its frame', async () => {
    expect(await stepsOf({ wrapped: 'w', opened: 'with a look' })).toEqual(['page asked', 'page served', 'keyring asked for w', 'opened early with w', 'look shown', 'page drawn', 'services with the open vault', 'started']);
  });

  it('nothing is opened early where no keyring is used, and nothing is told where something has to be done first or anything is unusual', async () => {
    expect(await stepsOf({})).toEqual(['page asked', 'page served', 'keyring asked for undefined', 'services', 'started']);
    expect(await stepsOf({ wrapped: 'w', opened: 'without' })).toEqual(['page asked', 'page served', 'keyring asked for w', 'opened early with w', 'services with the open vault', 'started']);
    expect(await stepsOf({ wrapped: 'w' })).toEqual(['page asked', 'page served', 'keyring asked for w', 'opened early with w', 'services', 'started']);
  });

  it('services that do not start leave nothing open and no key', async () => {
    expect((await stepsOf({ wrapped: 'w', opened: 'with a look', servicesStart: false })).slice(-3)).toEqual(['early closed', 'keyring forgotten', 'port.in-use']);
    expect((await stepsOf({ wrapped: 'w', servicesStart: false })).slice(-3)).toEqual(['services', 'keyring forgotten', 'port.in-use']);
  });
});
