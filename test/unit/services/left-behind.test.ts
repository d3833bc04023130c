import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { HeldFile } from '../../../electron/services/ports/files';
import { contactChangesService } from '../../../electron/services/contact-changes-service';
import { EventHub } from '../../../electron/services/event-hub';
import { WireError } from '../../../electron/engine/wire/wire-error';
import { privateFiles } from '../../../electron/storage/private-files';
import { KeyshiftError } from '../../../shared/errors';
import { acquaintByMail, createMailWorld } from '../../support/mail-world';
import { acquaint, createWorld, type Resident, toldOf, type World } from '../../support/services-kit';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const full = (): KeyshiftError => new KeyshiftError('disk.full', 'The disk is full.');

describe('what is kept in memory beside the database', () => {
  let world: World;
  afterEach(() => world.close());
  const changes = (at: Resident) => contactChangesService({ profile: () => at.profile, crypto: at.crypto, events: new EventHub(quiet), files: privateFiles, chooser: undefined, qrPicture: () => new Uint8Array() });
  const contactOf = (at: Resident): string => at.profile.stores.contacts.list()[0]?.contactId ?? '';

  /** Two who know each other, a file of one of them, and how its disk makes those that are kept for sending. */
  async function aboutToSend() {
    world = createWorld();
    const [ada, bo] = [await world.move('Ada'), await world.move('Bo')];
    const { ofInviter } = await acquaint(world, ada, bo);
    const { conversationId } = await ada.conversations.open({ contactId: ofInviter });
    ada.disk.files.set('/one.bin', randomBytes(100_000));
    return { ada, conversationId, create: ada.disk.held.create };
  }

  it('a file that is called off while its last bytes go to the disk is not sent', async () => {
    const { ada, conversationId, create } = await aboutToSend();
    let reached = false;
    let goOn = (): void => undefined;
    ada.disk.held.create = async (name) => {
      const file: HeldFile = await create(name);
      return { ...file, sync: () => new Promise<void>((resolve) => ((reached = true), (goOn = resolve))) };
    };
    const sending = Promise.resolve(ada.files.send({ conversationId, path: '/one.bin' })).then(() => 'sent', (error: KeyshiftError) => error.code);
    await world.until('all is copied', () => reached);
    const [one] = await ada.files.list({ conversationId });
    await ada.files.cancel({ transferId: one?.transferId ?? '' });
    goOn();
    expect(await sending).toBe('transfer.over');
    expect([ada.profile.files.list(), ada.disk.contents.size, await ada.messages.list({ conversationId })]).toEqual([[], 0, []]);
  });

  it('a file that is called off once it is written down, and is over by then, counts as sent: its words are in the conversation', async () => {
    const { ada, conversationId, create } = await aboutToSend();
    let goOn: (() => void) | undefined;
    ada.disk.held.create = async (name) => {
      const file: HeldFile = await create(name);
      return { ...file, close: () => new Promise<void>((resolve) => (goOn = resolve)) };
    };
    const sending = Promise.resolve(ada.files.send({ conversationId, path: '/one.bin', text: 'words' })).then(() => 'sent', (error: KeyshiftError) => error.code);
    await world.until('it is written down', () => goOn !== undefined && ada.profile.files.list().length === 1);
    const transferId = ada.profile.files.list()[0]?.transferId ?? '';
    await ada.files.cancel({ transferId });
    ada.profile.files.cancel(transferId); // as another own device says
    goOn?.();
    expect(await sending).toBe('sent');
    expect(await ada.messages.list({ conversationId })).toMatchObject([{ text: 'words' }]);
  });

  it('a contact whose removal the disk did not take is still left mail', async () => {
    const mail = createMailWorld();
    world = mail;
    const [ann, bo] = [await mail.move('Ann'), await mail.move('Bo')];
    const { ofInviter } = await acquaintByMail(mail, ann, bo);
    mail.part(ann, bo);
    await mail.pass(100);
    const fault = { on: true };
    ann.replace((stores) => ({ contacts: { ...stores.contacts, remove: (contactId) => {
      if (fault.on) throw full();
      stores.contacts.remove(contactId);
    } } }));
    ann.reopen();
    expect(() => changes(ann).remove({ contactId: ofInviter })).toThrow('full');
    fault.on = false;
    await mail.pass(60_000, 1_000); // what was on its way is there
    const { conversationId } = await ann.conversations.open({ contactId: ofInviter });
    await ann.messages.send({ conversationId, text: 'still here' });
    await mail.until('Bo has it', () => toldOf(bo, 'message.received').length === 1);
  });

  it('a contact whose removal the disk did not take stays with every word; taken, the other side hears that the conversations ended', async () => {
    world = createWorld();
    const [ada, bo] = [await world.move('Ada'), await world.move('Bo')];
    const { ofInviter } = await acquaint(world, ada, bo);
    const { conversationId } = await ada.conversations.open({ contactId: ofInviter });
    await ada.messages.send({ conversationId, text: 'kept' });
    const at = (of: Resident) => of.profile.stores.conversations.list();
    await world.until('it there', () => at(bo)[0]?.preview === 'kept');
    const fault = { on: true };
    ada.replace((stores) => ({ contacts: { ...stores.contacts, remove: (contactId) => {
      if (fault.on) throw full();
      stores.contacts.remove(contactId);
    } } }));
    ada.reopen();
    await world.until('together', () => ada.profile.connections.session(bo.profile.local.peerId) !== undefined);
    expect(() => changes(ada).remove({ contactId: ofInviter })).toThrow('full');
    await world.pass(1_000);
    expect(await ada.messages.list({ conversationId })).toMatchObject([{ text: 'kept' }]);
    expect([at(ada), at(bo)].map(([row]) => row?.state)).toEqual(['open', 'open']);
    fault.on = false;
    changes(ada).remove({ contactId: ofInviter });
    expect([at(ada), ada.profile.stores.contacts.list()]).toEqual([[], []]);
    await world.until('that it ended', () => at(bo)[0]?.state === 'closed');
  });

  it('a contact is removed also where the last words for them cannot be made, with nothing of them left; the other side hears it at some other time or never', async () => {
    world = createWorld();
    const [ada, bo] = [await world.move('Ada'), await world.move('Bo')];
    const { ofInviter } = await acquaint(world, ada, bo);
    const { conversationId } = await ada.conversations.open({ contactId: ofInviter });
    await ada.messages.send({ conversationId, text: 'one' });
    await world.until('it there', () => bo.profile.stores.conversations.list()[0]?.preview === 'one');
    const fault = { on: false };
    ada.replace((stores) => ({ dialogs: { ...stores.dialogs, failuresDue: (peerId) => {
      const due = stores.dialogs.failuresDue(peerId);
      if (fault.on && due.length > 0) throw new WireError('a row that cannot be read');
      return due;
    } } }));
    ada.reopen();
    await world.until('together', () => ada.profile.connections.session(bo.profile.local.peerId) !== undefined);
    await world.pass(1_000);
    fault.on = true;
    changes(ada).remove({ contactId: ofInviter });
    expect([ada.profile.stores.conversations.list(), ada.profile.stores.contacts.list(), ada.profile.connections.session(bo.profile.local.peerId)]).toEqual([[], [], undefined]);
    expect(ada.logged.map(([event]) => event)).toContain('message.not-handed-over');
    ada.reopen();
    expect(ada.profile.stores.contacts.list()).toEqual([]);
  });

  it('S5-21: a contact who was removed and met again counts as knowing the key in use', async () => {
    world = createWorld();
    const [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
    await acquaint(world, ann, bo);
    const proven = (): unknown => ann.profile.stores.peerKeys.proven().get(bo.profile.local.peerId);
    await world.until('met', () => proven() !== undefined && proven() !== 0);
    const before = proven();
    changes(ann).remove({ contactId: contactOf(ann) });
    changes(bo).remove({ contactId: contactOf(bo) });
    await world.pass(3_000);
    await acquaint(world, ann, bo);
    await world.pass(3_000);
    expect(proven()).toBe(before);
  });

  it('another own device that could not be taken up for want of disk is met again', async () => {
    world = createWorld();
    const desk = await world.move('Ada');
    const laptop = await world.link(desk, 'Ada’s laptop');
    const fault = { on: true };
    desk.replace((stores) => ({ devices: { ...stores.devices, put: (row) => {
      if (fault.on) throw full();
      stores.devices.put(row);
    } } }));
    desk.reopen();
    laptop.mute = true; // the other one does not dial
    await world.until('one was not taken up', () => desk.logged.some(([event]) => event === 'session.not-taken-up'));
    await world.pass(1_000);
    fault.on = false;
    await world.until('they meet', () => laptop.profile.devices.siblings.sessions().length === 1);
    expect(desk.profile.devices.siblings.sessions()).toHaveLength(1);
  });

  /** Ann accepted a link of Bo's; he has stored her, and she has not heard of it. */
  const halfWay = async (): Promise<readonly [Resident, Resident]> => {
    world = createWorld();
    const [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
    await ann.contacts.acceptInvitation({ link: (await bo.contacts.createInvitation({})).link });
    const isHalf = (): boolean => bo.profile.stores.contacts.list().length === 1 && ann.profile.stores.contacts.list()[0]?.relation === 'invited';
    for (let turns = 0; turns < 5_000 && !isHalf(); turns += 1) {
      if (turns % 10 === 0) void world.clock.advance(1);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(isHalf()).toBe(true);
    return [ann, bo];
  };

  it('somebody who was asked and is removed before the answer comes does not come back with it', async () => {
    const [ann] = await halfWay();
    changes(ann).remove({ contactId: contactOf(ann) });
    await world.pass(5_000);
    expect(ann.profile.stores.contacts.list()).toEqual([]);
  });

  it('somebody who was removed before they heard that they were let in is told that the link was used, and not that they are a contact', async () => {
    const [ann, bo] = await halfWay();
    ann.reopen();
    changes(bo).remove({ contactId: contactOf(bo) });
    await world.until('Ann has an answer', () => {
      const [row] = ann.profile.stores.contacts.list();
      return row?.relation !== 'invited' || row.ended !== undefined;
    });
    expect(ann.profile.stores.contacts.list()).toMatchObject([{ relation: 'invited', ended: 'invitation.used' }]);
    expect(bo.profile.stores.contacts.list()).toEqual([]);
  });

  it('a request that goes with a contact who had yet to answer is told to be over', async () => {
    world = createWorld();
    const [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
    await acquaint(world, ann, bo);
    const { requests } = ann.profile.stores;
    const heard: unknown[] = [];
    const events = new EventHub(quiet);
    events.on((event) => heard.push(event));
    requests.put({ requestId: 'a'.repeat(32), peerId: bo.profile.local.peerId, name: 'Bo', via: 'card', card: new Uint8Array(8), receivedAt: 0, declined: false });
    contactChangesService({ profile: () => ann.profile, crypto: ann.crypto, events, files: privateFiles, chooser: undefined, qrPicture: () => new Uint8Array() }).remove({ contactId: contactOf(ann) });
    expect(requests.list()).toEqual([]);
    expect(heard).toContainEqual({ type: 'contact.requestOver', requestId: 'a'.repeat(32) });
  });
});
