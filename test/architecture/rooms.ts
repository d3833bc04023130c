/** The rooms of docs/architecture.md and what each may import. Anything that is not listed is forbidden, also for `import type`. */
export interface Room {
  readonly name: string;
  /** Paths that make up the room: a folder ends with a slash. The longest match decides. */
  readonly paths: readonly string[];
  /** Rooms (or single files) it may import besides itself. */
  readonly mayImport: readonly string[];
  /** Packages and Node modules it may import; `'*'` means any that is not forbidden elsewhere. */
  readonly packages: readonly string[] | '*';
}

/** Node modules without input or output of their own. */
const HARMLESS_NODE = ['node:buffer', 'node:util'];
const CRYPTO_PACKAGES = ['node:crypto', 'sodium-native', 'libsodium', 'node-forge', ...HARMLESS_NODE];

const inEngine = (room: string): string => `engine/${room}`;
const BASE = ['shared', 'engine'];
const ENGINE_ROOMS = ['crypto', 'wire', 'identity', 'certificates', 'key-files', 'exchange', 'dialog', 'session', 'sharing', 'backup', 'files'].map(inEngine);

function engineRoom(name: string, below: readonly string[], packages: readonly string[] = HARMLESS_NODE): Room {
  return { name: inEngine(name), paths: [`electron/engine/${name}/`], mayImport: [...BASE, ...below.map(inEngine)], packages };
}

const ROOMS: readonly Room[] = [
  { name: 'shared', paths: ['shared/'], mayImport: [], packages: ['zod'] },
  { name: 'renderer', paths: ['renderer/'], mayImport: ['shared'], packages: '*' },

  // The engine's own files (ports, ids) and its rooms: wire, crypto ← identity ← certificates ← { exchange ← dialog ; session ← sharing }.
  { name: 'engine', paths: ['electron/engine/'], mayImport: ['shared', ...ENGINE_ROOMS], packages: HARMLESS_NODE },
  // Bytes know nothing of keys; the primitives frame what they seal with the same reader and writer.
  engineRoom('wire', []),
  engineRoom('crypto', ['wire'], CRYPTO_PACKAGES),
  engineRoom('identity', ['crypto', 'wire']),
  engineRoom('certificates', ['crypto', 'wire', 'identity'], CRYPTO_PACKAGES),
  // What leaves the device as a file; nothing of the protocol is built on it.
  engineRoom('key-files', ['crypto', 'wire', 'identity', 'certificates'], CRYPTO_PACKAGES),
  engineRoom('exchange', ['crypto', 'wire', 'identity', 'certificates']),
  engineRoom('dialog', ['crypto', 'wire', 'identity', 'certificates', 'exchange']),
  engineRoom('session', ['crypto', 'wire', 'identity', 'certificates']),
  engineRoom('sharing', ['crypto', 'wire', 'identity', 'certificates', 'session']),
  engineRoom('backup', ['crypto', 'wire']),
  engineRoom('files', ['crypto', 'wire']),

  { name: 'service ports', paths: ['electron/services/ports.ts', 'electron/services/ports/'], mayImport: ['shared', 'engine', ...ENGINE_ROOMS], packages: [] },
  { name: 'services', paths: ['electron/services/'], mayImport: ['shared', 'engine', ...ENGINE_ROOMS, 'service ports'], packages: [] },
  { name: 'storage', paths: ['electron/storage/'], mayImport: ['shared', 'engine', ...ENGINE_ROOMS, 'service ports', 'electron/platform/patience.ts'], packages: '*' },
  { name: 'network', paths: ['electron/network/'], mayImport: ['shared', 'engine', ...ENGINE_ROOMS, 'service ports'], packages: '*' },
  // What the two doors have in common, and the parts of the machine they run on.
  { name: 'doors', paths: ['electron/doors/'], mayImport: ['shared', 'engine', ...ENGINE_ROOMS, 'services', 'service ports'], packages: '*' },
  { name: 'platform', paths: ['electron/platform/'], mayImport: ['shared', 'engine', ...ENGINE_ROOMS, 'service ports'], packages: '*' },

  { name: 'security', paths: ['electron/security/'], mayImport: ['shared'], packages: '*' },
  { name: 'window', paths: ['electron/window/'], mayImport: ['shared', 'security'], packages: '*' },
  { name: 'preload', paths: ['electron/preload/'], mayImport: ['shared', 'electron/doors/channels.ts'], packages: ['electron'] },
  { name: 'ipc', paths: ['electron/ipc/'], mayImport: ['shared', 'engine', ...ENGINE_ROOMS, 'services', 'service ports', 'security', 'doors'], packages: '*' },

  // The composition roots. headless never reaches Electron: see the rule about its closure.
  {
    name: 'headless',
    paths: ['electron/headless.ts', 'electron/headless/', 'electron/compose.ts', 'electron/compose/'],
    mayImport: ['shared', 'engine', ...ENGINE_ROOMS, 'services', 'service ports', 'storage', 'network', 'doors', 'platform'],
    packages: '*',
  },
  {
    name: 'main',
    paths: ['electron/main.ts', 'electron/main/'],
    mayImport: ['shared', 'engine', ...ENGINE_ROOMS, 'services', 'service ports', 'storage', 'network', 'doors', 'platform', 'security', 'window', 'ipc', 'headless'],
    packages: '*',
  },
];

export function roomOf(path: string): Room | undefined {
  const lengthOfMatch = (room: Room): number => Math.max(0, ...room.paths.filter((one) => (one.endsWith('/') ? path.startsWith(one) : path === one)).map((one) => one.length));
  const best = ROOMS.toSorted((a, b) => lengthOfMatch(b) - lengthOfMatch(a))[0];
  return best && lengthOfMatch(best) > 0 ? best : undefined;
}
