import { spawnSync, type ChildProcess } from 'node:child_process';
import { BusLine, type BusMessage, type Said, textOf } from '../../support/dbus';
import { startBus } from './session-bus';

export interface ShownNotification {
  readonly id: number;
  readonly title: string;
  readonly body: string;
  readonly actions: readonly string[];
  /** Everything that was said, as it came. */
  readonly bytes: Buffer;
}

const owner = 'org.freedesktop.Notifications';
const path = '/org/freedesktop/Notifications';

/** A sentence saying what to type, where something is missing. */
export function missingNotifications(): string | undefined {
  if (process.platform !== 'linux') return 'notifications of the desktop are tried on Linux only';
  const there = spawnSync('sh', ['-c', 'command -v dbus-daemon && { PATH="$PATH:/sbin:/usr/sbin" ldconfig -p | grep -q libnotify.so.4; }']).status === 0;
  return there ? undefined : 'type this first: sudo apt-get install -y --no-install-recommends dbus libnotify4';
}

/** A session bus of its own with a desktop's notification server on it: what it is told, and what a person there does. */
export class NotificationServer {
  readonly shown: ShownNotification[] = [];
  /** Ids in the order in which they were taken back. */
  readonly closed: number[] = [];
  readonly address: string;
  readonly #bus: ChildProcess;
  #line: BusLine | undefined;

  private constructor(bus: ChildProcess, address: string) {
    this.#bus = bus;
    this.address = address;
  }

  static async start(): Promise<NotificationServer> {
    const { bus, address } = await startBus();
    const server = new NotificationServer(bus, address);
    server.#line = await BusLine.open(address, (message) => server.#hear(message));
    await server.#line.ask('RequestName', 'su', [owner, 4]);
    return server;
  }

  /** The person clicks it. */
  click(id: number): void {
    this.#line?.say({ type: 4, path, owner, member: 'ActionInvoked', signature: 'us', body: [id, 'default'] });
    this.#say(id, 2);
  }

  async stop(): Promise<void> {
    this.#line?.close();
    const gone = new Promise((done) => this.#bus.once('exit', done));
    this.#bus.kill('SIGTERM');
    await gone;
  }

  #hear({ type, serial, sender, member, body, bytes }: BusMessage): void {
    if (type !== 1) return;
    const answer = (signature: string, values: readonly Said[]): void => void this.#line?.say({ type: 2, destination: sender, replyTo: serial, signature, body: values });
    switch (member) {
      case 'GetServerInformation':
        return answer('ssss', ['stand-in', 'tests', '1', '1.2']);
      case 'GetCapabilities':
        return answer('as', [['actions', 'body', 'body-markup']]);
      case 'Notify': {
        const [, replaces, , title, text, actions] = body;
        const id = Number(replaces) || this.shown.length + 1;
        answer('u', [id]);
        this.shown.push({ id, title: textOf(title), body: textOf(text), actions: Array.isArray(actions) ? actions.map(textOf) : [], bytes });
        return;
      }
      case 'CloseNotification':
        answer('', []);
        this.closed.push(Number(body[0]));
        return this.#say(Number(body[0]), 3);
      default:
        answer('', []);
    }
  }

  /** Why it is gone: 2, a person; 3, by the call. */
  #say(id: number, reason: number): void {
    this.#line?.say({ type: 4, path, owner, member: 'NotificationClosed', signature: 'uu', body: [id, reason] });
  }
}
