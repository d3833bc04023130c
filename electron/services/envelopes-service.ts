import { KeyshiftError } from '../../shared/errors';
import type { Handlers } from '../../shared/contract/contract';
import type { Crypto } from '../engine/crypto/crypto';
import { sealCardDeposit } from '../engine/dialog/card-deposit';
import { placeOf, sealDeposit } from '../engine/dialog/deposit';
import type { Outbound } from '../engine/dialog/dialog-engine';
import { encodeEnvelopeFile, fittingEnvelopes, maxEnvelopeFileBytes, maxEnvelopes, parseEnvelopeFile } from '../engine/dialog/envelope-file';
import type { PeerId } from '../engine/ids';
import type { Clock } from '../engine/ports';
import { WireError } from '../engine/wire/wire-error';
import { contactRow } from './contacts-service';
import type { Opened, Suspected, Tally } from './envelopes';
import { noteSave } from './files/unfinished-saves';
import type { OpenProfile } from './open-profile';
import { choosePath } from './choose-path';
import type { ContactRow, EnvelopeFiles, PathChooser } from './ports';
import { sealsFor } from './sealing-key';

/** How many envelopes are sealed or opened before everything else gets a turn: a few milliseconds. */
const page = 32;

export interface EnvelopesServiceParts {
  readonly profile: () => OpenProfile;
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly files: EnvelopeFiles;
  /** Asks the person at the screen; absent where nobody sits. */
  readonly chooser: PathChooser | undefined;
}

export function envelopesService(parts: EnvelopesServiceParts): Handlers['envelopes'] {
  return {
    save: async ({ contactId, path, folder }) => {
      const { contact } = recipient(parts.profile(), contactId);
      prepare(parts.profile(), contact);
      const chosen = await choosePath(parts.chooser, path, (chooser) => (folder ? chooser.folder('envelopes') : chooser.save('envelopes', contact.name)));
      return save(parts, contactId, chosen);
    },
    open: async ({ path, folder }) => {
      parts.profile(); // without an open vault nobody is asked for a file
      const chosen = await choosePath(parts.chooser, path, (chooser) => (folder ? chooser.folder('envelopes') : chooser.open('envelopes')));
      return open(parts, chosen);
    },
  };
}

/** Errors: contact.unknown, device.suspended, device.removed, contact.blocked, contact.key-unsettled, contact.pending. */
function recipient(profile: OpenProfile, contactId: string) {
  const contact: ContactRow = contactRow(profile, contactId);
  profile.devices.standing.assertCounts();
  if (contact.blocked) throw new KeyshiftError('contact.blocked', 'You blocked this person.');
  if (profile.book.held(contact.peerId) !== undefined || profile.book.isOvertaken(contact.peerId)) {
    throw new KeyshiftError('contact.key-unsettled', 'Sending to this person is paused until it is settled which key is theirs.');
  }
  const known = sealsFor(profile, contact);
  if (known === undefined) {
    throw new KeyshiftError('contact.pending', 'This person has not answered yet, so there is no key to seal an envelope with.');
  }
  return { contact, to: { peerId: contact.peerId, exchange: known.exchange } };
}

/** Seals what still waited for the peer's key. Errors: envelopes.nothing. */
function prepare(profile: OpenProfile, { peerId, relation }: ContactRow): void {
  if (relation === 'requested') profile.ways.sealEarly(peerId);
  profile.commit(() => profile.engine.sealWaiting(peerId));
  if (profile.ways.cardInFile(peerId) !== undefined) return;
  const { dialogs } = profile.stores;
  const due = dialogs.acknowledgementsDue(peerId).length + dialogs.failuresDue(peerId).length;
  if (due + profile.engine.pending(peerId, { limit: 1 }).length === 0) throw nothing();
}

async function save({ profile: current, crypto, files }: EnvelopesServiceParts, contactId: string, path: string): Promise<{ path: string; count: number }> {
  const place = files.place(path);
  files.check(place);
  const rows: Outbound[] = [];
  const deposits: Uint8Array[] = [];
  // Read and sealed in turns: the vault may be locked, or its credentials renewed, between two of them.
  while (deposits.length < maxEnvelopes) {
    const profile = current();
    const { to } = recipient(profile, contactId);
    const next = profile.engine.pending(to.peerId, { after: rows.at(-1)?.cursor ?? 0, limit: page });
    if (next.length === 0) break;
    for (const row of next) {
      rows.push(row);
      deposits.push(sealDeposit(crypto, profile.local, to, row.bytes));
    }
    if (fittingEnvelopes(deposits) < deposits.length) break;
    await turn();
  }
  const profile = current();
  const { to } = recipient(profile, contactId);
  // Durable before the file: what a stick carries must not name counters and epochs that were then undone and come again.
  const due = profile.commit(() => profile.engine.acknowledgements(to.peerId));
  const asks = profile.ways.cardInFile(to.peerId);
  const cards = asks === undefined ? [] : [sealCardDeposit(crypto, profile.local, to, { card: profile.cards.cardFor(to.peerId, 'anybody'), wantsAnswer: asks })];
  let written: string | undefined;
  let count = 0;
  try {
    const all = [...cards, ...due.map(({ bytes }) => sealDeposit(crypto, profile.local, to, bytes)), ...deposits];
    // What is too much for one file waits for the next: the oldest go first.
    count = fittingEnvelopes(all);
    if (count === 0) throw nothing();
    written = files.write(place, encodeEnvelopeFile(crypto, all.slice(0, count)), (part) => noteSave(() => profile.stores.transfers, { part }));
  } finally {
    // What no file carries is due again.
    const left = due.slice(written === undefined ? 0 : Math.max(0, count - cards.length));
    if (left.length > 0) profile.commit(() => profile.engine.repeatControls(to.peerId, left.map(({ dialogId }) => dialogId)));
  }
  profile.commit(() => {
    for (const { dialogId, sequence } of rows.slice(0, Math.max(0, count - due.length - cards.length))) {
      profile.history.sent({ peerId: to.peerId, dialogId, instanceId: profile.local.instanceId, from: sequence, upTo: sequence, way: 'file' });
    }
  });
  return { path: written, count };
}

/** One file, or all of a folder: there a garbled one counts as refused, and what is too much at once is for another time. */
async function open(parts: EnvelopesServiceParts, path: string): Promise<Tally> {
  const { profile: current, crypto, clock, files } = parts;
  const paths = files.list(path);
  const total: Tally = { opened: 0, repeated: 0, refused: 0 };
  for (const [at, each] of paths.entries()) {
    const deposits = read(crypto, files, each, paths.length > 1);
    const wait = current().envelopes.waitFor(deposits);
    if (wait > 0 && at === 0) {
      throw new KeyshiftError('too-many-calls', 'Many envelopes were opened just now. Please wait a moment and open this file again.', { retryAt: clock.now() + wait });
    }
    if (wait > 0) return { ...total, left: paths.length - at };
    add(total, deposits.length === 0 ? { opened: 0, repeated: 0, refused: 1 } : await openDeposits(current, deposits));
  }
  return total;
}

function add(total: Tally, { opened, repeated, refused, waiting = 0, requests = 0 }: Tally): void {
  total.opened += opened;
  total.repeated += repeated;
  total.refused += refused;
  if (waiting > 0) total.waiting = (total.waiting ?? 0) + waiting;
  if (requests > 0) total.requests = (total.requests ?? 0) + requests;
}

async function openDeposits(current: () => OpenProfile, deposits: readonly Uint8Array[]): Promise<Tally> {
  const tally: Tally = { opened: 0, repeated: 0, refused: 0 };
  const opened: Opened[] = [];
  const suspected: Suspected[] = [];
  // Cards first: they may say who sent the rest.
  const isCard = new Set(deposits.filter((deposit) => current().envelopes.isCard(deposit)));
  for (const deposit of isCard) {
    const { envelopes, ways } = current();
    const found = envelopes.openCard(deposit);
    if (found === undefined) tally.refused += 1;
    else if (ways.received(found) === 'request') tally.requests = (tally.requests ?? 0) + 1;
    else tally.opened += 1;
    await turn();
  }
  for (const part of pages(deposits.filter((deposit) => !isCard.has(deposit)))) {
    const { envelopes } = current();
    for (const deposit of part) {
      const one = envelopes.open(deposit);
      if (one === undefined) tally.refused += 1;
      else if ('source' in one) opened.push(one);
      else suspected.push(one);
    }
    await turn();
  }
  // The order in the file says nothing; in the order of their streams none has to wait for another.
  opened.sort((a, b) => placeOf(a.message) - placeOf(b.message));
  const senders = new Set<PeerId>();
  for (const part of pages(opened)) {
    const profile = current();
    const counted = { ...tally };
    for (const sender of profile.commit(() => profile.envelopes.receive(part, counted))) senders.add(sender);
    Object.assign(tally, counted);
    await turn();
  }
  if (suspected.length > 0) {
    const waiting = current().quarantine.hold(suspected);
    tally.refused += suspected.length - waiting;
    if (waiting > 0) tally.waiting = waiting;
  }
  for (const sender of senders) {
    current().delivery.flush(sender);
    current().ways.touch(sender);
  }
  return tally;
}

/** Of several, one that cannot be read, or is something else by now, keeps the others from nothing: what they brought stays. Errors: envelopes.garbled, path.unusable, disk.failed. */
function read(crypto: Crypto, files: EnvelopeFiles, path: string, isOneOfMany: boolean): readonly Uint8Array[] {
  try {
    return parse(crypto, files.read(path, maxEnvelopeFileBytes), isOneOfMany);
  } catch (error) {
    if (isOneOfMany && error instanceof KeyshiftError) return [];
    throw error;
  }
}

/** Errors: envelopes.garbled. */
function parse(crypto: Crypto, bytes: Uint8Array | 'too-long', isOneOfMany: boolean): readonly Uint8Array[] {
  if (isOneOfMany && bytes === 'too-long') return [];
  if (bytes === 'too-long') {
    throw new KeyshiftError('envelopes.garbled', 'This file is larger than any file of envelopes. Nothing was changed.', { limit: maxEnvelopeFileBytes });
  }
  try {
    return parseEnvelopeFile(crypto, bytes);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    if (isOneOfMany) return [];
    throw new KeyshiftError('envelopes.garbled', 'This is no file of envelopes, or it was damaged on its way. Nothing was changed.');
  }
}

function* pages<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += page) yield all.slice(at, at + page);
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function nothing(): KeyshiftError {
  return new KeyshiftError('envelopes.nothing', 'There is nothing for this person that is not delivered yet.');
}
