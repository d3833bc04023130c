import { describe, expect, it } from 'vitest';
import { PatientApp } from '../../../electron/main/patient-app';
import type { App } from '../../../electron/services/app';
import type { AppEvent } from '../../../shared/contract/contract';
import { KeyshiftError } from '../../../shared/errors';
import { recordingHandlers } from '../../support/fake-handlers';

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
  const patient = new PatientApp(
    async () => {
      starts += 1;
      if (!mayStart()) throw inUse;
      return app;
    },
    (error) => failures.push(error),
  );
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
