import type { VerifiedChain } from '../certificates/chain';
import type { ControlPlace } from './dialog-news';
import type { DialogRow } from './dialog-store';
import type { FailureReason, ReceiveOutcome, RemoteParty } from './dialog-types';
import type { InstanceId } from '../ids';
import type { BlockEntry, DskEntry } from './header-entries';
import { dialogIdFromBytes } from '../wire/ids';
import type { ControlHandler } from './acknowledging';
import { parseControl } from './control';
import { type Arrived, Delivering } from './delivering';
import { JoiningStreams } from './joining-streams';
import { type DialogLimits, maxEpoch, maxLiveKeys } from './limits';
import type { PeerMemory } from './memory';
import { maxBodyBytes, micAt, micBytes, type MessageSpan, spanOfMessage } from './message-layout';
import { openEnvelope, settleHeaders } from './open-envelope';
import { PeerKeyRules } from './peer-key-rules';
import type { Compromise } from './compromise';
import { type EpochVerdict, extendKekRanges, isForgotten, judgeEpoch, takesOver, trimKekRanges } from './epoch-rules';
import { acceptGap, type Asker, askerOf } from './gaps';
import type { RefusedMessage, Refusals } from './refusals';
import type { Rollback } from './rollback';
import { blindBytes } from './seal-message';
import type { SendingParts } from './sending';
import { defaultPolicy } from './shift-policy';
import { failUnborn } from './stillborn';
import { expandingRoom, expandShortForm, ShortMessage } from './short-form';
import { type DialogState, newReceiving, type ReceivingStream } from './streams';

export interface ReceivingParts extends SendingParts {
  readonly limits: DialogLimits;
  readonly controls: ControlHandler;
  readonly compromise: Compromise;
  readonly refusals: Refusals;
  readonly rollback: Pick<Rollback, 'held' | 'wroteUnderLostKey'>;
  /** True while what other own devices know was not heard all. */
  readonly isJoining: () => boolean;
}

/**
 * Receiving by figures 6 and 7. Everything up to the tag only looks; what a message changes, it changes after its tag
 * has verified, in the transaction of its batch (A11). Every refusal looks the same from outside.
 */
export class Receiving {
  readonly #parts: ReceivingParts;
  readonly #delivering: Delivering;
  readonly joining: JoiningStreams;
  readonly #rules: PeerKeyRules;
  /** Every body is opened here, judged and read at once; what has to wait is copied. */
  readonly #room = new Uint8Array(maxBodyBytes);
  /** Where the canonical bytes of a short form are put together again. */
  readonly #expanded = expandingRoom();
  #via: Via | undefined;
  /** Streams with a message more, in the batch under way. */
  readonly #moved = new Set<ReceivingStream>();

  constructor(parts: ReceivingParts) {
    this.#parts = parts;
    this.#delivering = new Delivering(parts);
    this.joining = new JoiningStreams({ ...parts, delivering: this.#delivering });
    this.#rules = new PeerKeyRules(parts);
  }

  /** Runs inside `Memory.change`. `via`: another own device accepted these. */
  receiveBatch(source: VerifiedChain, batch: readonly (Uint8Array | ShortMessage)[], via?: Via): ReceiveOutcome[] {
    const { crypto, news } = this.#parts;
    const judgement = via ? 'sure' : news()?.judgement;
    // It could not be told whether another own device has had it: it comes again.
    if (judgement === 'waits') return batch.map(() => rejected('not-ready'));
    this.#via = via;
    this.#delivering.isUnsure = judgement === 'unsure';
    const touched = new Set<ReceivingStream>();
    const outcomes = batch.map((each) => {
      if (each instanceof ShortMessage) return this.#receiveShort(source, each, touched);
      return this.#receive(source, Buffer.from(each.buffer, each.byteOffset, each.length), touched);
    });
    this.#delivering.flush(touched);
    crypto.wipe(this.#room);
    if (!via) for (const { row } of this.#moved) news()?.moved({ peerId: row.peerId, dialogId: row.dialogId, instanceId: row.instanceId });
    this.#moved.clear();
    return outcomes;
  }

  /** The canonical bytes are put together again and go the way of all others; what is not in the caches is asked for. */
  #receiveShort(source: VerifiedChain, short: ShortMessage, touched: Set<ReceivingStream>): ReceiveOutcome {
    const expanded = expandShortForm(this.#parts.memory.peer(source.identity.peerId), short.bytes, this.#expanded);
    if (!expanded) return rejected('preamble');
    return 'wanted' in expanded ? { kind: 'wanted', headers: expanded.wanted } : this.#receive(source, expanded.bytes, touched);
  }

  #receive(source: VerifiedChain, bytes: Buffer, touched: Set<ReceivingStream>): ReceiveOutcome {
    const { local, peers, memory } = this.#parts;
    const { peerId } = source.identity;
    if (peerId === local.peerId) return rejected('self');
    const remote = peers(peerId);
    const peer = memory.peer(peerId);

    // 604, 608, 612: one message, whole, of this version, within every cap.
    const span = spanOfMessage(bytes);
    if (!span) return rejected('preamble');
    const mic = bytes.toString('latin1', micAt, micAt + micBytes);
    const replay = peer.recent.has(mic) && this.#seenBefore(source, remote, bytes, span, touched);
    if (replay) return replay;

    // 616–644. Until its tag has verified, nothing of a message is believed.
    const envelope = openEnvelope(this.#parts, peer, memory.ring(peerId), source, bytes, span, this.#room);
    if ('refused' in envelope) return this.#refused({ source, remote, bytes, span }, envelope.refused, touched);
    const { block, dsk, content } = envelope;
    const message: Authentic = { remote, peer, asker: askerOf(source), span, block: block.entry, blockIsFresh: block.fresh, dsk: dsk.entry, content, size: bytes.length, mic };
    // 656: permission, order, epochs; then it is delivered, held, or nothing.
    const outcome = this.#judge(message, touched);
    settleHeaders(peer, envelope, accepted.has(outcome.kind));
    if (accepted.has(outcome.kind)) this.#tell(source, message, bytes);
    return outcome.kind === 'rejected' ? this.#refused({ source, remote, bytes, span }, outcome.reason, touched) : outcome;
  }

  /** What the other own devices have to judge, too. */
  #tell(source: VerifiedChain, { dsk, span, content }: Authentic, bytes: Buffer): void {
    const { news, local } = this.#parts;
    const told = news();
    const place = told && (span.control ? concernsOthers(content, local.instanceId) : span.sequence);
    if (place !== undefined) told?.accepted({ instanceId: dsk.instanceId, place, bytes, source, ...dsk.dialog });
  }

  #judge(message: Authentic, touched: Set<ReceivingStream>): ReceiveOutcome {
    const { memory, store, local, crypto, limits } = this.#parts;
    const { remote, dsk, span, block, peer } = message;
    if (!remote || remote.blocked) return rejected('blocked');
    const known = memory.dialog(dsk.dialog);
    if (span.control) return known ? this.#control(message, known, touched) : rejected('dialog-unknown');
    if (!remote.mayMessage) return rejected('not-permitted');
    if (!known && !remote.mayOpen) return rejected('not-permitted');
    if (known?.row.state === 'closed') return this.#closedBefore(known);
    if (!known && store.isBuried(dsk.dialog)) return rejected('buried');
    if (known?.row.state === 'failed') return this.#failedBefore(known);
    const stream = known?.receiving.get(dsk.instanceId);
    const cumulative = stream?.row.cumulative ?? 0;
    const { sequence } = span;
    const waits = stream?.held.get(sequence);
    // What waits under a key that is taken over by distrust is none: this is the one to keep.
    const isDoubted = waits !== undefined && dsk.header.compromise && waits.keyEpoch < dsk.header.epoch;
    if (stream && (sequence <= cumulative || (waits && !isDoubted))) return this.#duplicate(known, stream, touched);
    if (sequence > cumulative + limits.lookAhead) return rejected('ahead');
    if (sequence !== cumulative + 1 && !this.#hasRoom(peer, stream, message.content.length)) return rejected('ahead');

    const claim = { check: dsk.check, sequence, ...dsk.header };
    const verdict = judgeEpoch(stream?.keys ?? [], claim);
    if (verdict.kind === 'superseded') return rejected('superseded');
    const before = stream?.row.kekRanges ?? [];
    const covered = verdict.kind === 'new' && takesOver(claim) ? trimKekRanges(before, claim.firstSequence) : before;
    const ranges = extendKekRanges(covered, block.header.creatingInstance, block.header.epoch, sequence);
    if (verdict.kind === 'new' && stream && stream.keys.length >= maxLiveKeys) return rejected('too-many-keys');
    const use = { epoch: claim.epoch, row: verdict.kind === 'known' ? verdict.row : undefined, sentAt: span.time };
    const failure =
      this.#failure(message, verdict, ranges === undefined) ?? this.#rules.judge(known?.policy ?? defaultPolicy, stream, use);
    if (failure) return this.#fail(message, known, failure);
    if (this.#rules.mustWait(known?.policy ?? defaultPolicy, stream, use)) return rejected('throttled');
    const isDistrust = isNewDistrust(verdict, dsk, stream);
    if (isDistrust && !this.#parts.compromise.mayHear(peer.peerId, block.header)) return rejected('throttled');

    // What another own device accepted was counted there.
    if (!known && !this.#via && !peer.openings.take(this.#parts.clock.monotonic())) return rejected('throttled');

    const dialog = known ?? this.#create(message);
    const into = stream ?? newReceiving(crypto, { ...dialog.key, instanceId: dsk.instanceId }, [local.peerId, peer.peerId]);
    if (!stream) dialog.receiving.set(dsk.instanceId, into);
    memory.touch(dialog);
    this.#learn(message);
    if (ranges && ranges !== into.row.kekRanges) into.row = { ...into.row, kekRanges: ranges };
    memory.remember(peer, message.mic);
    touched.add(into);
    this.#rules.record(into, use);
    if (use.row) dialog.sending?.shifts?.reactions.peerMessage(dsk.instanceId, span.time);
    const arrived: Arrived = {
      sequence,
      content: message.content,
      time: span.time,
      receipt: this.#rules.receipt(into),
      firstSaid: this.#rules.firstSaid(into, claim.epoch),
      acceptedAt: this.#via?.receivedAt, size: message.size,
      claim,
      isNew: verdict.kind === 'new',
    };
    const outcome = this.#delivering.accept(dialog, into, arrived);
    this.#moved.add(into);
    this.#heard(message, dialog, isDistrust);
    if (outcome.kind === 'held') this.joining.look(dialog, into);
    return outcome;
  }

  /** Whether so many bytes more may wait for an earlier message: whoever opens many dialogs fills no memory with them (A25). */
  #hasRoom({ peerId }: PeerMemory, stream: ReceivingStream | undefined, more: number): boolean {
    const { memory, limits } = this.#parts;
    return (stream?.heldBytes ?? 0) + more <= limits.heldBytes && memory.heldBytes(peerId) + more <= limits.heldBytesOfPeer;
  }

  /** What breaks the rules of keys, if anything does (A11, A26, A29, A35, A36). */
  #failure(message: Authentic, verdict: EpochVerdict, kekRollback: boolean): FailureReason | undefined {
    const { memory, store } = this.#parts;
    const { block, blockIsFresh, dsk, peer } = message;
    // A floor is one above an epoch: beyond the last one there is none that could be told (A26).
    if (block.header.epoch > maxEpoch) return 'worn-out';
    if (blockIsFresh && memory.ring(peer.peerId).contradicts(block.header, block.check)) return 'kek-conflict';
    if (verdict.kind === 'violated') return verdict.reason;
    if (kekRollback) return 'kek-rollback';
    if (verdict.kind === 'known') return undefined;
    const stream = { ...dsk.dialog, instanceId: dsk.instanceId };
    // Of this stream not all epochs are in memory.
    if (store.knowsSessionKey(stream, dsk.header.dskId)) return 'key-conflict';
    const [user] = store.streamsWithCheck(peer.peerId, dsk.check);
    if (!user) return undefined;
    return user.dialogId === stream.dialogId && user.instanceId === stream.instanceId ? 'key-conflict' : 'key-reused';
  }

  #control(message: Authentic, dialog: DialogState, touched: Set<ReceivingStream>): ReceiveOutcome {
    const { crypto, local, memory, controls } = this.#parts;
    const { dsk, span, peer } = message;
    if (dialog.row.state !== 'open') return rejected('dialog-failed');
    const known = dialog.receiving.get(dsk.instanceId);
    // The newest state wins: an older counter, or an older key, is a replay.
    if (known && (span.sequence <= known.row.controlFloor || dsk.header.epoch < known.row.controlEpoch)) return { kind: 'duplicate' };
    if (known && isForgotten(known.keys, dsk.header.epoch)) return { kind: 'duplicate' };
    const claim = { ...dsk.header, check: dsk.check };
    const verdict = judgeEpoch(known?.keys ?? [], claim);
    if (verdict.kind === 'superseded') return rejected('superseded');
    if (verdict.kind === 'new' && known && known.keys.length >= maxLiveKeys) return rejected('too-many-keys');
    const failure = this.#failure(message, verdict, false) ?? this.#rules.judge(dialog.policy, undefined, { epoch: claim.epoch, row: undefined, sentAt: span.time });
    if (failure) return this.#fail(message, dialog, failure);
    const isDistrust = isNewDistrust(verdict, dsk, known);
    if (isDistrust && !this.#parts.compromise.mayHear(peer.peerId, message.block.header)) return rejected('throttled');
    const into = known ?? newReceiving(crypto, { ...dialog.key, instanceId: dsk.instanceId }, [local.peerId, peer.peerId]);
    if (!known) dialog.receiving.set(dsk.instanceId, into);
    memory.touch(dialog);
    this.#learn(message);
    const kekRanges = verdict.kind === 'new' && takesOver(claim) ? trimKekRanges(into.row.kekRanges, claim.firstSequence) : into.row.kekRanges;
    into.row = { ...into.row, controlFloor: span.sequence, controlEpoch: dsk.header.epoch, kekRanges };
    into.dirty = true;
    touched.add(into);
    memory.remember(peer, message.mic);
    if (verdict.kind === 'new') this.#delivering.addKey(dialog, into, claim, span.time);
    this.#heard(message, dialog, isDistrust);
    const gap = controls.handle(dialog, into, message.content, span.time, message.block.header, message.asker);
    if (gap) acceptGap(this.#parts, this.#delivering, dialog, into, gap);
    return { kind: 'control', dialogId: dialog.key.dialogId };
  }

  /** What a message means beyond itself, once it is accepted. */
  #heard({ peer, dsk, block }: Authentic, dialog: DialogState, isDistrust: boolean): void {
    const { refusals, compromise } = this.#parts;
    refusals.clear(peer.peerId, dsk.dialog.dialogId, dsk.instanceId);
    if (isDistrust) compromise.heardKey(dialog, block.header);
  }

  #refused(message: RefusedMessage, reason: string, touched: Set<ReceivingStream>): ReceiveOutcome {
    // What another own device brought is nobody's to be told of.
    const owed = this.#via ? undefined : this.#parts.refusals.refused(message, reason);
    if (owed) touched.add(owed);
    return rejected(reason);
  }

  /** The key exchange key is known to both sides from now on. A cached one was learned when it was cached. */
  #learn({ peer, block, blockIsFresh }: Authentic): void {
    if (!blockIsFresh) return;
    const { header, check, kek, bytes, hash } = block;
    this.#parts.memory.ring(peer.peerId).learned(header, check, kek, bytes, hash, this.#now());
  }

  /** S1-41: the endpoint comes into being with its first message. */
  #create(message: Authentic): DialogState {
    const { store, memory, news } = this.#parts;
    const state = this.#unborn(message);
    store.putDialog(state.row);
    memory.addDialog(state);
    news()?.opened(message.dsk.dialog);
    return state;
  }

  #unborn(message: Authentic): DialogState {
    const key = message.dsk.dialog;
    const row: DialogRow = {
      ...key,
      openedBy: 'peer',
      state: 'open',
      createdAt: this.#now(),
      kekCreator: message.block.header.creatingInstance,
      announced: false,
      failureDue: false,
    };
    return { key, row, policy: defaultPolicy, sending: undefined, receiving: new Map(), touched: this.#parts.memory.generation };
  }

  #fail(message: Authentic, known: DialogState | undefined, reason: FailureReason): ReceiveOutcome {
    const { rollback, memory, controls } = this.#parts;
    if (reason === 'kek-conflict' && memory.ring(message.peer.peerId).isLost(message.block)) rollback.wroteUnderLostKey(message.peer.peerId);
    // What was agreed on in the time that is lost here looks like a broken rule: the device that this one becomes judges it. It comes again.
    if (rollback.held) return rejected('not-ready');
    if (known) controls.fail(known, reason, true);
    else failUnborn(this.#parts, this.#unborn(message), reason);
    return rejected(reason);
  }

  #failedBefore(dialog: DialogState): ReceiveOutcome {
    const { memory, store } = this.#parts;
    // It may not have heard yet: the word is due again. Never after the peer said so itself.
    if (dialog.row.failure !== 'told-by-peer' && !dialog.row.failureDue) {
      memory.touch(dialog);
      dialog.row = { ...dialog.row, failureDue: true };
      store.putDialog(dialog.row);
    }
    return rejected('dialog-failed');
  }

  /** Whoever still writes there has not heard that this person is done with it; where the other one is, it may. */
  #closedBefore(dialog: DialogState): ReceiveOutcome {
    const { memory, store } = this.#parts;
    if (!dialog.row.failureDue) {
      memory.touch(dialog);
      dialog.row = { ...dialog.row, failureDue: true };
      store.putDialog(dialog.row);
    }
    return rejected('buried');
  }

  /** A replay, or a sender that missed the acknowledgement: it is told again, nothing else happens (A22). */
  #duplicate(dialog: DialogState | undefined, stream: ReceivingStream, touched: Set<ReceivingStream>): ReceiveOutcome {
    if (dialog && !stream.row.acknowledgementDue) {
      this.#parts.memory.touch(dialog);
      stream.row = { ...stream.row, acknowledgementDue: true };
      stream.dirty = true;
      touched.add(stream);
    }
    return { kind: 'duplicate' };
  }

  /** The replay filter knows the MIC: no key is touched for it, only the stream it names may owe an answer. */
  #seenBefore(
    source: VerifiedChain,
    remote: RemoteParty | undefined,
    bytes: Buffer,
    span: MessageSpan,
    touched: Set<ReceivingStream>,
  ): ReceiveOutcome | undefined {
    if (!remote || remote.blocked || span.control) return undefined;
    const dialogId = dialogIdFromBytes(bytes.subarray(span.dialogAt, span.dialogAt + 16));
    const dialog = this.#parts.memory.dialog({ peerId: remote.peerId, dialogId });
    const stream = dialog?.receiving.get(source.instance.instanceId);
    if (!dialog || !stream || dialog.row.state !== 'open') return undefined;
    if (span.sequence > stream.row.cumulative && !stream.held.has(span.sequence)) return undefined;
    return this.#duplicate(dialog, stream, touched);
  }

  #now(): number {
    return Math.max(0, Math.trunc(this.#parts.clock.now()));
  }
}

const accepted: ReadonlySet<ReceiveOutcome['kind']> = new Set(['delivered', 'held', 'control']);

/** Another own device accepted it, at this time. */
interface Via {
  readonly receivedAt: number;
}

/** What of a control message more than one own device has to know; undefined for what concerns this one alone. */
function concernsOthers(content: Uint8Array, own: InstanceId): ControlPlace | undefined {
  const control = parseControl(content.subarray(blindBytes));
  if (control?.kind === 'gap') return 'gap';
  return control?.kind === 'acknowledgement' && control.stream !== own ? control.stream : undefined;
}

/**
 * Whether a session key says that earlier ones may be known to others, and is not merely the next one to say it: all of a stream do until
 * something under one of them was acknowledged, and begin at the same place. Heeded each time, they would answer each other for ever.
 */
function isNewDistrust(verdict: EpochVerdict, { header }: DskEntry, stream: ReceivingStream | undefined): boolean {
  if (verdict.kind !== 'new' || !header.compromise) return false;
  const before = stream?.keys.at(-1);
  return before?.compromise !== true || before.epoch > header.epoch || header.firstSequence > before.firstSequence;
}

function rejected(reason: string): ReceiveOutcome {
  return { kind: 'rejected', reason };
}

/** A message whose tag verified. */
interface Authentic {
  readonly remote: RemoteParty | undefined;
  readonly peer: PeerMemory;
  /** The sending device. */
  readonly asker: Asker;
  readonly span: MessageSpan;
  readonly block: BlockEntry;
  /** Not from the cache: not yet held against what is remembered. */
  readonly blockIsFresh: boolean;
  readonly dsk: DskEntry;
  /** c ‖ content. */
  readonly content: Uint8Array;
  readonly size: number;
  readonly mic: string;
}
