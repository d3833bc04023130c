import { PassThrough } from 'node:stream';
import { type DoorEnd, JsonRpcDoor } from '../../electron/headless/json-rpc-door';
import { recordingHandlers } from './fake-handlers';

/** One line of JSON-RPC. */
export type Json = { readonly [name: string]: unknown };

/** A door on two pipes, and what came out of it. */
export function pipedDoor(override: Parameters<typeof recordingHandlers>[0] = {}, output = new PassThrough()) {
  const input = new PassThrough();
  let text = '';
  output.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const { handlers, seen } = recordingHandlers(override);
  const reported: string[] = [];
  const door = new JsonRpcDoor({ handlers, input, output, report: (call) => reported.push(call), version: '1.2.3', listening: ['127.0.0.1:4800'] });
  const ended: Promise<DoorEnd> = door.serve();
  /** All lines so far; each must be one JSON object or batch. */
  const lines = (): Json[] => text.split('\n').slice(0, -1).map((line) => JSON.parse(line) as Json);
  return {
    door,
    input,
    output,
    seen,
    reported,
    ended,
    lines,
    send: (...requests: unknown[]) => input.write(requests.map((request) => `${JSON.stringify(request)}\n`).join('')),
    /** Ends the input and gives the answers, without the ready line. */
    async finish(): Promise<Json[]> {
      input.end();
      await ended;
      return lines().slice(1);
    },
  };
}

export const request = (id: number | string | null, method: string, params?: unknown): Json => ({ jsonrpc: '2.0', id, method, ...(params === undefined ? {} : { params }) });
/** The id of a conversation. */
export const conversation = (digit: string): string => digit.repeat(32);

/** A promise and its resolver. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
