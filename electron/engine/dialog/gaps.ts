import type { VerifiedChain } from '../certificates/chain';
import type { ExchangeCredential } from '../certificates/credential';
import type { InstanceList } from '../certificates/instance-list';
import { DecapsulationBudget } from '../exchange/decapsulation-budget';
import { parseNames } from '../exchange/kek-block';
import { credentialHash } from '../exchange/service-pair';
import type { DialogId, InstanceId, PeerId } from '../ids';
import type { Gap, GapDigests } from './control';
import type { Delivering } from './delivering';
import type { StreamKey } from './dialog-store';
import { spanOfMessage } from './message-layout';
import type { Sending, SendingParts } from './sending';
import type { DialogState, ReceivingStream, SendingStream } from './streams';
import { takeOver } from './takeover';
import { firstDigest, gapDigest, nextDigest } from './transcript';

/** How long a device of several may lack what another of its person has: they bring it each other (protocol.md §10). Twice as long after each time that did not help. */
export const siblingPatienceMs = 10_000;
/** Longest of these: after it the device itself has to say again that it lacks something. */
const longestPatienceMs = 32 * siblingPatienceMs;
/** How many are locked again for one word of the other side; the next word asks for the next ones. */
const window = 256;
/** Locked again for one person at once, and how many more per second: repeated requests cause bounded work (A24). */
const budgetBurst = 4096;
const budgetPerSecond = 64;

/** A device of the other person, with the exchange key it showed. */
export interface Asker {
  readonly instanceId: InstanceId;
  readonly exchange: ExchangeCredential;
  readonly isOneOfSeveral: boolean;
}

/** Who asks, by the chain it showed. */
export function askerOf({ instance, exchange, list }: VerifiedChain): Asker {
  return { instanceId: instance.instanceId, exchange, isOneOfSeveral: hasSeveral(list) };
}

function hasSeveral({ instances }: Pick<InstanceList, 'instances'>): boolean {
  return instances.filter(({ state }) => state === 'active').length > 1;
}

/** A device that lacks what another one of its person has acknowledged. */
interface Late {
  readonly dialog: DialogState;
  readonly asker: Asker;
  readonly cumulative: number;
  /** Monotonic milliseconds. */
  readonly since: number;
  readonly wait: number;
}

/**
 * A receiver that lost what it had acknowledged asks for it again (protocol.md §7): the same content and c go out under
 * the same sequences, or both sides write down that it is gone. Runs inside `Memory.change`.
 */
export class Again {
  readonly #parts: SendingParts;
  readonly #sending: Sending;
  readonly #budgets = new Map<PeerId, DecapsulationBudget>();
  /** By stream and device. In memory only: a device says with every session where it stands. */
  readonly #late = new Map<PeerId, Map<string, Late>>();
  /** Highest sequence of a stream that was ever acknowledged. */
  readonly #reached = new WeakMap<SendingStream, number>();
  /** To be said with the next control messages, by dialog: what memory holds of one may be another object by then. In memory only: whoever is not told asks again. */
  readonly #gaps = new Map<PeerId, Map<DialogId, Gap>>();

  constructor(parts: SendingParts, sending: Sending) {
    this.#parts = parts;
    this.#sending = sending;
  }

  /** A device of the other person has only this much. Asked again for what comes after it. */
  asked(dialog: DialogState, cumulative: number, asker: Asker): void {
    const { store, memory } = this.#parts;
    const stream = dialog.sending;
    if (!stream || dialog.row.state !== 'open') return;
    const reached = this.#reached.get(stream) ?? store.highestAcknowledged(stream.row);
    // Of what was never given out nobody has anything, whatever they say.
    this.#reached.set(stream, Math.max(reached, Math.min(cumulative, stream.row.nextSequence - 1)));
    if (this.#waitsForSibling(dialog, cumulative, reached, asker)) return;
    memory.touch(dialog);
    const first = cumulative + 1;
    const upTo = Math.min(reached, cumulative + window);
    const rows = store.keptOutbox(stream.row, first, upTo).filter(({ content }) => content.length > 0);
    const lost = (rows[0]?.sequence ?? upTo + 1) - 1;
    if (lost >= first) this.#lose(dialog, stream, first, lost, asker);
    const wanted = rows.filter(({ acknowledged }) => acknowledged);
    const from = wanted[0]?.sequence;
    if (from === undefined || !this.#affords(dialog, stream, from, wanted.length)) return;
    store.reopenOutbox(stream.row, from, upTo);
    this.#sealAgain(dialog, stream, from, asker.exchange);
  }

  /** Milliseconds until some device of this person has waited long enough; undefined: none waits. */
  patience(peerId: PeerId): number | undefined {
    const late = this.#late.get(peerId);
    // While nobody can be sent to there is nothing to look again for: whoever asks would do so without a pause.
    if (!late || late.size === 0 || !this.#parts.peers(peerId)) return undefined;
    const first = Math.min(...[...late.values()].map(({ since, wait }) => since + wait));
    return Math.max(0, first - this.#parts.clock.monotonic());
  }

  /** Whoever has waited long enough for what its person's other devices have. Inside `Memory.change`. */
  tendLate(peerId: PeerId): void {
    const now = this.#parts.clock.monotonic();
    const late = this.#late.get(peerId) ?? new Map<string, Late>();
    const due = [...late].filter(([, { since, wait }]) => now - since >= wait);
    for (const [name, { dialog, asker, cumulative }] of due) {
      // What was dropped from memory is another object now.
      const known = this.#parts.memory.dialog(dialog.key);
      // What has ended is sent to nobody: it would be late for ever.
      if (known?.row.state === 'open') this.asked(known, cumulative, asker);
      else late.delete(name);
    }
  }

  /** Nothing is locked again for a device that is merely slower than another one of its person, or was away. */
  #waitsForSibling(dialog: DialogState, cumulative: number, reached: number, asker: Asker): boolean {
    const { peerId, dialogId } = dialog.key;
    const late = this.#late.get(peerId) ?? new Map<string, Late>();
    const name = `${dialogId}${asker.instanceId}`;
    const before = late.get(name);
    late.delete(name);
    if (cumulative >= reached) return true;
    if (!asker.isOneOfSeveral) return false;
    const now = this.#parts.clock.monotonic();
    const { since, wait } = before?.cumulative === cumulative ? before : { since: now, wait: siblingPatienceMs };
    const isOver = now - since >= wait;
    if (!isOver) late.set(name, { dialog, asker, cumulative, since, wait });
    else if (wait < longestPatienceMs) late.set(name, { dialog, asker, cumulative, since: now, wait: wait * 2 });
    this.#late.set(peerId, late);
    return !isOver;
  }

  /**
   * The other person has several devices, and this one may not hold the exchange key that what waits was locked to:
   * then it is locked again, to the key this one showed.
   */
  readdress(dialog: DialogState, cumulative: number, exchange: ExchangeCredential): void {
    const { store, memory, crypto } = this.#parts;
    const stream = dialog.sending;
    if (!stream || dialog.row.state !== 'open') return;
    const waiting = store.openOutbox(stream.row, cumulative + 1).filter(({ sealed }) => sealed).slice(0, window);
    const foreign = waiting.find(({ sequence }) => {
      const bytes = store.findOutbox(stream.row, sequence)?.sealed?.bytes;
      const target = bytes && targetOf(bytes);
      return target !== undefined && !crypto.equal(target, exchange.hash);
    });
    if (!foreign || !this.#affords(dialog, stream, foreign.sequence, 0)) return;
    memory.touch(dialog);
    this.#sealAgain(dialog, stream, foreign.sequence, exchange);
  }

  /** From `from` on everything that is not acknowledged gets a key that takes over, and goes out again. */
  #sealAgain(dialog: DialogState, stream: SendingStream, from: number, exchange: ExchangeCredential): void {
    const { store, sink } = this.#parts;
    // What was acknowledged above it by another device stays so: only the key's reach is counted from here.
    stream.row = { ...stream.row, acknowledged: Math.min(stream.row.acknowledged, from - 1) };
    takeOver(store, dialog, stream, { kind: 'again', reason: 'devices' }, from);
    this.#sending.sealWaiting(dialog.key.peerId, exchange);
    sink.resealed({ peerId: dialog.key.peerId });
  }

  isDue(peerId: PeerId): boolean {
    return (this.#gaps.get(peerId)?.size ?? 0) > 0;
  }

  /** What is to be told to this person, each once. */
  due(peerId: PeerId): [DialogState, Gap][] {
    const gaps = this.#gaps.get(peerId) ?? new Map<DialogId, Gap>();
    this.#gaps.delete(peerId);
    return [...gaps].flatMap(([dialogId, gap]) => {
      const dialog = this.#parts.memory.dialog({ peerId, dialogId });
      // What no digest goes with counts on both sides or on none: not where the disk refused to take it down here. Whoever lacks it asks again.
      const isTrue = gap.digests !== undefined || this.#isNoted({ peerId, dialogId, instanceId: gap.stream }, gap.from, gap.to);
      return dialog?.row.state === 'open' && isTrue ? [[dialog, gap]] : [];
    });
  }

  #isNoted(key: StreamKey, first: number, last: number): boolean {
    return this.#parts.store.gaps(key).some((gap) => gap.instanceId === key.instanceId && gap.first <= first && gap.last >= last);
  }

  /**
   * Says that these are gone. What was forgotten here was forgotten because the other person had it: its digest is still known, so that the history
   * stays the same for everybody who has it. Lost it is only where that person has no other device that could have it (protocol.md §7).
   */
  #lose(dialog: DialogState, stream: SendingStream, first: number, last: number, asker: Asker): void {
    const { store, sink, clock } = this.#parts;
    const gaps = this.#gaps.get(dialog.key.peerId) ?? new Map<DialogId, Gap>();
    const digests = this.#digestsAround(dialog, stream, first, last);
    this.#gaps.set(dialog.key.peerId, gaps.set(dialog.key.dialogId, { kind: 'gap', stream: stream.row.instanceId, from: first, to: last, ...(digests && { digests }) }));
    if (digests && asker.isOneOfSeveral) return;
    const key = { ...dialog.key, instanceId: stream.row.instanceId };
    if (this.#isNoted(key, first, last)) return;
    store.putGap({ ...key, first, last, at: Math.max(0, Math.trunc(clock.now())) });
    if (!digests) this.#bind(dialog, stream, first, last);
    sink.gap({ ...key, first, last });
  }

  #digestsAround(dialog: DialogState, stream: SendingStream, first: number, last: number): GapDigests | undefined {
    const { store } = this.#parts;
    const before = this.#digestBefore(dialog, stream, first);
    const after = store.findOutbox(stream.row, last)?.digest;
    return before && after && { before, after };
  }

  #digestBefore(dialog: DialogState, stream: SendingStream, sequence: number): Uint8Array | undefined {
    const { crypto, store, local } = this.#parts;
    if (sequence > 1) return store.findOutbox(stream.row, sequence - 1)?.digest;
    return firstDigest(crypto, [local.peerId, dialog.key.peerId], dialog.key.dialogId, stream.row.instanceId);
  }

  /** The own digests from the gap on, as the other side will have them. */
  #bind(dialog: DialogState, stream: SendingStream, first: number, last: number): void {
    const { crypto, store } = this.#parts;
    const before = this.#digestBefore(dialog, stream, first);
    if (!before) return;
    let digest = before;
    let next = first;
    const skipTo = (sequence: number): void => {
      for (; next < sequence; next += 1) digest = gapDigest(crypto, digest, next);
    };
    for (const row of store.keptOutbox(stream.row, first, stream.row.nextSequence - 1)) {
      skipTo(row.sequence);
      const isGone = row.sequence <= last || row.content.length === 0;
      digest = isGone ? gapDigest(crypto, digest, row.sequence) : nextDigest(crypto, digest, row.sequence, row.content);
      next = row.sequence + 1;
      store.setOutboxDigest(row, row.sequence, digest);
    }
    skipTo(stream.row.nextSequence);
    stream.row = { ...stream.row, digest, comparedUpTo: Math.min(stream.row.comparedUpTo, first - 1) };
    store.putSending(stream.row);
  }

  /** Everything under way from there on is sealed again, too: it counts. */
  #affords(dialog: DialogState, stream: SendingStream, from: number, more: number): boolean {
    const { store, clock } = this.#parts;
    const { peerId } = dialog.key;
    const now = clock.monotonic();
    let budget = this.#budgets.get(peerId);
    if (!budget) this.#budgets.set(peerId, (budget = new DecapsulationBudget(budgetBurst, budgetPerSecond, now)));
    for (let left = more + store.countOpen(stream.row, from); left > 0; left -= 1) if (!budget.take(now)) return false;
    return true;
  }
}

/** H of the exchange credential a message was locked to. */
function targetOf(message: Uint8Array): Uint8Array | undefined {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.length);
  const span = spanOfMessage(bytes);
  return span && credentialHash(parseNames(bytes, span.block).targetCert);
}

/**
 * The sender says that these are gone for good. Believed only of its own stream, from the next missing place on and no
 * further than a message may come early, since no gap that was read is longer (`maxGap`): nothing can be skipped that way that might still come (A25).
 */
export function acceptGap(parts: SendingParts, delivering: Delivering, dialog: DialogState, stream: ReceivingStream, gap: Gap): void {
  const { store, sink, clock, crypto, local } = parts;
  const first = stream.row.cumulative + 1;
  const { digests } = gap;
  if (gap.stream !== stream.row.instanceId || gap.from > first || gap.to < first) return;
  if (digests && gap.from < first) {
    // It came further meanwhile, and asks for the rest with that.
    stream.row = { ...stream.row, acknowledgementDue: true };
    stream.dirty = true;
    return;
  }
  if (digests && crypto.equal(digests.before, stream.row.digest)) {
    const missing = gap.to - stream.row.cumulative - [...stream.held.keys()].filter((sequence) => sequence <= gap.to).length;
    delivering.jump(dialog, stream, gap.to, digests.after);
    // Another own device has had them, or they were taken back.
    if (missing === 0 || hasSeveral(local.list)) return;
  } else if (delivering.skip(dialog, stream, gap.to) === 0) return;
  const key = { ...dialog.key, instanceId: gap.stream };
  store.putGap({ ...key, first, last: gap.to, at: Math.max(0, Math.trunc(clock.now())) });
  sink.gap({ ...key, first, last: gap.to });
}

/** Whether this device's running digest of its own stream may be another than the other person's because of places both counted as lost up to there. */
export function isBoundToGap(store: SendingParts['store'], { row }: SendingStream, upTo: number): boolean {
  return store.gaps(row).some(({ instanceId, first }) => instanceId === row.instanceId && first <= upTo);
}
