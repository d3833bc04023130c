import type { ChildProcess } from 'node:child_process';
import { BusLine, type BusMessage, type BusValue, textOf } from '../../support/dbus';
import { startBus } from './session-bus';

const watcher = 'org.kde.StatusNotifierWatcher';
const item = { owner: 'org.kde.StatusNotifierItem', path: '/StatusNotifierItem' } as const;
const menu = { owner: 'com.canonical.dbusmenu', path: '/com/canonical/dbusmenu' } as const;

export interface MenuEntry {
  readonly id: number;
  /** Empty: a line between others. */
  readonly label: string;
}

/** A session bus of its own with a desktop's place for icons on it (StatusNotifierItem, freedesktop.org): what is shown there, and what a person does with it. */
export class TrayHost {
  readonly address: string;
  readonly #bus: ChildProcess;
  #line: BusLine | undefined;
  #name: string | undefined;

  private constructor(bus: ChildProcess, address: string) {
    this.#bus = bus;
    this.address = address;
  }

  static async start(): Promise<TrayHost> {
    const { bus, address } = await startBus();
    const host = new TrayHost(bus, address);
    host.#line = await BusLine.open(address, (message) => host.#hear(message));
    await host.#line.ask('RequestName', 'su', [watcher, 4]);
    return host;
  }

  get hasIcon(): boolean {
    return this.#name !== undefined;
  }

  /** What it says when pointed at. */
  async tip(): Promise<string> {
    const tip = await this.#property('ToolTip');
    return Array.isArray(tip) ? textOf(tip[2]) : '';
  }

  /** What is drawn, in the sizes there are. */
  async icon(): Promise<string> {
    return JSON.stringify(await this.#property('IconPixmap'));
  }

  async menu(): Promise<MenuEntry[]> {
    const { body } = await this.#call(menu, 'GetLayout', 'iias', [0, -1, []]);
    const root = body[1];
    const children: BusValue = Array.isArray(root) ? (root[2] ?? []) : [];
    return (Array.isArray(children) ? children : []).flatMap((child: BusValue) => {
      if (!Array.isArray(child)) return [];
      const [id, facts] = child;
      return [{ id: Number(id), label: facts instanceof Map ? textOf(facts.get('label')).replaceAll('_', '') : '' }];
    });
  }

  /** The person clicks the icon. */
  async click(): Promise<void> {
    await this.#call(item, 'Activate', 'ii', [0, 0]);
  }

  async choose(label: string): Promise<void> {
    const entry = (await this.menu()).find((one) => one.label === label);
    if (entry === undefined) throw new Error(`the menu has no "${label}"`);
    // Whoever ends by it may not answer.
    void this.#call(menu, 'Event', 'isvu', [entry.id, 'clicked', 0, 0]);
  }

  async stop(): Promise<void> {
    this.#line?.close();
    const gone = new Promise((done) => this.#bus.once('exit', done));
    this.#bus.kill('SIGTERM');
    await gone;
  }

  async #property(name: string): Promise<BusValue> {
    const { body } = await this.#call({ owner: 'org.freedesktop.DBus.Properties', path: item.path }, 'Get', 'ss', [item.owner, name]);
    return body[0] ?? '';
  }

  #call(to: { readonly owner: string; readonly path: string }, member: string, signature: string, body: readonly (string | number | readonly string[])[]): Promise<BusMessage> {
    if (this.#line === undefined || this.#name === undefined) throw new Error('there is no icon');
    return this.#line.call({ destination: this.#name, path: to.path, owner: to.owner, member, signature, body });
  }

  #hear({ type, serial, sender, member, body }: BusMessage): void {
    if (type !== 1) return;
    const answer = { type: 2, destination: sender, replyTo: serial } as const;
    // Somebody shows icons here: the one property that is asked for.
    if (member === 'Get') this.#line?.say({ ...answer, signature: 'v', body: [true] });
    else {
      if (member === 'RegisterStatusNotifierItem') this.#name = textOf(body[0]);
      this.#line?.say(answer);
    }
  }
}
