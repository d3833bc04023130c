import { parseArgs } from 'node:util';
import { isLogLevel, logLevels, type LogLevel } from '../platform/logger';

export interface HeadlessArguments {
  readonly profile: string;
  readonly listen?: { readonly host: string; readonly port: number };
  readonly mailbox?: string;
  readonly passphraseFile?: string;
  readonly socket?: string;
  readonly logLevel: LogLevel;
  /** Header blocks and keys kept in memory for each contact and level: 0–4,096 (S1-47, S1-49). */
  readonly cacheEntries?: number;
}

const mostCacheEntries = 4096;

/** What is said of a `--cache-entries` that cannot be read, at both doors. */
export const cacheEntriesSentence = `--cache-entries takes a number from 0 to ${mostCacheEntries}.`;

export const usage = `Usage: keyshift-headless --profile DIR [options]

  --profile DIR           folder of this peer's data; made if it is not there
  --listen HOST:PORT      where to listen; port 0 takes any free one. Without it: the remembered port
  --mailbox FILE          take mail with the registration in FILE, which the operator of a mailbox made
  --passphrase-file FILE  unlock with the passphrase in FILE (mode 0600)
  --socket PATH           answer programs on this Unix socket (mode 0600) instead of standard input and output
  --cache-entries N       headers and keys kept in memory for each contact, 0 to 4096 (default: 64); with fewer, messages cost more
  --log-level LEVEL       ${logLevels.join(', ')} (default: warn)
  --help                  this text

One JSON-RPC 2.0 object per line on standard input and output, or on each connection to the socket; everything else goes to standard error.
`;

export type ParsedArguments =
  | { readonly kind: 'run'; readonly arguments: HeadlessArguments }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly sentence: string };

/** What is said of a `--listen` that cannot be read, at both doors. */
export const listenSentence = '--listen takes HOST:PORT, for example 127.0.0.1:4800 or [::1]:4800.';

const wrong = (sentence: string): ParsedArguments => ({ kind: 'wrong', sentence });

/** The strict reading of the command line: unknown, repeated or leftover words are refused. */
export function parseArguments(words: readonly string[]): ParsedArguments {
  const given = readWords(words);
  if (typeof given === 'string') return wrong(given);
  if (given.has('help')) return { kind: 'help' };
  const profile = given.get('profile') ?? '';
  if (profile === '') return wrong('--profile DIR is needed.');
  const logLevel = given.get('log-level') ?? 'warn';
  if (!isLogLevel(logLevel)) return wrong(`--log-level takes one of ${logLevels.join(', ')}.`);
  const listenWord = given.get('listen');
  const listen = listenWord === undefined ? undefined : parseHostPort(listenWord);
  if (listenWord !== undefined && listen === undefined) return wrong(listenSentence);
  const mailbox = given.get('mailbox');
  const passphraseFile = given.get('passphrase-file');
  const socket = given.get('socket');
  const cacheWord = given.get('cache-entries');
  const cacheEntries = cacheWord === undefined ? undefined : parseCacheEntries(cacheWord);
  if (cacheWord !== undefined && cacheEntries === undefined) return wrong(cacheEntriesSentence);
  if (socket === '') return wrong('--socket takes a path.');
  if (socket !== undefined && process.platform === 'win32') return wrong('--socket is there on Linux and macOS only.');
  return {
    kind: 'run',
    arguments: {
      profile,
      logLevel,
      ...(listen === undefined ? {} : { listen }),
      ...(mailbox === undefined ? {} : { mailbox }),
      ...(passphraseFile === undefined ? {} : { passphraseFile }),
      ...(socket === undefined ? {} : { socket }),
      ...(cacheEntries === undefined ? {} : { cacheEntries }),
    },
  };
}

/** The options by name, or a sentence saying what is wrong. */
function readWords(words: readonly string[]): ReadonlyMap<string, string> | string {
  const text = { type: 'string', multiple: true } as const;
  try {
    const { values } = parseArgs({
      args: [...words],
      options: { profile: text, listen: text, mailbox: text, 'passphrase-file': text, socket: text, 'log-level': text, 'cache-entries': text, help: { type: 'boolean' } },
    });
    const given = new Map<string, string>();
    for (const [name, value] of Object.entries(values)) {
      if (value === true) given.set(name, '');
      if (!Array.isArray(value)) continue;
      if (value.length !== 1 || value[0] === undefined) return `--${name} may be given once.`;
      given.set(name, value[0]);
    }
    return given;
  } catch {
    return 'There is a word on the command line that is not an option, or an option without its value.';
  }
}

/** A whole number from 0 to 4,096, in digits. */
export function parseCacheEntries(text: string): number | undefined {
  const entries = /^\d{1,4}$/.test(text) ? Number(text) : undefined;
  return entries !== undefined && entries <= mostCacheEntries ? entries : undefined;
}

/** `host:port` or `[IPv6]:port`, port 0–65535. */
export function parseHostPort(text: string): { readonly host: string; readonly port: number } | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || port > 65_535 ? undefined : { host, port };
}
