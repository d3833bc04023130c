import { describe, expect, test } from 'vitest';
import { idleCheck, watchLockTriggers } from '../../../electron/window/lock-triggers';

/** A clock, a keyboard nobody may touch, and a screen that can be locked. */
function setUp(minutes: number, isTold = true, platform: NodeJS.Platform = 'linux') {
  const power = new Map<string, () => void>();
  const timers: { at: number; run: () => void }[] = [];
  let now = 0;
  let slept = 0;
  let idle = 0;
  let locked = 0;
  let after = minutes;
  let asleep = true;
  let untouched = 0;
  let screen: 'active' | 'locked' | 'unknown' = 'active';
  const end = watchLockTriggers({
    platform,
    power: { on: (event, listener) => power.set(event, listener), getSystemIdleTime: () => (isTold ? idle : 0), getSystemIdleState: () => screen },
    untouched: () => untouched,
    lockOnSleep: () => asleep,
    lockAfterMinutes: () => after,
    lock: () => (locked += 1),
    now: () => now + slept,
    setTimer(milliseconds, run) {
      const timer = { at: now + milliseconds, run };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
  });
  const pass = (milliseconds: number, touched = false): void => {
    for (let left = milliseconds; left > 0; left -= idleCheck) {
      now += idleCheck;
      idle = touched ? 0 : idle + idleCheck / 1000;
      untouched = touched && !isTold ? 0 : untouched + idleCheck;
      for (const timer of timers.filter(({ at }) => at <= now)) {
        timers.splice(timers.indexOf(timer), 1);
        timer.run();
      }
    }
  };
  /** Timers and what is known of the keyboard stand still meanwhile; whoever wakes it touches it. */
  const sleep = (milliseconds: number): void => {
    slept += milliseconds;
    idle = 0;
  };
  return { power, pass, sleep, end, locked: () => locked, setMinutes: (value: number) => (after = value), setAsleep: (value: boolean) => (asleep = value), setScreen: (value: typeof screen) => (screen = value), timers };
}

describe('row 17: what locks by itself', () => {
  test.each(['lock-screen', 'suspend'])('%s does, unless the setting says no', (event) => {
    const { power, locked, setAsleep } = setUp(0);
    power.get(event)?.();
    expect(locked()).toBe(1);
    setAsleep(false);
    power.get(event)?.();
    expect(locked()).toBe(1);
  });

  test('the screen being locked does where the system answers and tells nobody, as Linux: once for each lock, and unless the setting says no', () => {
    const { pass, locked, setAsleep, setScreen } = setUp(0);
    setScreen('unknown');
    pass(60_000, true);
    expect(locked()).toBe(0);
    setScreen('locked');
    pass(idleCheck);
    expect(locked()).toBe(1);
    // Whoever opens it behind a screen that a desktop goes on calling locked is not shut out again and again.
    pass(60_000);
    expect(locked()).toBe(1);
    setScreen('active');
    pass(idleCheck);
    setScreen('locked');
    pass(idleCheck);
    expect(locked()).toBe(2);
    setScreen('active');
    pass(idleCheck);
    setAsleep(false);
    setScreen('locked');
    pass(60_000);
    expect(locked()).toBe(2);
  });

  test.each(['win32', 'darwin'] as const)('on %s the system tells of a lock, and a screen saver that asks for no password is none', (platform) => {
    const { power, pass, locked, setScreen } = setUp(0, true, platform);
    setScreen('locked');
    pass(60_000);
    expect(locked()).toBe(0);
    power.get('lock-screen')?.();
    expect(locked()).toBe(1);
  });

  test('nobody touching the machine for as long as the setting says, not sooner', () => {
    const { pass, locked } = setUp(2);
    pass(110_000);
    expect(locked()).toBe(0);
    pass(10_000);
    expect(locked()).toBe(1);
  });

  test('a machine that slept for so long was touched by nobody, also where sleep itself locks nothing', () => {
    for (const isTold of [true, false]) {
      const { power, pass, sleep, locked, setAsleep, end, timers } = setUp(15);
      setAsleep(false);
      const wake = (): void => (isTold ? power.get('resume')?.() : pass(idleCheck, true));
      sleep(10 * 60_000);
      wake();
      expect([locked(), timers.length]).toEqual([0, 1]);
      sleep(16 * 60_000);
      wake();
      expect([locked(), timers.length]).toEqual([1, 1]);
      // A clock that was set back is no sleep.
      sleep(-86_400_000);
      wake();
      pass(60_000, true);
      expect(locked()).toBe(1);
      end();
      sleep(86_400_000);
      power.get('resume')?.();
      expect([locked(), timers.length]).toEqual([1, 0]);
    }
  });

  test('somebody typing keeps it open, in another window too once the system has told of a pause', () => {
    const { pass, locked } = setUp(1);
    pass(idleCheck);
    pass(3_600_000, true);
    expect(locked()).toBe(0);
  });

  test('where the system never tells of a pause, as below some Wayland compositors, the own window being touched by nobody counts', () => {
    const { pass, locked } = setUp(2, false);
    pass(3_600_000, true);
    expect(locked()).toBe(0);
    pass(110_000);
    expect(locked()).toBe(0);
    pass(10_000);
    expect(locked()).toBe(1);
  });

  test('0 never locks for idleness, and a new setting counts from the next look', () => {
    const { pass, locked, setMinutes } = setUp(0);
    pass(3_600_000);
    expect(locked()).toBe(0);
    setMinutes(1);
    pass(idleCheck);
    expect(locked()).toBe(1);
  });

  test('after the end no timer is left', () => {
    const { end, timers, pass } = setUp(1);
    pass(30_000);
    expect(timers).toHaveLength(1);
    end();
    expect(timers).toHaveLength(0);
  });
});
