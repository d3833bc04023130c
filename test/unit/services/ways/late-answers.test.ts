import { describe, expect, it } from 'vitest';
import type { PeerId } from '../../../../electron/engine/ids';
import { CardMail, type CardMailParts } from '../../../../electron/services/ways/card-mail';
import { OwnMailbox, type OwnMailboxParts } from '../../../../electron/services/ways/own-mailbox';
import { Posting, type PostingParts } from '../../../../electron/services/ways/posting';
import { Revoking, type RevokingParts } from '../../../../electron/services/ways/revoking';
import type { MailboxPlace } from '../../../../electron/engine/certificates/mailbox-place';
import type { DepositOutcome } from '../../../../electron/services/ports/mailbox';
import type { CardMailRow } from '../../../../electron/services/ports/ways';
import { ManualClock, settle } from '../../../support/manual-clock';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const peerId = 'p'.repeat(52) as PeerId;
const place = (token: string): MailboxPlace => ({ servers: ['nats://memory.test:4222'], address: 'ab'.repeat(16), slot: token.slice(0, 16), token, expiresAt: 0 });

describe('ways by mailbox that are changed, or fail once, while something is under way', () => {
  it.each([['refused', 10_000], ['full', 1_000], ['unreachable', 1_000]] as const)('a place that was told while the former one was still tried, which then was %s, is used at once', async (outcome, withinMs) => {
    const clock = new ManualClock();
    let places = [place('1'.repeat(64))];
    let answer: (outcome: DepositOutcome) => void = () => undefined;
    const asked: string[] = [];
    let due = 1;
    const parts = {
      crypto: { random: (length: number) => new Uint8Array(length) },
      clock, random: { bytes: (length: number) => new Uint8Array(length) }, logger: quiet,
      store: { mailboxesOf: () => places.map((each) => ({ ...each, saidBy: 'i' })), due: () => [], owe: () => undefined, paid: () => undefined },
      engine: { sealWaiting: () => undefined, acknowledgements: () => [] },
      cards: { dueTo: () => undefined },
      telling: { dueTo: () => (due === 0 ? undefined : { deposit: new Uint8Array(1), left: () => void (due -= 1) }) },
      counts: () => true,
      mailbox: {
        deposit: ({ token }: MailboxPlace) => {
          asked.push(token[0] ?? '');
          return token.startsWith('1') ? new Promise<DepositOutcome>((resolve) => (answer = resolve)) : Promise.resolve<DepositOutcome>('stored');
        },
      },
      commit: (work: () => unknown) => work(),
      recipient: () => undefined,
      onTrouble: () => undefined,
    } as unknown as PostingParts;
    const posting = new Posting(parts);
    posting.touch(peerId);
    await clock.advance(4_000);
    expect(asked).toEqual(['1']);
    places = [place('2'.repeat(64))];
    posting.renewed(peerId);
    answer(outcome);
    await clock.advance(withinMs);
    expect([asked, due]).toEqual([['1', '2'], 0]);
    posting.close();
  });

  it('a token that was refused is remembered while the contact offers it, and no longer', async () => {
    const clock = new ManualClock();
    let own = '1';
    const asked: string[] = [];
    const parts = {
      crypto: { random: (length: number) => new Uint8Array(length) },
      clock, random: { bytes: (length: number) => new Uint8Array(length) }, logger: quiet,
      store: { mailboxesOf: () => [own, 'k'].map((each) => ({ ...place(each.repeat(64)), saidBy: 'i' })) },
      telling: { dueTo: () => ({ deposit: new Uint8Array(1), left: () => undefined }) },
      counts: () => true,
      mailbox: { deposit: async ({ token }: MailboxPlace): Promise<DepositOutcome> => (asked.push(token[0] ?? ''), 'refused') },
      onTrouble: () => undefined,
    } as unknown as PostingParts;
    const posting = new Posting(parts);
    for (own of ['1', '2', '3', '1']) {
      posting.renewed(peerId);
      await clock.advance(4_000);
    }
    expect(asked).toEqual(['1', 'k', '2', '3', '1']);
    expect(posting.trouble(peerId)).toBe('refused');
    // Of whoever is told once, and need be no contact, nothing is remembered.
    own = 's';
    posting.leaveOnce([place('s'.repeat(64))], new Uint8Array(1));
    await settle();
    posting.renewed(peerId);
    await clock.advance(4_000);
    expect(asked.slice(5)).toEqual(['s', 's']);
    posting.close();
  });

  it('a registration that is taken twice while the former connection closes opens one connection, and none outlives the profile', async () => {
    let open = 0;
    const closing: (() => void)[] = [];
    const seed = new Uint8Array(32);
    let row = { instanceId: 'i', seed, registration: 'one' };
    const parts = {
      clock: new ManualClock(), logger: quiet, events: { emit: () => undefined },
      store: { ownMailbox: () => row, putOwnMailbox: (next: typeof row) => (row = next), slots: () => [], removeSlots: () => undefined, putSlot: () => undefined },
      ownInstance: 'i',
      record: { registered: () => undefined, left: () => undefined },
      mailbox: {
        createSeed: () => seed, deviceKey: async () => 'U',
        read: async () => ({ servers: [], deviceKey: 'U', token: '', address: '', expiresAt: 0, slots: [] }),
        open: () => {
          open += 1;
          return { current: { state: 'connecting' }, retry: () => undefined, close: () => new Promise<void>((resolve) => closing.push(() => ((open -= 1), resolve()))) };
        },
      },
      commit: (work: () => unknown) => work(), onMail: () => undefined, mayTake: () => true, onPlaces: () => undefined,
    } as unknown as OwnMailboxParts;
    const own = new OwnMailbox(parts);
    own.start();
    await settle();
    expect(open).toBe(1);
    const [one, other] = [own.register('two'), own.register('two')];
    await settle();
    for (const end of closing.splice(0)) end();
    await settle();
    expect(open).toBe(1);
    await Promise.all([one, other]);
    own.close();
    for (const end of closing.splice(0)) end();
    await settle();
    expect(open).toBe(0);
  });

  it('a contact who asks by card is answered although the disk did not take the answer at first', () => {
    let isFull = true;
    const kept: string[] = [];
    const card = { chain: { identity: { peerId, spkiHash: new Uint8Array(32) } } };
    const parts = {
      clock: new ManualClock(),
      stores: {
        contacts: { byPeer: () => ({ relation: 'mutual', blocked: false }) },
        ways: { putCardMail: () => {
          if (isFull) throw new Error('full');
          kept.push('due');
        } },
      },
      book: { find: () => ({ record: { pinnedSpkiHash: new Uint8Array(32) } }), learnCard: () => undefined },
      commit: (work: () => unknown) => work(), onDue: () => undefined,
    } as unknown as CardMailParts;
    const mail = new CardMail(parts);
    const found = { card, wantsAnswer: true } as unknown as Parameters<CardMail['received']>[0];
    expect(() => mail.received(found)).toThrow('full');
    isFull = false;
    mail.received(found);
    expect(kept).toEqual(['due']);
  });

  it('a card that is due anew while the one before it is being left stays due, and whoever agreed meanwhile is asked no more', async () => {
    const clock = new ManualClock();
    let row: CardMailRow | undefined;
    const parts = {
      clock,
      stores: {
        contacts: { byPeer: () => ({ relation: 'mutual', blocked: false }) },
        ways: { cardMailFor: () => row, putCardMail: (next: CardMailRow) => (row = next), removeCardMail: () => (row = undefined) },
      },
      commit: (work: () => unknown) => work(), onDue: () => undefined,
    } as unknown as CardMailParts;
    const mail = new CardMail(parts);
    const due = (): CardMailRow => mail.dueTo(peerId) ?? expect.unreachable('a card');
    mail.tell(peerId);
    const before = due();
    await clock.advance(1_000);
    mail.tell(peerId);
    mail.left(before);
    mail.left(due());
    expect(mail.dueTo(peerId)).toBeUndefined();
    mail.ask(peerId);
    const asked = due();
    mail.agreed(peerId, false);
    mail.left(asked);
    expect(row).toBeUndefined();
    mail.ask(peerId);
    mail.left(due());
    expect([row, mail.dueTo(peerId)]).toMatchObject([{ asks: true }, undefined]);
  });

  it('a disk that cannot be read once when the next look is planned ends neither the program nor the looking', async () => {
    const clock = new ManualClock();
    let fails = 0;
    let looked = 0;
    const row = { instanceId: '0'.repeat(32), deviceKey: `U${'A'.repeat(55)}`, until: 0, server: '', address: 'ab'.repeat(16), witness: place('3'.repeat(64)), registered: true };
    const parts = {
      clock, logger: quiet, events: { emit: () => undefined },
      store: { list: () => {
        if (fails > 0 && (fails -= 1) === 0) throw new Error('cannot be read');
        looked += 1;
        return [row];
      }, ends: () => [], find: () => row, put: () => undefined },
      ownInstance: 'i', mailbox: { probe: async () => 'unreachable' }, commit: (work: () => unknown) => work(),
      stateOf: (instanceId: string) => (instanceId === 'i' ? 'active' : 'retired'), nameOf: () => 'x', own: () => ({ registration: { address: 'ab'.repeat(16), servers: ['nats://memory.test:4222'] }, isConnected: true }),
    } as unknown as RevokingParts;
    const revoking = new Revoking(parts);
    revoking.touch();
    expect(clock.waiting).toBe(1);
    const failed: unknown[] = [];
    const hear = (error: unknown): void => void failed.push(error);
    process.on('unhandledRejection', hear);
    fails = 2; // the look itself, then the plan of the next
    await clock.advance(3_000);
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.off('unhandledRejection', hear);
    const before = looked;
    await clock.advance(60_000);
    expect([failed, looked > before]).toEqual([[], true]);
    revoking.close();
  });
});
