import { describe, expect, it } from 'vitest';
import { PatientApp } from '../../../electron/main/patient-app';
import type { App } from '../../../electron/services/app';
import type { FirstLook } from '../../../electron/services/first-look';
import type { AppEvent } from '../../../shared/contract/contract';
import { KeyshiftError } from '../../../shared/errors';
import { aFirstLook, recordingHandlers } from '../../support/fake-handlers';

const inUse = new KeyshiftError('profile.in-use', 'In use.');

/** Services that start only once they may. */
function services(mayStart: () => boolean) {
  let starts = 0;
  let stops = 0;
  const changes: string[] = [];
  let tell: ((event: AppEvent) => void) | undefined;
  const { handlers, seen } = recordingHandlers({ 'vault.status': () => ({ state: 'locked' }) });
  const app: App = {
    handlers,
    listening: ['127.0.0.1:1'],
    onEvent: (listener) => {
      tell = listener;
      return () => undefined;
    },
    openFile: () => Promise.reject(new Error('no file is here')),
    unlockWithKeyring: async () => true,
    networkChanged: (reason) => void changes.push(reason),
    stop: async () => void (stops += 1),
  };
  const failures: unknown[] = [];
  const patient = new PatientApp({
    start: async () => {
      starts += 1;
      if (!mayStart()) throw inUse;
      return app;
    },
    open: async () => undefined,
    failed: (error) => failures.push(error),
  });
  return { patient, failures, seen, tell: (event: AppEvent) => tell?.(event), starts: () => starts, stops: () => stops, changes };
}

describe('an app whose services may not start', () => {
  it('started: passes every call and event, and asks for nothing twice', async () => {
    const { patient, seen, tell, starts, changes } = services(() => true);
    patient.networkChanged('wake'); // nothing runs yet that could care
    const heard: AppEvent[] = [];
    patient.onEvent((event) => heard.push(event));
    await patient.attempt();
    expect(await patient.handlers.vault.status(undefined)).toEqual({ state: 'locked' });
    expect(await patient.attempt()).toBeDefined();
    tell({ type: 'vault.changed', state: 'open' });
    expect([seen.map(({ name }) => name), heard, starts(), patient.started, patient.listening]).toEqual([['vault.status'], [{ type: 'vault.changed', state: 'open' }], 1, true, ['127.0.0.1:1']]);
    expect(await patient.unlockWithKeyring()).toBe(true);
    patient.networkChanged('wake');
    expect(changes).toEqual(['wake']);
  });

  it('starting: calls wait, and get their answer or the reason', async () => {
    for (const mayStart of [true, false]) {
      const { patient, starts } = services(() => mayStart);
      const started = patient.attempt().then(() => 'started', () => 'not started');
      const asked = [patient.handlers.vault.status(undefined), patient.handlers.settings.get(undefined)].map((call) => Promise.resolve(call).then(() => 'answered', (error: unknown) => error));
      expect(await Promise.all([started, ...asked])).toEqual(mayStart ? ['started', 'answered', 'answered'] : ['not started', inUse, inUse]);
      expect(starts()).toBe(1);
    }
  });

  it('not started: every call gives the reason, the first status tells it, the second tries again, and then all is well', async () => {
    let free = false;
    const { patient, failures, starts } = services(() => free);
    await expect(patient.attempt()).rejects.toBe(inUse);
    await expect(patient.handlers.settings.get(undefined)).rejects.toBe(inUse);
    await expect(patient.handlers.vault.unlock({ passphrase: 'x' })).rejects.toBe(inUse);
    await expect(patient.handlers.vault.status(undefined)).rejects.toBe(inUse);
    expect([starts(), failures, patient.started, await patient.unlockWithKeyring()]).toEqual([1, [inUse], false, false]);
    await expect(patient.handlers.vault.status(undefined)).rejects.toBe(inUse);
    expect(starts()).toBe(2);
    free = true;
    // Two pages asking at once are one attempt.
    expect(await Promise.all([patient.handlers.vault.status(undefined), patient.handlers.vault.status(undefined)])).toEqual([{ state: 'locked' }, { state: 'locked' }]);
    expect([starts(), patient.started]).toEqual([3, true]);
  });

  it('stopped: ends what runs, and starts nothing any more', async () => {
    const running = services(() => true);
    await running.patient.attempt();
    await running.patient.stop();
    expect(running.stops()).toBe(1);
    const waiting = services(() => true);
    await waiting.patient.stop();
    await expect(waiting.patient.attempt()).rejects.toThrow('ending');
    expect(waiting.starts()).toBe(0);
  });
});

/** What of a call is known: `waits` until it is answered. */
function watched(call: unknown): { state: unknown } {
  const seen: { state: unknown } = { state: 'waits' };
  Promise.resolve(call).then((answer) => (seen.state = answer), (error: unknown) => (seen.state = error));
  return seen;
}
function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => ([resolve, reject] = [yes, no]));
  return { promise, resolve, reject };
}

const aWhile = () => new Promise((resolve) => setImmediate(resolve));

/** An app whose page is shown a first look, and whose services start and open the vault when it is said. */
function looked() {
  const { handlers, seen } = recordingHandlers({ 'vault.status': () => ({ state: 'locked' }), 'vault.lock': () => null });
  let tell: ((event: AppEvent) => void) | undefined;
  const app: App = { handlers, listening: [], onEvent: (listener) => ((tell = listener), () => undefined), openFile: () => Promise.reject(new Error('no file is here')), unlockWithKeyring: async () => true, networkChanged: () => undefined, stop: async () => undefined };
  let show: (look: FirstLook) => void = () => undefined;
  const started = deferred<App>();
  const opened = deferred<undefined>();
  let lost = 0;
  const patient = new PatientApp({
    start: (tell) => {
      show = tell;
      return started.promise;
    },
    open: () => opened.promise,
    failed: () => undefined,
  });
  patient.onLost(() => (lost += 1));
  const attempt = patient.attempt().catch(() => undefined);
  return { patient, seen, tell: (event: AppEvent) => tell?.(event), show: () => show(aFirstLook), start: () => started.resolve(app), fail: () => started.reject(inUse), open: () => opened.resolve(undefined), attempt, lost: () => lost };
}

describe('a first look before the services', () => {
  it('row 16: calls of the first screen are answered by it, and what is pressed waits until the vault is open in the services: nothing is lost', async () => {
    const { patient, seen, show, start, open, attempt, lost } = looked();
    const before = [watched(patient.handlers.vault.status(undefined)), watched(patient.handlers.conversations.list(undefined)), watched(patient.handlers.vault.lock(undefined))];
    await aWhile();
    expect(before.map(({ state }) => state)).toEqual(['waits', 'waits', 'waits']);
    show();
    const [status, list, press] = before;
    const contacts = watched(patient.handlers.contacts.list(undefined));
    await aWhile();
    expect([status?.state, list?.state, contacts.state, press?.state]).toEqual([aFirstLook['vault.status'], aFirstLook['conversations.list'], aFirstLook['contacts.list'], 'waits']);
    start();
    await aWhile();
    expect([press?.state, seen]).toEqual(['waits', []]);
    open();
    await attempt;
    await aWhile();
    expect([press?.state, seen.map(({ name }) => name), lost()]).toEqual([null, ['vault.lock'], 0]);
    // From here on the services answer.
    expect(await patient.handlers.vault.status(undefined)).toEqual({ state: 'locked' });
  });

  it('row 16: a lock is told at once, whoever calls it, and what opens behind it shows nothing again; the services are locked as soon as they can be', async () => {
    const { patient, seen, tell, show, start, open, attempt } = looked();
    const heard: unknown[] = [];
    patient.onEvent((event) => heard.push('state' in event ? event.state : event.type));
    show();
    const press = watched(patient.handlers.vault.lock(undefined));
    expect(heard).toEqual(['locked']);
    // What is asked from now on is answered by the services.
    const list = watched(patient.handlers.conversations.list(undefined));
    start();
    await aWhile();
    tell({ type: 'vault.changed', state: 'open' });
    tell({ type: 'desktop.help' });
    expect([press.state, list.state, seen]).toEqual(['waits', 'waits', []]);
    open();
    await attempt;
    await aWhile();
    expect([press.state, seen.map(({ name }) => name), heard]).toEqual([null, ['vault.lock', 'conversations.list'], ['locked', 'desktop.help']]);
    // Later openings are told.
    tell({ type: 'vault.changed', state: 'open' });
    expect(heard.at(-1)).toBe('open');
  });

  it('row 16: when the services do not start after all, the page begins anew and hears why; without a first look it hears at once', async () => {
    for (const isShown of [true, false]) {
      const { patient, show, fail, attempt, lost } = looked();
      if (isShown) show();
      const press = watched(patient.handlers.vault.lock(undefined));
      fail();
      await attempt;
      await aWhile();
      expect([press.state, lost()]).toEqual([inUse, isShown ? 1 : 0]);
      await expect(patient.handlers.vault.status(undefined)).rejects.toBe(inUse);
    }
  });

  it('without one, nothing waits for a keyring that takes its time', async () => {
    const { patient, start, attempt } = looked();
    start();
    await attempt;
    expect(await patient.handlers.vault.status(undefined)).toEqual({ state: 'locked' });
  });
});
