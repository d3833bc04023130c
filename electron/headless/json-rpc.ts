import type { Failure } from '../../shared/contract/bridge';
import type { ErrorCode, ErrorFacts } from '../../shared/errors';
import { roundedIds } from './written-ids';

/** JSON-RPC 2.0 (jsonrpc.org/specification), one object or batch per line. */
export type RpcId = string | number | null;

export interface RpcRequest {
  /** Absent for a notification, which is never answered. */
  readonly id?: RpcId;
  readonly method: string;
  readonly params?: unknown;
}

export interface RpcErrorBody {
  readonly code: number;
  readonly message: string;
  readonly data: { readonly code: ErrorCode; readonly facts?: ErrorFacts };
}

export type RpcAnswer =
  | { readonly jsonrpc: '2.0'; readonly id: RpcId; readonly result: unknown }
  | { readonly jsonrpc: '2.0'; readonly id: RpcId; readonly error: RpcErrorBody };

/** One thing that arrived: something to do, or the answer to something that cannot be done. */
export type Arrival = { readonly kind: 'request'; readonly request: RpcRequest } | { readonly kind: 'refused'; readonly answer: RpcAnswer };

export type ParsedLine =
  | { readonly kind: 'single'; readonly arrival: Arrival }
  | { readonly kind: 'batch'; readonly arrivals: readonly Arrival[] }
  | { readonly kind: 'blank' };

/** Numbers of the specification; every error of Keyshift itself is `application`, told apart by `data.code`. */
const rpcCodes = {
  parse: -32_700,
  invalidRequest: -32_600,
  unknownMethod: -32_601,
  invalidParams: -32_602,
  internal: -32_603,
  application: -32_000,
} as const;

/** Calls in one batch; a batch is carried out and answered as a whole, so it cannot be held back half-way. */
export const longestBatch = 256;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** Reads one line. Never throws. */
export function parseLine(bytes: Uint8Array): ParsedLine {
  let value: unknown;
  let rounded: readonly boolean[] | undefined;
  try {
    const text = utf8.decode(bytes);
    if (text.trim() === '') return { kind: 'blank' };
    value = JSON.parse(text);
    rounded = roundedIds(text);
  } catch {
    return { kind: 'single', arrival: refused(null, rpcCodes.parse, 'This line is not JSON.') };
  }
  if (!Array.isArray(value)) return { kind: 'single', arrival: parseRequest(value, rounded?.[0]) };
  if (value.length === 0) return { kind: 'single', arrival: refused(null, rpcCodes.invalidRequest, 'An empty batch asks for nothing.') };
  if (value.length > longestBatch) {
    return { kind: 'single', arrival: { kind: 'refused', answer: errorAnswer(null, rpcCodes.invalidRequest, 'The batch is too long.', 'input.invalid', { limit: longestBatch }) } };
  }
  let objects = 0;
  return { kind: 'batch', arrivals: value.map((each) => (isObject(each) ? parseRequest(each, rounded?.[objects++]) : parseRequest(each))) };
}

/** The answer to a line that was too long to be read. */
export function tooLongAnswer(limit: number): RpcAnswer {
  return errorAnswer(null, rpcCodes.invalidRequest, 'The line is too long.', 'input.invalid', { limit });
}

/** `isRounded`: its id is written as another number than it was read as. */
function parseRequest(value: unknown, isRounded = false): Arrival {
  if (!isObject(value)) {
    return refused(null, rpcCodes.invalidRequest, 'A request is an object.');
  }
  const fields: { readonly jsonrpc?: unknown; readonly id?: unknown; readonly method?: unknown; readonly params?: unknown } = value;
  const hasId = Object.hasOwn(value, 'id');
  if (hasId && (isRounded || !isId(fields.id))) return refused(null, rpcCodes.invalidRequest, 'An id is text, null or a number between -(2^53 - 1) and 2^53 - 1 that a double holds.');
  const id = hasId && isId(fields.id) ? fields.id : undefined;
  if (fields.jsonrpc !== '2.0' || typeof fields.method !== 'string') {
    return refused(id ?? null, rpcCodes.invalidRequest, 'A request has "jsonrpc": "2.0" and a method name.');
  }
  return { kind: 'request', request: { method: fields.method, params: fields.params, ...(id === undefined ? {} : { id }) } };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Numbers beyond were rounded as they were read: answered under what is left of them, another call that waits could take it for its own. */
function isId(value: unknown): value is RpcId {
  return value === null || typeof value === 'string' || (typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER);
}

function refused(id: RpcId, code: number, message: string): Arrival {
  return { kind: 'refused', answer: errorAnswer(id, code, message, 'input.invalid', {}) };
}

export function resultAnswer(id: RpcId, result: unknown): RpcAnswer {
  return { jsonrpc: '2.0', id, result };
}

export function failureAnswer(id: RpcId, failure: Failure): RpcAnswer {
  return errorAnswer(id, numberOf(failure.code), failure.message, failure.code, failure.facts);
}

function numberOf(code: ErrorCode): number {
  if (code === 'call.unknown') return rpcCodes.unknownMethod;
  if (code === 'input.invalid') return rpcCodes.invalidParams;
  return code === 'internal' ? rpcCodes.internal : rpcCodes.application;
}

function errorAnswer(id: RpcId, code: number, message: string, dataCode: ErrorCode, facts: ErrorFacts): RpcAnswer {
  const data = Object.keys(facts).length === 0 ? { code: dataCode } : { code: dataCode, facts };
  return { jsonrpc: '2.0', id, error: { code, message, data } };
}
