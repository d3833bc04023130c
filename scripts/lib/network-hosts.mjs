// Whether this machine lets tests make hosts of their own: network namespaces, with links between them and packet filters in them.
import { spawnSync } from 'node:child_process';
import { isRoot } from './process.mjs';

/** Begins the name of every namespace the tests make; the owner's process id follows. */
export const HOST_PREFIX = 'keyshift-test-';

/** What to type where the programs are missing. */
export const NETWORK_PROGRAMS = 'sudo apt-get install -y --no-install-recommends iproute2 nftables miniupnpd-nftables microsocks';

/** @type {{ reason: string | undefined } | undefined} */
let known;

/**
 * Why hosts cannot be made here, as the end of a sentence; undefined when they can. Tries it for real, once per process, and
 * leaves nothing behind.
 * @returns {string | undefined}
 */
export function whyNoHosts() {
  known ??= { reason: findOut() };
  return known.reason;
}

/** What a person can do about it. */
export function howToHaveHosts() {
  if (process.platform !== 'linux') return 'run the tests on Linux as root (a virtual machine will do)';
  return `${NETWORK_PROGRAMS}; then run npm test as root: sudo npm test -- network`;
}

function findOut() {
  if (process.platform !== 'linux') return 'network namespaces exist on Linux only';
  for (const program of ['ip', 'nft', 'tc', 'ss']) {
    if (spawnSync(program, ['-V'], { timeout: 10_000 }).error) return `${program} is not installed`;
  }
  if (!isRoot) return 'only root may make network namespaces';
  const name = `${HOST_PREFIX}${process.pid}-trial`;
  const steps = [
    ['ip', 'netns', 'add', name],
    ['ip', '-n', name, 'link', 'add', 'br0', 'type', 'bridge'],
    ['ip', '-n', name, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'port1'],
    ['ip', 'netns', 'exec', name, 'nft', 'add table inet trial; add chain inet trial out { type filter hook output priority 0; }; add rule inet trial out numgen random mod 100 < 1 drop'],
    ['tc', '-n', name, 'qdisc', 'add', 'dev', 'eth0', 'root', 'tbf', 'rate', '256kbit', 'burst', '4k', 'latency', '400ms'],
  ];
  try {
    for (const [program = '', ...args] of steps) {
      const { status, stderr } = spawnSync(program, args, { encoding: 'utf8', timeout: 10_000 });
      if (status !== 0) return `the system refuses it (${program} ${args.join(' ')}: ${stderr.trim().split('\n')[0]})`;
    }
    return undefined;
  } finally {
    spawnSync('ip', ['netns', 'del', name], { timeout: 10_000 });
  }
}
