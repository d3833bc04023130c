import { encodeChain, parseChain, type VerifiedChain } from '../../engine/certificates/chain';
import type { Crypto } from '../../engine/crypto/crypto';
import type { AcceptedMessage, DialogNews } from '../../engine/dialog/dialog-news';
import type { DialogKey, StreamKey } from '../../engine/dialog/dialog-store';
import { isNewer } from '../../engine/dialog/start-token';
import type { ForwardedChain } from '../../engine/dialog/forwarded-chain';
import type { SharedDialogs, SharedThing } from '../../engine/dialog/shared-dialogs';
import { encodeToldEnvelope, encodeToldStart, parseToldDialog, parseToldEnvelope, parseToldFailure, parseToldFloor, parseToldSent, parseToldStart, parseToldStream, type ToldFailure } from '../../engine/dialog/shared-words';
import type { InstanceId, PeerId } from '../../engine/ids';
import type { Clock, Logger } from '../../engine/ports';
import { WireError } from '../../engine/wire/wire-error';
import { chainKey, envelopeKey, floorKey, parseEnvelopeKey, parseFloorKey } from './dialog-keys';
import { dialogKey, instanceOf, parseDialogKey, parseStreamKey, streamKey } from './kinds/values';
import type { Fact, FactKind, Replica } from './replica';

/** How long a message waits for a device that is away, in milliseconds; afterwards its text is told as history. */
const envelopesKeptMs = 31 * 24 * 60 * 60 * 1000;
const nothing = new Uint8Array(0);

export interface DialogFactsParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly replica: Replica;
  /** Asked anew each time: the engine may be another one by then. */
  readonly shared: () => SharedDialogs;
  /** A contact's chain that another own device took, judged here. */
  readonly sourceOf: (chain: Uint8Array) => ForwardedChain;
  readonly own: InstanceId;
  /** Whether a sibling suspended this own device. */
  readonly isSuspended: (instanceId: InstanceId) => boolean;
  /** This device's newest start token. */
  readonly startToken: () => Uint8Array | undefined;
  /** After the transaction: something of this person came by way of another own device, and is to be acknowledged. */
  readonly onForwarded: (peerId: PeerId) => void;
  /** After the transaction that is under way now. */
  readonly later: (work: () => void) => void;
  /** One transaction. */
  readonly commit: (work: () => void) => void;
}

/** What own devices have in common of dialogs (protocol.md §10): the kinds of facts, and what the engine has to say in them. */
export class DialogFacts implements DialogNews {
  readonly #parts: DialogFactsParts;
  /** The chain that the log was seen to have, or a later one of, by its place there. */
  readonly #told = new Map<string, VerifiedChain>();
  /** Newest start told of each other own device. */
  readonly #starts = new Map<InstanceId, Uint8Array>();
  #closed = false;

  constructor(parts: DialogFactsParts) {
    this.#parts = parts;
    for (const kind of this.#kinds()) parts.replica.register(kind);
  }

  get judgement(): DialogNews['judgement'] {
    const { replica } = this.#parts;
    if (replica.hasHeardAll) return 'sure';
    return replica.isReady ? 'unsure' : 'waits';
  }

  /** Every start of this device is known to the others: whoever copied it is found out by them (protocol.md §7). */
  start(): void {
    const { replica, own, startToken, commit } = this.#parts;
    const token = startToken();
    if (replica.isOn && token) commit(() => replica.say('start', own, encodeToldStart(token)));
  }

  close(): void {
    this.#closed = true;
  }

  opened(key: DialogKey): void {
    this.#parts.replica.say('dialog', dialogKey(key), nothing);
  }

  moved(key: StreamKey): void {
    this.#parts.replica.say('stream', streamKey(key), nothing);
  }

  sent(key: StreamKey): void {
    this.#parts.replica.say('sent', streamKey(key), nothing);
  }

  raised(peerId: PeerId, creator: InstanceId): void {
    this.#parts.replica.say('floor', floorKey(peerId, creator), nothing);
  }

  failed(key: DialogKey): void {
    const value = this.#parts.shared().failure(key);
    if (value) this.#parts.replica.say('failed', dialogKey(key), value);
  }

  accepted(message: AcceptedMessage): void {
    const { replica, clock } = this.#parts;
    if (!replica.isOn) return;
    this.#tellChain(message.source);
    const receivedAt = Math.max(0, Math.trunc(clock.now()));
    replica.say('envelope', envelopeKey(message, message.place), encodeToldEnvelope({ receivedAt, bytes: message.bytes }));
  }

  /** Said when none was, or a later one is shown. That it was said may be undone with this transaction: the next one looks once more. */
  #tellChain(source: VerifiedChain): void {
    const { replica, crypto } = this.#parts;
    const key = chainKey(source.identity.peerId, source.instance.instanceId);
    if (this.#told.get(key) === source) return;
    const known = replica.find('chain', key);
    if (known === undefined || isLater(source, parseChain(crypto, known))) replica.say('chain', key, encodeChain(source));
    else this.#told.set(key, source);
  }

  #later(work: () => void): void {
    const { later, logger } = this.#parts;
    later(() => {
      if (this.#closed) return;
      try {
        work();
      } catch (error) {
        // What was to be acknowledged is asked for again; what failed fails for the next device that judges it.
        logger.warn('dialog.news-not-told', { reason: error instanceof Error ? error.name : 'unknown' });
      }
    });
  }

  #kinds(): FactKind[] {
    const shared = (): SharedDialogs => this.#parts.shared();
    return [
      {
        kind: 'dialog',
        rank: 20,
        merges: true,
        apply: ({ key, value }) => (shared().mergeDialog(parseDialogKey(key), parseToldDialog(value)), true),
        read: (key) => shared().dialog(parseDialogKey(key)),
        all: () => this.#all('dialog'),
      },
      {
        kind: 'failed',
        rank: 24,
        merges: true,
        apply: ({ author, key, value }) => this.#applyFailure(author, parseDialogKey(key), parseToldFailure(value)),
        all: () => this.#all('failed'),
      },
      {
        kind: 'floor',
        rank: 30,
        merges: true,
        apply: ({ author, key, value }) => shared().mergeFloor(author, ...parseFloorKey(key), parseToldFloor(value)),
        read: (key) => shared().floor(...parseFloorKey(key)),
        all: () => this.#all('floor'),
      },
      {
        kind: 'stream',
        rank: 31,
        merges: true,
        apply: ({ key, value }) => shared().mergeStream(parseStreamKey(key), parseToldStream(value)),
        read: (key) => shared().stream(parseStreamKey(key)),
        all: () => this.#all('stream'),
      },
      { kind: 'chain', rank: 35, stays: true, apply: (fact) => this.#applyChain(fact), all: () => [] },
      { kind: 'envelope', rank: 40, passingMs: envelopesKeptMs, apply: (fact) => this.#applyEnvelope(fact), all: () => [] },
      { kind: 'sent', rank: 60, apply: (fact) => this.#applySent(fact), read: (key) => shared().sent(parseStreamKey(key)), all: () => this.#all('sent') },
      { kind: 'start', rank: 60, merges: true, apply: (fact) => this.#applyStart(fact), all: () => [] },
    ];
  }

  /** Nothing on the word of a device that is suspended, and nothing in the name of another one. */
  #applyFailure(author: InstanceId, key: DialogKey, told: ToldFailure): boolean {
    if (told.by === author && !this.#parts.isSuspended(told.by)) this.#parts.shared().mergeFailure(key, told);
    return true;
  }

  /** Whose it says it is: with whom it counts is judged when a message comes under it. */
  #applyChain({ key, value }: Fact): boolean {
    const { identity, instance } = parseChain(this.#parts.crypto, value);
    if (key !== chainKey(identity.peerId, instance.instanceId)) throw new WireError('somebody else’s chain');
    return true;
  }

  #applyEnvelope({ key, value }: Fact): boolean {
    const { replica, sourceOf, shared, logger, onForwarded } = this.#parts;
    const { peerId, dialogId, instanceId } = parseEnvelopeKey(key);
    const { bytes, receivedAt } = parseToldEnvelope(value);
    const chain = replica.find('chain', chainKey(peerId, instanceId));
    if (!chain) return false;
    const judged = sourceOf(chain);
    if ('refused' in judged) {
      logger.debug('envelope.refused', { reason: judged.refused });
      return !judged.later;
    }
    const { outcome, again, failed } = shared().forward(judged.source, bytes, receivedAt);
    if (outcome.kind === 'rejected') logger.debug('envelope.refused', { reason: outcome.reason });
    else if (outcome.kind !== 'duplicate') this.#later(() => onForwarded(peerId));
    // Judged here, so nobody else may know; but nothing is said while something is merged.
    if (failed) this.#later(() => this.#parts.commit(() => this.failed({ peerId, dialogId })));
    return !again;
  }

  #applySent({ author, key, value }: Fact): boolean {
    const stream = parseStreamKey(key);
    // Nobody speaks for another device.
    if (stream.instanceId === author) this.#parts.shared().mergeSent(stream, parseToldSent(value));
    return true;
  }

  /** Whoever hears of a start says so itself: a copy of that device learns from it that it is one. */
  #applyStart({ key, value }: Fact): boolean {
    const { replica, own, shared, commit } = this.#parts;
    const [instanceId, token] = [instanceOf(key), parseToldStart(value)];
    if (instanceId === own) {
      shared().mergeStart(token);
      return true;
    }
    const before = this.#starts.get(instanceId);
    if (before && !isNewer(token, before)) return true;
    this.#starts.set(instanceId, token);
    const said = value.slice();
    this.#later(() => commit(() => replica.say('start', key, said)));
    return true;
  }

  *#all(kind: SharedThing['kind']): Generator<{ readonly key: string; readonly value: Uint8Array }> {
    for (const each of this.#parts.shared().everything()) {
      if (each.kind !== kind) continue;
      if (each.kind === 'floor') yield { key: floorKey(each.peerId, each.creator), value: nothing };
      else if (each.kind === 'dialog') yield { key: dialogKey(each.key), value: nothing };
      else if (each.kind === 'failed') yield { key: dialogKey(each.key), value: this.#parts.shared().failure(each.key) ?? nothing };
      else yield { key: streamKey(each.key), value: nothing };
    }
  }
}

function isLater(a: VerifiedChain, b: ReturnType<typeof parseChain>): boolean {
  const order = [a.identity.epoch - b.identity.epoch, a.list.version - b.list.version, a.instance.notBefore - b.instance.notBefore, a.exchange.notBefore - b.exchange.notBefore];
  return (order.find((difference) => difference !== 0) ?? 0) > 0;
}
