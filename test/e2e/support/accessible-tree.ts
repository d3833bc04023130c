import { existsSync } from 'node:fs';
import type { ChildProcess } from 'node:child_process';
import { BusLine, type BusValue, textOf } from '../../support/dbus';
import { startBus } from './session-bus';

/** A sentence saying what to type, where something is missing. */
export function missingAccessibility(): string | undefined {
  if (process.platform !== 'linux') return 'what screen readers are given is read on Linux only';
  const there = ['/usr/share/dbus-1/services/org.a11y.Bus.service', '/usr/libexec/at-spi2-registryd'].every((path) => existsSync(path));
  return there ? undefined : 'type this first: sudo apt-get install -y --no-install-recommends dbus at-spi2-core';
}

/** Something a screen reader meets. */
export interface Accessible {
  readonly role: string;
  readonly name: string;
  readonly description: string;
  readonly children: readonly Accessible[];
}

type Place = readonly [program: string, path: string];
/** Of what stands in each other, so many are followed. */
const deepest = 60;
const accessible = 'org.a11y.atspi.Accessible';

/** A session bus of its own with the accessibility bus beside it (AT-SPI): what a screen reader on this desktop is given. */
export class AccessibleTree {
  readonly address: string;
  readonly #bus: ChildProcess;
  #line: BusLine | undefined;

  private constructor(bus: ChildProcess, address: string) {
    this.#bus = bus;
    this.address = address;
  }

  static async start(): Promise<AccessibleTree> {
    const { bus, address } = await startBus();
    const tree = new AccessibleTree(bus, address);
    const session = await BusLine.open(address, () => undefined);
    const { body } = await session.call({ destination: 'org.a11y.Bus', path: '/org/a11y/bus', owner: 'org.a11y.Bus', member: 'GetAddress' });
    session.close();
    tree.#line = await BusLine.open(textOf(body[0]), () => undefined);
    return tree;
  }

  /** The windows of whatever runs on this bus. */
  async windows(): Promise<Accessible[]> {
    const programs = await this.#children(['org.a11y.atspi.Registry', '/org/a11y/atspi/accessible/root']);
    const windows = (await Promise.all(programs.map((program) => this.#children(program)))).flat();
    return Promise.all(windows.map((window) => this.#read(window, deepest)));
  }

  async stop(): Promise<void> {
    this.#line?.close();
    const gone = new Promise((done) => this.#bus.once('exit', done));
    this.#bus.kill('SIGTERM');
    await gone;
  }

  async #read(place: Place, depth: number): Promise<Accessible> {
    const [name, description, role, below] = await Promise.all([this.#text(place, 'Name'), this.#text(place, 'Description'), this.#role(place), depth === 0 ? [] : this.#children(place)]);
    return { role, name, description, children: await Promise.all(below.map((one) => this.#read(one, depth - 1))) };
  }

  async #role(place: Place): Promise<string> {
    return textOf((await this.#ask(place, accessible, 'GetRoleName')).at(0));
  }

  async #text(place: Place, property: string): Promise<string> {
    return textOf((await this.#ask(place, 'org.freedesktop.DBus.Properties', 'Get', 'ss', [accessible, property])).at(0));
  }

  async #children(place: Place): Promise<Place[]> {
    const [list] = await this.#ask(place, accessible, 'GetChildren');
    return (Array.isArray(list) ? list : []).flatMap((one: BusValue) => (Array.isArray(one) ? [[textOf(one[0]), textOf(one[1])] as const] : []));
  }

  async #ask([destination, path]: Place, owner: string, member: string, signature = '', body: readonly string[] = []): Promise<readonly BusValue[]> {
    if (this.#line === undefined) throw new Error('the bus is not there');
    const answer = await this.#line.call({ destination, path, owner, member, signature, body });
    // What went away meanwhile answers with an error, and is nothing.
    return answer.type === 2 ? answer.body : [];
  }
}
