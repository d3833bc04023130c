import { BusLine, type BusMessage } from '../../support/dbus';

const screen = { owner: 'org.freedesktop.ScreenSaver', path: '/org/freedesktop/ScreenSaver' } as const;

/**
 * What a desktop says on its session bus of a screen that is locked. (That a machine falls asleep cannot be told here: at logind's word Chromium ends its connections, and
 * with them the one that drives its pages.)
 */
export class DesktopSession {
  #line: BusLine | undefined;
  /** Whether somebody asked for the screen, and hears from then on what becomes of it. */
  isScreenWatched = false;
  #isLocked = false;

  static async start(address: string): Promise<DesktopSession> {
    const session = new DesktopSession();
    session.#line = await BusLine.open(address, (message) => session.#hear(message));
    await session.#line.ask('RequestName', 'su', [screen.owner, 4]);
    return session;
  }

  lockScreen(on: boolean): void {
    this.#isLocked = on;
    this.#line?.say({ type: 4, ...screen, member: 'ActiveChanged', signature: 'b', body: [on] });
  }

  close(): void {
    this.#line?.close();
  }

  #hear({ type, serial, sender, member }: BusMessage): void {
    if (type !== 1) return;
    const answer = { type: 2, destination: sender, replyTo: serial } as const;
    if (member === 'GetActive') {
      this.isScreenWatched = true;
      this.#line?.say({ ...answer, signature: 'b', body: [this.#isLocked] });
    } else this.#line?.say(answer);
  }
}
