import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { invitationHelloKey, parseInvitation } from '../../../electron/engine/identity/invitation-link';
import type { InvitationRow } from '../../../electron/services/ports';
import { KeyshiftError } from '../../../shared/errors';
import { createWorld, toldOf, type Resident, type World } from '../../support/services-kit';

describe('the secret of a link is kept as long as it is of use, and erased then', () => {
  let world: World;
  let ann: Resident;
  let bo: Resident;
  let purged = 0;

  beforeEach(async () => {
    purged = 0;
    world = createWorld();
    [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
    ann.replace((stores) => ({
      purge: () => {
        purged += 1;
        return stores.purge();
      },
    }));
    ann.reopen();
  }, 30_000);
  afterEach(() => world.close());

  const rows = () => ann.profile.stores.invitations.list();
  /** Every byte of the table, as a thief with the key would read it. */
  const holds = (secret: Uint8Array) => ann.db.prepare('SELECT * FROM invitations').all().some((row) => Object.values(row).some((value) => value instanceof Uint8Array && Buffer.from(value).includes(Buffer.from(secret))));
  const secretOf = (link: string) => parseInvitation(ann.crypto, link).secret;

  test('an unused one until it expires, though the profile stays open', async () => {
    const first = await ann.contacts.createInvitation({ expiresInSeconds: 60 });
    const second = await ann.contacts.createInvitation({ expiresInSeconds: 3 * 3_600 });
    await world.pass(first.expiresAt - world.clock.now() - 1, 1_000);
    expect(holds(secretOf(first.link))).toBe(true);
    expect(purged).toBe(0);
    await world.pass(1_001, 500);
    expect(holds(secretOf(first.link))).toBe(false);
    expect(purged).toBe(1);
    expect(rows()).toHaveLength(1);
    await world.pass(second.expiresAt - world.clock.now() + 1_000, 60_000);
    expect(rows()).toEqual([]);
    expect(purged).toBe(2);
  });

  test('one that expired while the profile was closed goes when it opens', async () => {
    const { link } = await ann.contacts.createInvitation({ expiresInSeconds: 60 });
    ann.profile.leave();
    await world.pass(120_000, 10_000);
    expect(holds(secretOf(link))).toBe(true);
    ann.reopen();
    expect(rows()).toEqual([]);
    expect(purged).toBe(1);
  });

  test('when the wall clock jumps ahead, within the hour', async () => {
    await ann.contacts.createInvitation({ expiresInSeconds: 24 * 3_600 });
    world.clock.wall += 25 * 3_600_000;
    await world.pass(3_600_000, 60_000);
    expect(rows()).toEqual([]);
  });

  test('whoever accepted one overwrites what was read of it behind each question', async () => {
    const { link } = await ann.contacts.createInvitation({ expiresInSeconds: 600 });
    const hex = Buffer.from(secretOf(link)).toString('hex');
    await bo.contacts.acceptInvitation({ link });
    const wiped: string[] = [];
    const { wipe } = bo.crypto;
    vi.spyOn(bo.crypto, 'wipe').mockImplementation((bytes) => (wiped.push(Buffer.from(bytes).toString('hex')), wipe(bytes)));
    await world.until('met', () => bo.profile.connections.sessions().length === 1);
    expect(wiped).toContain(hex);
  });

  test('what a link is made of, or was read, is overwritten: made, refused by the disk, accepted or refused', async () => {
    const spy = (of: Resident): string[] => {
      const wiped: string[] = [];
      const { wipe } = of.crypto;
      vi.spyOn(of.crypto, 'wipe').mockImplementation((bytes) => (wiped.push(Buffer.from(bytes).toString('hex')), wipe(bytes)));
      return wiped;
    };
    const { link } = await ann.contacts.createInvitation({ expiresInSeconds: 600 });
    const hex = Buffer.from(secretOf(link)).toString('hex');
    const [wipedByAnn, wipedByBo] = [spy(ann), spy(bo)];
    expect(() => ann.contacts.acceptInvitation({ link })).toThrow('your own');
    expect(wipedByAnn).toContain(hex);
    wipedByAnn.length = 0;
    await bo.contacts.acceptInvitation({ link });
    expect(wipedByBo).toContain(hex);
    let made = '';
    ann.replace((stores) => ({ invitations: { ...stores.invitations, put: ({ secret }) => {
      made = Buffer.from(secret).toString('hex');
      throw new KeyshiftError('disk.full', 'The disk is full.');
    } } }));
    ann.reopen();
    expect(() => ann.contacts.createInvitation({})).toThrow('full');
    expect([made.length, wipedByAnn.includes(made)]).toEqual([32, true]);
  });

  test('A88: whoever invites overwrites what was read of their links: at each look at them, at a redemption, and when the secret is done with', async () => {
    const read: Uint8Array[] = [];
    const noted = (row: InvitationRow): InvitationRow => (read.push(row.secret), row);
    ann.replace(({ invitations }) => ({
      invitations: {
        ...invitations,
        find: (invitationId) => {
          const row = invitations.find(invitationId);
          return row && noted(row);
        },
        list: () => invitations.list().map(noted),
      },
    }));
    ann.reopen();
    const { link } = await ann.contacts.createInvitation({ expiresInSeconds: 600 });
    await ann.contacts.createInvitation({ expiresInSeconds: 600 });
    await bo.contacts.acceptInvitation({ link });
    await world.until('met', () => ann.profile.connections.sessions().length > 0);
    expect(read.length).toBeGreaterThan(6);
    expect(read.filter((secret) => secret.some((byte) => byte !== 0))).toEqual([]);
  });

  /** Lets one channel of Bo's through to Ann and nothing else either way. */
  const onlyOneChannel = () => {
    let links = 0;
    ann.mute = true;
    ann.onLink = (link) => {
      links += 1;
      if (links === 1) ann.profile.accept(link);
      else link.destroy();
    };
  };

  test('a redeemed one until the first session with its holder; then a second holder is still told that it was used', async () => {
    const { link, expiresAt } = await ann.contacts.createInvitation({ expiresInSeconds: 600 });
    onlyOneChannel();
    await bo.contacts.acceptInvitation({ link });
    await world.until('redeemed', () => rows()[0]?.redeemedBy === bo.profile.local.peerId);
    await world.pass(1_000);
    expect(holds(secretOf(link))).toBe(true);

    ann.onLink = undefined;
    await world.until('a session', () => ann.profile.connections.sessions().length > 0);
    expect(holds(secretOf(link))).toBe(false);
    expect(purged).toBe(1);
    const [row] = rows() as [InvitationRow];
    expect(row.secret).toEqual(invitationHelloKey(ann.crypto, secretOf(link)));

    const cy = await world.move('Cy');
    await cy.contacts.acceptInvitation({ link });
    await world.until('the refusal', () => toldOf(cy, 'contact.changed').length > 1);
    expect(await cy.contacts.list(undefined)).toMatchObject([{ pending: true, ended: 'invitation.used' }]);
    expect(ann.profile.stores.contacts.list()).toHaveLength(1);

    await world.pass(expiresAt - world.clock.now() + 1_000, 10_000);
    expect(rows()).toEqual([]);
  }, 30_000);

  test('a redeemed one whose holder never comes, no longer than it lasts', async () => {
    const { link, expiresAt } = await ann.contacts.createInvitation({ expiresInSeconds: 300 });
    onlyOneChannel();
    await bo.contacts.acceptInvitation({ link });
    await world.until('redeemed', () => rows()[0]?.redeemedBy !== undefined);
    await world.pass(expiresAt - world.clock.now() + 1_000, 1_000);
    expect(rows()).toEqual([]);
  }, 30_000);

  test('the holder keeps no link either once it is answered, nor once it is not', async () => {
    const { link } = await bo.contacts.createInvitation({});
    await ann.contacts.acceptInvitation({ link });
    await world.until('answered', () => ann.profile.connections.sessions().length > 0);
    expect(ann.profile.stores.contacts.list()[0]).not.toHaveProperty('invitation');
    expect(purged).toBeGreaterThan(0);
  }, 30_000);

  test('a disk that fails while erasing keeps nobody from connecting, and it is tried again', async () => {
    let failing = false;
    ann.replace((stores) => ({
      invitations: {
        ...stores.invitations,
        list: () => {
          if (failing) throw new Error('disk');
          return stores.invitations.list();
        },
      },
    }));
    ann.reopen();
    const { link } = await ann.contacts.createInvitation({ expiresInSeconds: 600 });
    failing = true;
    await bo.contacts.acceptInvitation({ link });
    await world.until('a session', () => ann.profile.connections.sessions().length > 0);
    expect(ann.logged.filter(([event]) => event === 'invitation.not-erased').length).toBeGreaterThan(0);
    await world.pass(700_000, 10_000);
    failing = false;
    await world.pass(3_600_000, 60_000);
    expect(rows()).toEqual([]);
  }, 30_000);
});
