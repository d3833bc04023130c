import { KeyshiftError } from '../../../shared/errors';
import type { Settings } from '../../../shared/model/settings';
import type { Transfer } from '../../../shared/model/transfer';
import type { FileWord, NoReason, OverReason } from '../../engine/files/words';
import type { PeerId } from '../../engine/ids';
import type { Session } from '../../engine/session/session';
import { fromHex, toHex } from '../../engine/wire/encoding';
import type { OpenProfile } from '../open-profile';
import type { MessageRow } from '../ports';
import type { TransferRow } from '../ports/transfers';
import type { Surroundings } from '../surroundings';
import { Fetching } from './fetching';
import type { HeldContent } from './held-content';
import { nowhere } from './nowhere';
import { changeWhenOver, isOverAlready, isUnsettled, overReason } from './endings';
import { type FileOffer, isTakeable, isTaken, haltWithdrawn, rowOfOffer } from './offers';
import { Parties, type Party, type PartyHandler } from './parties';
import { Given } from './given';
import { Progress } from './progress';
import { Reading } from './reading';
import { bytesOf, Serving } from './serving';
import { Sweeping } from './sweeping';
import { sayFile } from './telling-devices';
import { TransferRecords } from './transfer-records';
import { isHeld } from './transfer-view';

const saidAtOnce = 500;

/** The files of an open profile: what is here of them, and how they come and go (protocol.md §15). */
export class ProfileFiles implements PartyHandler {
  readonly parties: Parties;
  readonly #profile: OpenProfile;
  readonly #around: Surroundings;
  readonly #fetching: Fetching;
  readonly #serving: Serving;
  readonly #given: Given;
  readonly #progress: Progress;
  readonly #records: TransferRecords;
  readonly #unhear: () => void;
  /** Devices that asked for what is not here: told when it is. */
  readonly #interested = new Map<string, Set<Party>>();
  readonly #sweeping: Sweeping;
  readonly #reading: Reading;
  #closed = false;

  /** The profile is still being put together: only what is read later may be asked of it. */
  constructor(profile: OpenProfile, around: Surroundings) {
    const { crypto, clock, logger, events } = around;
    const held = (around.files ?? nowhere).held;
    this.#profile = profile;
    this.#around = around;
    this.#reading = new Reading(crypto, held);
    this.#progress = new Progress(clock, (transferId) => this.#lasting(() => this.#records.tell(transferId)));
    this.#records = new TransferRecords(profile, events, this.#progress, (transferId) => this.#fetching.isMissing(transferId));
    this.#given = new Given(this.#records);
    this.parties = new Parties(logger, this);
    this.#fetching = new Fetching({
      crypto,
      clock,
      logger,
      held,
      parties: () => this.parties.all(),
      find: (transferId) => this.#records.find(transferId),
      change: (transferId, change) => this.#records.change(transferId, change),
      moved: (transferId, done) => this.#progress.moved(transferId, done),
      rests: (transferId) => this.#lasting(() => this.#rests(transferId)),
      whole: (transferId) => this.#lasting(() => this.#whole(transferId)),
    });
    this.#serving = new Serving({
      crypto,
      clock,
      logger,
      held,
      find: (party, transferId) => this.#records.visibleTo(party, transferId),
      refusal: (party, row) => this.#refusal(party, row),
      has: (party, row, chunks) => this.#has(party, row, chunks),
      rests: (transferId) => this.#restsHere(transferId),
      gaveAll: (party, row) => this.#gaveAll(party, row),
    });
    this.#sweeping = new Sweeping({ clock, logger, held, chosen: around.files?.chosen, transfers: () => profile.stores.transfers, change: (transferId, change) => this.#records.change(transferId, change), first: () => this.#fetching.dropGone() });
    this.#unhear = events.on(({ type }) => {
      if (type === 'messages.removed' || type === 'message.changed' || type === 'messages.moved' || type === 'conversation.changed' || type === 'contact.changed') this.#sweeping.soon();
    });
  }

  start(): void {
    void this.#sweeping.all().then(() => this.#lasting(() => {
      for (const row of this.#profile.stores.transfers.wanted()) if (!row.paused) this.#fetching.begin(row);
    }));
  }

  close(): void {
    this.#closed = true;
    this.#records.close();
    this.#unhear();
    this.#sweeping.close();
    this.#progress.close();
    this.#serving.close();
    void this.#fetching.close();
    this.#reading.close();
  }

  /** What this person may do changed. In that transaction: files that were on their way here wait for a word of this person. */
  rightsChanged(peerId: PeerId): void {
    const halted = haltWithdrawn(this.#profile.stores, peerId);
    this.#later(() => {
      for (const transferId of halted) {
        this.#fetching.stop(transferId);
        this.#begin(transferId); // where it does not wait after all
        this.#progress.ended(transferId);
      }
    });
  }

  /** Whether an offer can be shown as a file. In the transaction that delivers it. */
  takes(peerId: PeerId, offer: FileOffer): boolean {
    return isTakeable(this.#profile.stores, peerId, offer);
  }

  /** A message that brings a file was delivered. In that transaction. */
  offered(message: MessageRow, peerId: PeerId, offer: FileOffer): void {
    const { transfers } = this.#profile.stores;
    if (transfers.byId(toHex(offer.transferId)) !== undefined) return; // offered again
    const { clock, settings } = this.#around;
    const row = rowOfOffer(this.#profile.stores, message, peerId, offer, { now: clock.now(), acceptUpTo: (settings() satisfies Pick<Settings, 'acceptFilesUpTo'>).acceptFilesUpTo });
    transfers.add(row);
    // What is delivered while an envelope is applied may be told by nobody else.
    sayFile(this.#profile, row, 'sayAfter');
    this.#later(() => {
      this.#records.tell(row.transferId);
      if (row.wanted) this.#begin(row.transferId);
      if (row.ended !== undefined) for (const party of this.parties.ofContact(peerId)) this.#sayOver(party, row);
    });
  }

  /** Another own device told of it. In that transaction. */
  told(row: TransferRow): void {
    const { clock, settings } = this.#around;
    const { stores } = this.#profile;
    stores.transfers.add({ ...row, wanted: isTaken(stores, row, { now: clock.now(), acceptUpTo: settings().acceptFilesUpTo }) });
    this.#later(() => {
      this.#records.tell(row.transferId);
      this.#begin(row.transferId);
    });
  }

  /** Another own device told how it ended. In that transaction. */
  toldEnd(row: TransferRow, ended: 'done' | 'cancelled'): void {
    if (row.ended !== undefined) return;
    const { transfers } = this.#profile.stores;
    const done = ended === 'done' ? changeWhenOver(row, ended) : undefined;
    transfers.set(row.transferId, done ?? { ended, settled: true, wanted: false, ...(row.direction === 'in' && !isHeld(row) && { file: undefined, have: 0 }) });
    this.#later(() => {
      if (ended === 'cancelled') {
        this.#fetching.stop(row.transferId);
        this.#serving.stop(row.transferId, 'cancelled');
      }
      this.#records.tell(row.transferId);
      this.#sweeping.soon();
    });
  }

  /** Another own device told whose doing it was. In that transaction. */
  toldBy({ transferId, cancelledBy }: TransferRow, by: NonNullable<TransferRow['cancelledBy']>): void {
    if (cancelledBy === by) return;
    this.#profile.stores.transfers.set(transferId, { cancelledBy: by });
    this.#later(() => this.#records.tell(transferId));
  }

  // What a person asks for.

  /** Newest first; errors: transfer.unknown for `before`. */
  list({ conversationId, before, limit = 100 }: { conversationId?: string | undefined; before?: string | undefined; limit?: number | undefined } = {}): Transfer[] {
    return this.#profile.stores.transfers.page(conversationId, before === undefined ? undefined : this.#records.known(before), limit).map(this.#records.view);
  }

  /** Those of them that are known. */
  readonly ofAll = (transferIds: readonly string[]): Transfer[] => [...this.#profile.stores.transfers.ofAll(transferIds).values()].map(this.#records.view);

  /** To be closed. Errors: transfer.unknown, transfer.not-here. */
  async open(transferId: string): Promise<HeldContent> {
    const row = this.#records.known(transferId);
    const content = await this.#reading.open(row);
    if (content === undefined) throw new KeyshiftError('transfer.not-here', 'The content of that file is not here.');
    return content;
  }

  /** Fetches it, also one that was here before, or one of the own that another device sent. */
  accept(transferId: string): void {
    const row = this.#records.known(transferId);
    if (row.wanted) return this.#begin(transferId); // where a full disk took even the word that it failed, or that all of it is here
    if (isHeld(row) && !(row.direction === 'in' && row.ended === 'failed')) return;
    const isOver = row.ended === 'cancelled' || (row.ended === 'failed' && (row.failure === 'contact.not-permitted' || row.failure === 'file.too-large'));
    if (isOver) throw isOverAlready();
    this.#records.change(transferId, { wanted: true, paused: false, ...(row.direction === 'in' && { ended: undefined, failure: undefined }) });
    this.#begin(transferId);
    this.#records.tell(transferId);
  }

  pause(transferId: string): void {
    const row = this.#records.unfinished(transferId);
    if (row.paused) return;
    this.#records.change(transferId, { paused: true });
    this.#fetching.stop(transferId);
    if (row.direction === 'out') this.#serving.stop(transferId, 'paused');
    this.#progress.ended(transferId);
  }

  resume(transferId: string): void {
    const row = this.#records.known(transferId);
    if (row.ended === 'failed') return this.accept(transferId);
    this.#records.unfinished(transferId);
    if (row.direction === 'in' && !row.paused) return this.accept(transferId);
    this.#records.change(transferId, { paused: false, ...(row.direction === 'in' && { wanted: true }) });
    this.#begin(transferId);
    if (row.direction === 'out') for (const party of this.parties.ofContact(row.peerId)) party.say({ kind: 'ready', transferId: fromHex(transferId) });
    this.#records.tell(transferId);
  }

  cancel(transferId: string): void {
    const known = this.#records.known(transferId);
    // What the disk here did not take is still waited for by whoever sent it.
    const row = known.direction === 'in' && known.ended === 'failed' && known.failure?.startsWith('disk.') === true ? known : this.#records.unfinished(transferId);
    this.#records.change(transferId, { ended: 'cancelled', failure: undefined, cancelledBy: 'me', settled: false, wanted: false, paused: false, ...(row.direction === 'in' && { file: undefined, have: 0 }) });
    this.#fetching.stop(transferId);
    this.#serving.stop(transferId, 'cancelled');
    for (const party of this.parties.ofContact(row.peerId)) this.#sayOver(party, { ...row, ended: 'cancelled' });
    this.#progress.ended(transferId);
    this.#sweeping.soon();
  }

  /** Its content goes from here, and nothing else: it can be fetched again while somebody has it. */
  forget(transferId: string): void {
    const row = this.#records.known(transferId);
    this.#fetching.stop(transferId);
    this.#serving.stop(transferId, 'not-here');
    this.#records.change(transferId, { file: undefined, have: 0, wanted: false, ...(row.direction === 'in' && row.ended === undefined && { paused: false }) });
    this.#records.tell(transferId);
    this.#sweeping.soon();
  }

  /**
   * It went once more, to the same person, as a file of its own: where it was called off or refused, the copy that stays for that goes here.
   * What arrived, what is still under way and what somebody else was sent keep theirs.
   */
  wentAgain(transferId: string, as: string): void {
    const { transfers } = this.#profile.stores;
    const row = transfers.byId(transferId);
    if (row?.direction !== 'out' || (row.ended !== 'cancelled' && row.ended !== 'failed') || row.peerId !== transfers.byId(as)?.peerId) return;
    try {
      this.forget(transferId);
    } catch {
      // The file went: a copy too many is no reason to say that it did not.
      this.#around.logger.warn('file.copy-kept');
    }
  }

  /** One of the own is written down. In that transaction. */
  written(row: TransferRow): void {
    this.#profile.stores.transfers.add(row);
    sayFile(this.#profile, row, 'say');
  }

  /** That stands. */
  wrote(transferId: string): void {
    this.#records.tell(transferId);
  }

  // What other devices say.

  met(party: Party): void {
    if (party.peerId !== undefined) for (const row of this.#profile.stores.transfers.unsettled(party.peerId).slice(0, saidAtOnce)) this.#sayOver(party, row);
    this.#fetching.met();
  }

  left(party: Party): void {
    if (this.#closed) return;
    for (const each of this.#interested.values()) each.delete(party);
    this.#serving.left(party);
    this.#fetching.left(party);
  }

  heard(party: Party, word: FileWord): void {
    if (this.#closed) return;
    const transferId = toHex(word.transferId);
    switch (word.kind) {
      case 'want':
        return this.#serving.want(party, word);
      case 'chunk':
        return this.#fetching.chunk(party, word);
      case 'no':
        return this.#fetching.refused(party, transferId, word.reason);
      case 'ready':
        if (this.#records.visibleTo(party, transferId)) this.#fetching.ready(party, transferId);
        return;
      case 'over':
        return this.#heardOver(party, transferId, word.reason);
      case 'noted':
        // Said again it changes nothing: nobody makes the disk work by a word.
        if (party.peerId !== undefined && isUnsettled(this.#records.visibleTo(party, transferId))) this.#records.change(transferId, { settled: true });
    }
  }

  idle(party: Party): void {
    if (!this.#closed) this.#serving.idle(party);
  }

  /** A device of a contact is here. */
  connected(session: Session): void {
    this.parties.open(session);
  }

  #heardOver(party: Party, transferId: string, reason: OverReason): void {
    const row = party.peerId === undefined ? undefined : this.#records.visibleTo(party, transferId);
    const change = row && changeWhenOver(row, reason);
    if (change) this.#records.change(transferId, change);
    party.say({ kind: 'noted', transferId: fromHex(transferId) });
    if (change === undefined) return;
    if (reason !== 'done') {
      this.#fetching.stop(transferId);
      this.#serving.stop(transferId);
    }
    this.#progress.ended(transferId);
    this.#sweeping.soon();
  }

  #sayOver(party: Party, row: TransferRow): void {
    const reason = overReason(row);
    if (reason === undefined) return this.#records.change(row.transferId, { settled: true });
    party.say({ kind: 'over', transferId: fromHex(row.transferId), reason });
  }

  #refusal(party: Party, row: TransferRow): NoReason | undefined {
    if (party.peerId !== undefined && row.direction === 'out') {
      if (row.ended === 'cancelled' || row.ended === 'failed') return 'cancelled';
      if (row.paused) return 'paused';
    }
    if (isHeld(row)) return undefined;
    this.#wantFor(party, row);
    return 'not-here';
  }

  /** Another own device may have it, and then this one passes it on. */
  #wantFor(party: Party, row: TransferRow): void {
    const waiting = this.#interested.get(row.transferId) ?? new Set();
    this.#interested.set(row.transferId, waiting.add(party));
    if (party.peerId === undefined || row.direction === 'in' || row.wanted || !this.parties.all().some(({ peerId }) => peerId === undefined)) return;
    this.#records.change(row.transferId, { wanted: true });
    this.#later(() => this.#begin(row.transferId));
  }

  #has(party: Party, row: TransferRow, chunks: number): void {
    if (party.peerId === undefined || row.direction === 'in' || row.ended !== undefined) return;
    this.#given.has(row, chunks);
    this.#progress.moved(row.transferId, bytesOf(row, chunks));
  }

  /** It reads all of it once more before it says that it has it: as long as that takes nothing stands still. */
  #gaveAll(party: Party, row: TransferRow): void {
    if (party.peerId !== undefined && row.direction === 'out' && row.ended === undefined) this.#progress.moved(row.transferId, row.size);
  }

  #restsHere(transferId: string): void {
    if (this.#closed) return;
    this.#lasting(() => this.#given.rests(transferId));
    if (!this.#fetching.isRunning(transferId)) this.#progress.ended(transferId);
  }

  #rests(transferId: string): void {
    this.#progress.ended(transferId);
    const row = this.#records.find(transferId);
    if (row?.ended !== undefined && !row.settled) for (const party of this.parties.ofContact(row.peerId)) this.#sayOver(party, row);
    this.#sweeping.soon();
  }

  #whole(transferId: string): void {
    const row = this.#profile.stores.transfers.byId(transferId);
    if (row === undefined) return;
    this.#rests(transferId);
    for (const party of this.#interested.get(transferId) ?? []) party.say({ kind: 'ready', transferId: fromHex(transferId) });
    this.#interested.delete(transferId);
  }

  #begin(transferId: string): void {
    const row = this.#profile.stores.transfers.byId(transferId);
    if (row?.wanted === true && !row.paused) this.#fetching.begin(row);
  }

  /** Once the transaction stands; nothing where it does not. */
  #later(work: () => void): void {
    setImmediate(() => this.#lasting(work));
  }

  #lasting(work: () => void): void {
    this.#profile.lasting(() => this.#closed || work());
  }
}
