/** The part of Electron's `powerMonitor` that is used. */
export interface PowerSide {
  on(event: 'lock-screen' | 'suspend' | 'resume', listener: () => void): unknown;
  getSystemIdleTime(): number;
  getSystemIdleState(idleThreshold: number): string;
}

export interface LockTriggerParts {
  readonly platform: NodeJS.Platform;
  readonly power: PowerSide;
  /** Milliseconds since the own window was touched. */
  readonly untouched: () => number;
  /** Whether sleep and the lock of the screen count. Asked anew each time. */
  readonly lockOnSleep: () => boolean;
  /** Minutes without input after which to lock; 0 = never. Asked anew each time. */
  readonly lockAfterMinutes: () => number;
  /** Locks; doing so twice is harmless. */
  readonly lock: () => void;
  /** The wall clock, in milliseconds: it goes on while the machine sleeps. */
  readonly now: () => number;
  readonly setTimer: (milliseconds: number, run: () => void) => () => void;
}

/** How often the idle time and, where that is not told, the screen are looked at, in milliseconds: the lock comes at most this late. */
export const idleCheck = 10_000;

/**
 * Hardening row 17: what locks without being asked. The screen being locked, the machine going to sleep, nobody touching it.
 * The returned function ends it.
 */
export function watchLockTriggers({ platform, power, untouched, lockOnSleep, lockAfterMinutes, lock, now, setTimer }: LockTriggerParts): () => void {
  const asleep = (): void => {
    if (lockOnSleep()) lock();
  };
  power.on('lock-screen', asleep);
  power.on('suspend', asleep);
  let cancel: (() => void) | undefined;
  // On Linux Electron tells nobody that the screen is locked, but answers whoever asks: by the desktop's word on the session bus, else by the display's.
  // Elsewhere it tells, and answers of more than a lock: a screen saver that asks for no password, on Windows.
  let wasLocked = false;
  const lookAtScreen = (): void => {
    if (platform !== 'linux') return;
    const isLocked = power.getSystemIdleState(1) === 'locked';
    if (isLocked && !wasLocked) asleep();
    wasLocked = isLocked;
  };
  // Where Chromium can ask nobody (below Wayland: neither KWin nor Mutter) it says 0, always. Nobody touches a machine so evenly that no look ever finds a
  // second without a touch: until one has, it is not known, and the window has to do.
  let isTold = false;
  let lookedAt = now();
  const check = (): void => {
    cancel?.();
    lookAtScreen();
    const minutes = lockAfterMinutes();
    // Whoever wakes a machine touches it, and it counts from there; while it slept nobody did.
    const idle = power.getSystemIdleTime() * 1000;
    isTold ||= idle > 0;
    const away = Math.max(isTold ? idle : untouched(), now() - lookedAt - idleCheck);
    lookedAt = now();
    if (minutes > 0 && away >= minutes * 60_000) lock();
    cancel = setTimer(idleCheck, check);
  };
  power.on('resume', () => {
    if (cancel !== undefined) check();
  });
  cancel = setTimer(idleCheck, check);
  return () => {
    cancel?.();
    cancel = undefined;
  };
}
