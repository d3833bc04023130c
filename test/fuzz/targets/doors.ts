import { Readable } from 'node:stream';
import { dispatch } from '../../../electron/doors/dispatch';
import { parseOutgoing } from '../../../electron/doors/outgoing-event';
import { longestBatch, parseLine } from '../../../electron/headless/json-rpc';
import { readLines } from '../../../electron/headless/read-lines';
import { openCallDoor, type IpcSide } from '../../../electron/ipc/call-door';
import { appLinkIn, parseAppLink } from '../../../electron/security/app-links';
import type { Reply } from '../../../shared/contract/bridge';
import { recordingHandlers, sampleInputs } from '../../support/fake-handlers';
import type { Target } from '../target';

/** What a page, a program on the socket and a start of the program may say. */
export function doors(): Target[] {
  return [ipc(), jsonRpc(), appLinks()];
}

/** A page's call, as JSON of [name, input]: always a reply, and one entry into a service at the most, only for what fits the contract. */
function ipc(): Target {
  const listeners = new Map<string, Parameters<IpcSide['handle']>[1]>();
  const faults: unknown[] = [];
  const { handlers, seen } = recordingHandlers();
  let now = 0;
  const door = openCallDoor({
    ipc: { handle: (channel, handler) => void listeners.set(channel, handler), removeHandler: () => undefined },
    handlers,
    parsing: () => ({ dispatch, parseOutgoing }),
    takeFiles: async () => ({ ok: true, value: null }),
    monotonic: () => (now += 1_000),
    report: (_call, error) => faults.push(error),
    refused: () => undefined,
  });
  door.admit({ id: 7, isDestroyed: () => false, send: () => undefined });
  const event = { sender: { id: 7 }, senderFrame: { url: 'app-keyshift://ui/index.html', origin: 'app-keyshift://ui', parent: null } };
  return {
    name: 'ipc call',
    // Schemas are walked by a library and its own code.
    effort: 4,
    seeds: Object.entries(sampleInputs).filter((_each, at) => at % 4 === 0).map(([name, input]) => Buffer.from(JSON.stringify([name, input]))),
    async run(bytes) {
      let args: unknown;
      try {
        args = JSON.parse(Buffer.from(bytes).toString('utf8'));
      } catch {
        return 'no JSON';
      }
      seen.length = faults.length = 0;
      const reply = (await listeners.get('keyshift:call')?.(event, ...(Array.isArray(args) ? args : [args]))) as Reply<unknown>;
      const [fault] = faults;
      if (fault !== undefined) throw new Error('a fault was reported', { cause: fault });
      if (seen.length !== (reply.ok ? 1 : 0)) throw new Error(`${seen.length} entries, and ${reply.ok ? 'done' : reply.error.code}`);
      return reply.ok ? (seen[0]?.name ?? '') : reply.error.code;
    },
  };
}

/** Bytes of a socket: cut into lines alike in whatever pieces they come, each a request or the answer to what is none. */
function jsonRpc(): Target {
  const limit = 600;
  // Copies: what was read from is overwritten.
  const lines = async (pieces: readonly Uint8Array[]): Promise<string[]> => {
    const out: string[] = [];
    for await (const line of readLines(Readable.from(pieces.map((piece) => Buffer.from(piece))), limit)) out.push(line.kind === 'line' ? Buffer.from(line.bytes).toString('hex') : line.kind);
    return out;
  };
  const request = { jsonrpc: '2.0', id: 1, method: 'vault.status', params: {} };
  return {
    name: 'json-rpc',
    seeds: [JSON.stringify(request), `${JSON.stringify([request, { jsonrpc: '2.0', method: 'x' }])}\n`, `{"jsonrpc":"2.0","id":"a","method":"m"}\n\n[]\n`].map((text) => Buffer.from(text)),
    async run(bytes) {
      const cut = bytes.length >> 1;
      const read = await lines([bytes]);
      if ((await lines([bytes.slice(0, cut), bytes.slice(cut)])).join() !== read.join()) throw new Error('it depends on the pieces');
      const kinds = read.map((line) => {
        if (line === 'too-long') return line;
        const parsed = parseLine(Buffer.from(line, 'hex'));
        const arrivals = parsed.kind === 'blank' ? [] : parsed.kind === 'single' ? [parsed.arrival] : parsed.arrivals;
        if (arrivals.length > longestBatch) throw new Error('more than a batch holds');
        for (const arrival of arrivals) {
          if (arrival.kind === 'request' ? typeof arrival.request.method !== 'string' : !('error' in arrival.answer)) throw new Error('neither a request nor a refusal');
          JSON.stringify(arrival);
        }
        return `${parsed.kind} ${arrivals[0]?.kind ?? ''}`;
      });
      return kinds.slice(0, 2).join();
    },
  };
}

/** A link that the system hands over, or the arguments of a start with NUL between them. */
function appLinks(): Target {
  return {
    name: 'app-link',
    seeds: ['keyshift:invite/AAECAwQ', 'KEYSHIFT://invite-long/A_b-9', '--hidden\0keyshift:link/AbC'].map((text) => Buffer.from(text)),
    run(bytes) {
      const args = Buffer.from(bytes).toString('utf8').split('\0');
      const link = appLinkIn(args);
      if (link === undefined) return 'none';
      if (!/^keyshift:(invite|invite-long|link)\/[\w-]+$/.test(link) || parseAppLink(link) !== link) throw new Error('no link of ours');
      return link.slice(0, link.indexOf('/'));
    },
  };
}
