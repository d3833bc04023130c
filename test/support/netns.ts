import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { HOST_PREFIX } from '../../scripts/lib/network-hosts.mjs';

const exec = promisify(execFile);

/** What the tests run with root's rights concerns namespaces they made themselves, by name, and nothing else. */
async function ip(...args: string[]): Promise<string> {
  const { stdout } = await exec('ip', args, { timeout: 20_000 });
  return stdout;
}

let made = 0;

/** Hosts that were made for one test, with cables between them. Nothing in here reaches the machine's own network. */
export class Network {
  readonly #namespaces: string[] = [];

  /** First clears away what runs that were killed have left. */
  static async make(): Promise<Network> {
    for (const name of await namespaces()) if (isAbandoned(name)) await remove(name);
    return new Network();
  }

  /** A machine with nothing but loopback. */
  async host(name: string): Promise<Host> {
    const host = new Host(await this.#namespace(name));
    await host.filter('add table inet fault; add chain inet fault out { type filter hook output priority 0; }; add chain inet fault in { type filter hook input priority 0; }');
    return host;
  }

  /** A switch: whoever is attached to it is in one network. */
  async lan(name: string): Promise<Lan> {
    const namespace = await this.#namespace(name);
    await ip('-n', namespace, 'link', 'add', 'br0', 'type', 'bridge');
    await ip('-n', namespace, 'link', 'set', 'br0', 'up');
    return new Lan(namespace);
  }

  /** Two networks and a router between them that gives what comes from `inside` its own address outside, as routers at home do. */
  async router(name: string, outside: { lan: Lan; address: string }, inside: { lan: Lan; address: string }): Promise<Host> {
    const router = await this.host(name);
    await router.attach(outside.lan, outside.address, 'wan0');
    await router.attach(inside.lan, inside.address, 'lan0');
    await router.write('/proc/sys/net/ipv4/ip_forward', '1');
    await router.filter(
      'add table ip nat; add chain ip nat post { type nat hook postrouting priority 100; }; add rule ip nat post oifname "wan0" masquerade; ' +
        'add table ip door; add chain ip door forward { type filter hook forward priority 0; policy drop; }; ' +
        'add rule ip door forward iifname "lan0" accept; add rule ip door forward ct state established,related accept',
    );
    return router;
  }

  /** Ends what still runs in the hosts, by id, and removes them. */
  async release(): Promise<void> {
    for (const name of this.#namespaces.splice(0)) await remove(name);
  }

  async #namespace(label: string): Promise<string> {
    made += 1;
    const name = `${HOST_PREFIX}${process.pid}-${made}-${label}`;
    await ip('netns', 'add', name);
    this.#namespaces.push(name);
    await ip('-n', name, 'link', 'set', 'lo', 'up');
    return name;
  }
}

class Lan {
  ports = 0;
  constructor(readonly namespace: string) {}
}

/** A machine of its own, as far as its network goes. */
export class Host {
  constructor(readonly namespace: string) {}

  /** Put before a command line, makes it run on this host. */
  get within(): readonly string[] {
    return ['ip', 'netns', 'exec', this.namespace];
  }

  /** Plugs a cable into the switch. `address` is like `10.1.0.2/24`. The name is a real card's: virtual ones are not announced. */
  async attach(lan: Lan, address: string, card = 'eth0'): Promise<void> {
    lan.ports += 1;
    const port = `port${lan.ports}`;
    await ip('link', 'add', card, 'netns', this.namespace, 'type', 'veth', 'peer', 'name', port, 'netns', lan.namespace);
    await ip('-n', lan.namespace, 'link', 'set', port, 'master', 'br0', 'up');
    await ip('-n', this.namespace, 'address', 'add', address, 'dev', card);
    await ip('-n', this.namespace, 'link', 'set', card, 'up');
  }

  async defaultRoute(via: string): Promise<void> {
    await ip('-n', this.namespace, 'route', 'add', 'default', 'via', via);
  }

  /** Another address in the place of those the card has. */
  async readdress(address: string, card = 'eth0'): Promise<void> {
    await ip('-n', this.namespace, '-4', 'address', 'flush', 'dev', card);
    await ip('-n', this.namespace, 'address', 'add', address, 'dev', card);
  }

  /** The cable out of, or back into, the card. */
  async plug(state: 'up' | 'down', card = 'eth0'): Promise<void> {
    await ip('-n', this.namespace, 'link', 'set', card, state);
  }

  /** Loses this many of a hundred packets, in and out alike. */
  async lose(percent: number): Promise<void> {
    await this.#both(`numgen random mod 100 < ${percent} drop`);
  }

  /** Swallows everything without a word, loopback excepted. */
  async blackHole(): Promise<void> {
    await this.#both('drop');
  }

  /** Answers every TCP packet that would leave with a reset. */
  async reject(): Promise<void> {
    await this.filter('add rule inet fault out oifname != "lo" meta l4proto tcp reject with tcp reset');
  }

  /** Begins no connection from here; those that stand are let be, and others may come in. */
  async beginNothing(): Promise<void> {
    await this.filter('add rule inet fault out oifname != "lo" tcp flags & (syn | ack) == syn drop');
  }

  /** Takes back `lose`, `blackHole`, `reject` and `beginNothing`. */
  async heal(): Promise<void> {
    await this.filter('flush chain inet fault in; flush chain inet fault out');
  }

  /** Lets no more than this out of the card. What does not fit into `queueMs` of waiting is dropped, as a modem does. */
  async narrow(kilobits: number, queueMs: number, card = 'eth0'): Promise<void> {
    await exec('tc', ['-n', this.namespace, 'qdisc', 'replace', 'dev', card, 'root', 'tbf', 'rate', `${kilobits}kbit`, 'burst', '4k', 'latency', `${queueMs}ms`], { timeout: 20_000 });
  }

  /** State of every TCP connection the system of this host holds to another one, as `ss` names it. */
  async connections(): Promise<string[]> {
    const stdout = await this.run('ss', '-Htn', 'not', 'dst', '127.0.0.0/8');
    return stdout.split('\n').flatMap((line) => line.trim().split(/\s+/)[0] || []);
  }

  async run(program: string, ...args: string[]): Promise<string> {
    return ip('netns', 'exec', this.namespace, program, ...args);
  }

  async filter(rules: string): Promise<void> {
    await this.run('nft', rules);
  }

  /** Writes one of the host's settings below /proc/sys/net. */
  async write(setting: `/proc/sys/net/${string}`, value: string): Promise<void> {
    // The namespace of a process decides whose settings it sees there.
    await this.run('sh', '-c', 'printf %s "$1" > "$0"', setting, value);
  }

  async #both(rule: string): Promise<void> {
    await this.filter(`add rule inet fault out oifname != "lo" ${rule}; add rule inet fault in iifname != "lo" ${rule}`);
  }
}

async function namespaces(): Promise<string[]> {
  const stdout = await ip('netns', 'list');
  return stdout.split('\n').flatMap((line) => line.split(' ')[0] || []);
}

/** One of ours whose owner is gone. */
function isAbandoned(name: string): boolean {
  if (!name.startsWith(HOST_PREFIX)) return false;
  const owner = Number(/^\d+/.exec(name.slice(HOST_PREFIX.length))?.[0]);
  if (!Number.isSafeInteger(owner) || owner <= 0) return false;
  try {
    process.kill(owner, 0);
    return false;
  } catch {
    return true;
  }
}

async function remove(name: string): Promise<void> {
  // Only what tests have started can be in a namespace that tests have made.
  const inside = await ip('netns', 'pids', name).catch(() => '');
  for (const id of inside.split('\n').filter((line) => /^\d+$/.test(line))) {
    try {
      process.kill(Number(id), 'SIGKILL');
    } catch {
      // it has ended by itself
    }
  }
  await ip('netns', 'delete', name).catch(() => undefined); // two runs may clear away the same one
}
