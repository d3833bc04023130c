import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from './netns';

/** Why routers cannot be played here, as the end of a sentence; undefined when they can. */
export const whyNoRouters = spawnSync('miniupnpd', ['--version'], { timeout: 10_000 }).error ? 'miniupnpd is not installed: sudo apt-get install -y --no-install-recommends miniupnpd-nftables' : undefined;

/** How a router at home passes ports on: Debian's miniupnpd with nftables, as in many of them. */
export class PortRouter {
  readonly #host: Host;
  readonly #child: ChildProcess;

  private constructor(host: Host, child: ChildProcess) {
    this.#host = host;
    this.#child = child;
  }

  /** On a host made by `Network.router`. It speaks one way only, so that no test proves the other by accident. */
  static async start(host: Host, folder: string, way: 'nat-pmp' | 'upnp'): Promise<PortRouter> {
    // The chains miniupnpd fills, as its own script makes them; and what it maps may pass the router's closed door.
    await host.filter(
      'add table inet filter; add chain inet filter forward { type filter hook forward priority 0; }; add chain inet filter miniupnpd; ' +
        'add chain inet filter prerouting { type nat hook prerouting priority -100; }; add chain inet filter prerouting_miniupnpd; ' +
        'add chain inet filter postrouting { type nat hook postrouting priority 100; }; add chain inet filter postrouting_miniupnpd; ' +
        'add rule inet filter forward jump miniupnpd; add rule inet filter prerouting jump prerouting_miniupnpd; ' +
        'add rule inet filter postrouting jump postrouting_miniupnpd; add rule ip door forward ct status dnat accept',
    );
    const config = join(mkdtempSync(join(folder, 'miniupnpd-')), 'conf');
    const lines = [
      'ext_ifname=wan0',
      'listening_ip=lan0',
      `enable_natpmp=${way === 'nat-pmp' ? 'yes' : 'no'}`,
      `enable_upnp=${way === 'upnp' ? 'yes' : 'no'}`,
      'secure_mode=yes',
      'uuid=00000000-0000-4000-8000-000000000000',
      'allow 1024-65535 192.168.1.0/24 1024-65535',
      'deny 0-65535 0.0.0.0/0 0-65535',
    ];
    writeFileSync(config, `${lines.join('\n')}\n`);
    const [command, ...words] = [...host.within, 'miniupnpd', '-d', '-f', config, '-P', join(folder, `miniupnpd-${way}.pid`)];
    const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    const said: string[] = [];
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`miniupnpd ended with ${code}: ${said.join('')}`)));
      const hear = (text: Buffer): void => {
        said.push(text.toString());
        if (/Listening for NAT-PMP\/PCP|HTTP listening on port/i.test(said.join(''))) resolve();
      };
      child.stderr.on('data', hear);
      child.stdout.on('data', hear);
    });
    return new PortRouter(host, child);
  }

  /** Ports on the outside that lead to somebody inside now. */
  async ports(): Promise<number[]> {
    const rules = await this.#host.run('nft', 'list', 'chain', 'inet', 'filter', 'prerouting_miniupnpd');
    return [...rules.matchAll(/th dport (\d+) dnat/g)].map((match) => Number(match[1]));
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await ended;
  }
}
