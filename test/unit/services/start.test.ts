import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { startApp, type AppPorts } from '../../../electron/compose';
import { systemClock } from '../../../electron/platform/clock';
import { systemRandom } from '../../../electron/platform/random';
import type { App } from '../../../electron/services/app';
import type { Preferences } from '../../../electron/services/ports';
import { defaultSettings } from '../../../shared/model/settings';

describe('starting', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyshift-start-'));
  const apps: App[] = [];
  const logged: string[] = [];
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.stop()));
    logged.length = 0;
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const log = (event: string) => void logged.push(event);
  const ports = (change: Partial<AppPorts> & { remembered?: Preferences['listen']; readOnly?: boolean } = {}): AppPorts => {
    let preferences: Preferences = { settings: defaultSettings, ...(change.remembered === undefined ? {} : { listen: change.remembered }) };
    return {
      profileDirectory: join(folder, 'profile'),
      clock: systemClock,
      random: systemRandom,
      logger: { debug: log, info: log, warn: log, error: log },
      preferences: {
        get: () => preferences,
        set: (given) => {
          if (change.readOnly === true) throw new Error('disk full');
          preferences = { ...preferences, ...given };
        },
      },
      appVersion: '0',
      runtime: 'test',
      trial: false,
      kdf: 'test',
      ...change,
    };
  };
  const start = async (given: AppPorts): Promise<App> => {
    const app = await startApp(given);
    apps.push(app);
    return app;
  };
  const portOf = (app: App) => Number(app.listening[0]?.split(':').at(-1));

  test('a disk that takes no preferences is no reason not to start', async () => {
    const app = await start(ports({ listen: { host: '127.0.0.1', port: 0 }, readOnly: true }));
    expect(portOf(app)).toBeGreaterThan(0);
    expect(logged).toContain('listen.not-remembered');
    expect(await app.handlers.vault.status(undefined)).toMatchObject({ state: 'absent' });
  });

  test('an end leaves the port to others, whatever could not be read just then', async () => {
    const path = '../../../electron/compose/backing-up';
    let fail: (error: Error) => void = () => undefined;
    let reading = false;
    vi.doMock(path, () => {
      reading = true;
      return new Promise((_, reject) => (fail = reject));
    });
    try {
      const app = await startApp(ports({ profileDirectory: join(folder, 'ending'), listen: { host: '127.0.0.1', port: 0 } }));
      const asked = expect(Promise.resolve(app.handlers.backup.cancel(undefined))).rejects.toThrow();
      await vi.waitUntil(() => reading, { timeout: 10_000 });
      const stopped = app.stop();
      fail(new Error('too many open files'));
      await Promise.all([asked, stopped]);
      const again = await start(ports({ profileDirectory: join(folder, 'ending'), listen: { host: '127.0.0.1', port: portOf(app) } }));
      expect(portOf(again)).toBe(portOf(app));
    } finally {
      vi.doUnmock(path);
    }
  });

  test('a remembered port that is taken moves, a given one does not, and a start that failed leaves the profile free', async () => {
    const first = await start(ports({ profileDirectory: join(folder, 'first'), listen: { host: '127.0.0.1', port: 0 } }));
    const taken = { host: '127.0.0.1', port: portOf(first) };
    await expect(startApp(ports({ listen: taken }))).rejects.toMatchObject({ code: 'port.in-use' });
    const second = await start(ports({ remembered: taken }));
    expect(portOf(second)).not.toBe(taken.port);
    expect(await second.handlers.network.status(undefined)).toMatchObject({ moved: { from: taken.port, to: portOf(second) } });
    expect(await first.handlers.network.status(undefined)).not.toHaveProperty('moved');
    await expect(startApp(ports())).rejects.toMatchObject({ code: 'profile.in-use' });
    expect(existsSync(join(folder, 'profile'))).toBe(true);
  });

  test('another network: the addresses told are the new ones, and clients hear of it', async () => {
    let address = '192.168.1.5';
    const interfaces = () => [{ interfaceName: 'wlan0', address, internal: false, prefix: 24 }];
    const app = await start(ports({ listen: { host: '0.0.0.0', port: 0 }, interfaces }));
    const told: string[] = [];
    app.onEvent(({ type }) => told.push(type));
    const port = portOf(app);
    const announced = async () => (await app.handlers.network.status(undefined)).announced;
    expect(await announced()).toEqual([`192.168.1.5:${port}`]);
    address = '10.0.0.7';
    app.networkChanged('addresses');
    expect(await announced()).toEqual([`10.0.0.7:${port}`]);
    expect(told).toEqual(['network.changed']);
    app.networkChanged('wake');
    expect(told).toEqual(['network.changed']); // no more than once a second
  });

  test('a system that does not tell its interfaces when it wakes: what was told stands, and the program goes on', async () => {
    let failing = false;
    const interfaces = () => {
      if (failing) throw new Error('too many open files');
      return [{ interfaceName: 'wlan0', address: '192.168.1.5', internal: false, prefix: 24 }];
    };
    const app = await start(ports({ listen: { host: '0.0.0.0', port: 0 }, interfaces }));
    failing = true;
    app.networkChanged('wake');
    expect((await app.handlers.network.status(undefined)).announced).toEqual([`192.168.1.5:${portOf(app)}`]);
    expect(logged).toContain('interfaces.fault');
  });
});
