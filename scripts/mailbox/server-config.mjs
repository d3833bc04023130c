// Configuration files for nats-server: everything a host needs stands in one folder.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivate } from './state.mjs';
import { pairOf } from './pairs.mjs';

/**
 * @typedef {{ host: string, port: number, clusterPort: number, bind: string }} Host
 * @typedef {{ folder: string, installedAt?: string, hosts: Host[], certificates?: ReturnType<typeof import('./certificates.mjs').makeCertificates>,
 *   tls: boolean, own?: { certificate: string, key: string }, operator: string, accounts: Awaited<ReturnType<typeof import('./tokens.mjs').accountTokens>>,
 *   seeds: import('./state.mjs').State['seeds'], disk: number, syncAlways: boolean }} Wanted
 */

/**
 * @param {Wanted} wanted
 * @returns {string[]} the configuration files, in the order of the hosts
 */
export function writeServers(wanted) {
  const { folder, installedAt, hosts, certificates } = wanted;
  return hosts.map((_, index) => {
    const own = join(folder, hosts.length === 1 ? 'server' : `server-${index + 1}`);
    mkdirSync(own, { recursive: true, mode: 0o700 });
    const made = certificates?.servers[index];
    if (certificates && made) {
      writePrivate(join(own, 'authority.pem'), certificates.authority);
      writePrivate(join(own, 'certificate.pem'), made.certificate);
      writePrivate(join(own, 'key.pem'), made.key);
    }
    const file = join(own, 'nats.conf');
    writePrivate(file, configText(wanted, index, installedAt ?? own));
    return file;
  });
}

/** @param {Wanted} wanted @param {number} index @param {string} at */
function configText({ hosts, certificates, tls: isSecured, own, operator, accounts, seeds, disk, syncAlways }, index, at) {
  const { port, bind } = hosts[index];
  const path = (name) => JSON.stringify(join(at, name));
  const files = certificates && isSecured ? { cert: path('certificate.pem'), key: path('key.pem') } : own && { cert: JSON.stringify(own.certificate), key: JSON.stringify(own.key) };
  const tls = files && `{ cert_file: ${files.cert}, key_file: ${files.key}, timeout: 5 }`;
  const others = hosts.filter((_, other) => other !== index);
  const lines = [
    '# Made by `npm run mailbox -- init`. Contains no secret but the paths of this server’s key.',
    `server_name: keyshift-${index + 1}`,
    `listen: ${JSON.stringify(`${bind.includes(':') ? `[${bind}]` : bind}:${port}`)}`,
    ...(tls ? [`tls ${tls}`] : []),
    '',
    '# What one connection, or very many, may cost.',
    'max_connections: 10000',
    'max_payload: 131072',
    'max_control_line: 4096',
    'max_pending: 16777216',
    'write_deadline: "5s"',
    'ping_interval: "30s"',
    'ping_max: 2',
    '',
    'jetstream {',
    `  store_dir: ${path('data')}`,
    '  max_mem: 67108864',
    `  max_file: ${disk}`,
    // One host alone: what it said is stored must outlive a power cut.
    ...(syncAlways ? ['  sync_interval: always'] : []),
    '}',
    ...(others.length > 0 ? ['', ...clusterLines(hosts, index, certificates, path)] : []),
    '',
    `operator: ${operator}`,
    `system_account: ${pairOf(seeds, 'system').getPublicKey()}`,
    `resolver { type: full, dir: ${path('accounts')}, allow_delete: false, interval: "2m", limit: 16 }`,
    'resolver_preload {',
    `  ${pairOf(seeds, 'system').getPublicKey()}: ${accounts.system}`,
    `  ${pairOf(seeds, 'mailbox').getPublicKey()}: ${accounts.mailbox}`,
    `  ${pairOf(seeds, 'clients').getPublicKey()}: ${accounts.clients}`,
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

function clusterLines(hosts, index, certificates, path) {
  const { bind, clusterPort } = hosts[index];
  const routes = hosts.filter((_, other) => other !== index).map((other) => `    "nats://${inUrl(other.host)}:${other.clusterPort}"`);
  return [
    'cluster {',
    '  name: keyshift',
    `  listen: ${JSON.stringify(`${bind.includes(':') ? `[${bind}]` : bind}:${clusterPort}`)}`,
    // Only servers with a certificate of this very authority.
    ...(certificates ? [`  tls { cert_file: ${path('certificate.pem')}, key_file: ${path('key.pem')}, ca_file: ${path('authority.pem')}, verify: true, timeout: 5 }`] : []),
    '  no_advertise: true',
    '  routes: [',
    ...routes,
    '  ]',
    '}',
  ];
}

/** A host as it stands in a URL. */
export const inUrl = (host) => (host.includes(':') ? `[${host}]` : host);
