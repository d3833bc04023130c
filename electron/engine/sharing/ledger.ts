import type { InstanceId } from '../ids';
import { Reader, WireError } from '../wire/reader';
import { Writer } from '../wire/writer';
import { id16ToBytes, instanceIdFromBytes } from '../wire/ids';

/**
 * Who has a session: one line of the book that a holder keeps, or a repository (seed 003, figures 4 and 6; protocol.md §10.5). Pure: where it
 * stands and how it is written, in a transaction or by compare-and-swap, is its keeper's. Whatever the order in which several
 * devices try, one gets it:
 *
 *     held ─ reserve: generation + 1, lease ─▶ lent ─ commit ─▶ gone            (a tombstone, kept until the session expires)
 *     lent ─ release, or the lease is over ─▶ held, under the raised generation
 *
 * Clocks only say when a lease may be passed on; what a late one still does is refused by its generation.
 */
export interface LedgerLine {
  /** Rises with every reservation, from 0. */
  readonly generation: number;
  readonly phase: 'held' | 'lent' | 'gone';
  /** Who may use the session while it is held. */
  readonly owner: InstanceId;
  /** To whom it is lent, or who took it. */
  readonly taker: InstanceId | undefined;
  /** End of the lease, Unix milliseconds; 0 while there is none. */
  readonly until: number;
  /** When the session may not be resumed any more, Unix milliseconds. */
  readonly expiresAt: number;
  /** The state, sealed to those who may take it; empty where there is only a tombstone. */
  readonly body: Uint8Array;
}

/** Why a move is refused. For logs and tests; who asked never learns it (S4-27). */
export type LedgerRefusal = 'gone' | 'lent' | 'expired' | 'not-yours';

export type Move = { readonly line: LedgerLine } | { readonly refused: LedgerRefusal };

/** How long a taker has from reservation to commit, milliseconds. */
export const leaseMs = 10_000;
/** A generation this high was made by nobody. */
const maxGeneration = 2 ** 32 - 2;
const nothing = new Uint8Array(0);

export function held(owner: InstanceId, expiresAt: number, body: Uint8Array = nothing, generation = 0): LedgerLine {
  return { generation, phase: 'held', owner, taker: undefined, until: 0, expiresAt, body };
}

/** The owner says where the session stands now (408). Refused once somebody else has it, or is about to (S4-18, S4-19). */
export function checkpoint(line: LedgerLine, owner: InstanceId, body: Uint8Array, now: number): Move {
  const current = settled(line, now);
  if (current.phase !== 'held') return { refused: current.phase };
  return current.owner === owner ? { line: { ...current, body } } : { refused: 'not-yours' };
}

/** For one taker, until the lease is over (604–608). Asked again by the same one, it stays as it is. */
export function reserve(line: LedgerLine, taker: InstanceId, now: number): Move {
  if (now >= line.expiresAt) return { refused: 'expired' };
  const current = settled(line, now);
  if (current.phase === 'gone') return { refused: 'gone' };
  if (current.phase === 'lent') return current.taker === taker ? { line: current } : { refused: 'lent' };
  if (current.owner === taker || current.generation >= maxGeneration) return { refused: 'not-yours' };
  return { line: { ...current, phase: 'lent', taker, generation: current.generation + 1, until: now + leaseMs } };
}

/** The taker has stored it: nobody else gets it any more (612). Also after the lease, while nobody else came; may be repeated. */
export function commit(line: LedgerLine, taker: InstanceId, generation: number): Move {
  if (line.phase === 'held') return { refused: 'not-yours' };
  if (line.taker !== taker || line.generation !== generation) return { refused: line.phase };
  return { line: { ...line, phase: 'gone', until: 0, body: nothing } };
}

/** The taker does not want it after all. */
export function release(line: LedgerLine, taker: InstanceId, generation: number): Move {
  if (line.phase !== 'lent') return { refused: line.phase === 'gone' ? 'gone' : 'not-yours' };
  if (line.taker !== taker || line.generation !== generation) return { refused: 'lent' };
  return { line: back(line) };
}

/** The owner itself uses the session up, or gives it up. */
export function close(line: LedgerLine, owner: InstanceId, now: number): Move {
  const current = settled(line, now);
  if (current.phase !== 'held') return { refused: current.phase };
  if (current.owner !== owner) return { refused: 'not-yours' };
  return { line: { ...current, phase: 'gone', taker: owner, body: nothing } };
}

/** As it stands at this moment: a lease that is over gives the session back. */
export function settled(line: LedgerLine, now: number): LedgerLine {
  return line.phase === 'lent' && now >= line.until ? back(line) : line;
}

function back(line: LedgerLine): LedgerLine {
  return { ...line, phase: 'held', taker: undefined, until: 0 };
}

const phases = ['held', 'lent', 'gone'] as const;
const version = 1;
const maxBody = 24 * 1024;

/** version u8 ‖ phase u8 ‖ generation u32 ‖ owner[16] ‖ taker LP (empty or 16) ‖ until u64 ‖ expiresAt u64 ‖ body LP. */
export function encodeLine(line: LedgerLine): Uint8Array {
  return new Writer(128 + line.body.length)
    .u8(version)
    .u8(phases.indexOf(line.phase))
    .u32(line.generation)
    .fixed(id16ToBytes(line.owner))
    .lp(line.taker === undefined ? nothing : id16ToBytes(line.taker))
    .u64(line.until)
    .u64(line.expiresAt)
    .lp(line.body)
    .finish();
}

/** Throws `WireError`. */
export function parseLine(bytes: Uint8Array): LedgerLine {
  const reader = new Reader(bytes);
  if (reader.u8() !== version) throw new WireError('a line of another version');
  const phase = phases[reader.u8()];
  if (phase === undefined) throw new WireError('no such phase');
  const generation = reader.u32();
  const owner = instanceIdFromBytes(reader.fixed(16));
  const takerBytes = reader.lp(16);
  const taker = takerBytes.length === 0 ? undefined : instanceIdFromBytes(takerBytes);
  const line: LedgerLine = { generation, phase, owner, taker, until: reader.u64(), expiresAt: reader.u64(), body: reader.lp(maxBody).slice() };
  reader.end();
  if ((phase === 'held') !== (taker === undefined)) throw new WireError('nobody has it, or two');
  return line;
}
