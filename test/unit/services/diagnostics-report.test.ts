import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diagnosticsReport } from '../../../electron/services/diagnostics-report';
import { defaultSettings } from '../../../shared/model/settings';
import { toHex } from '../../../electron/engine/wire/encoding';
import { acquaint, createWorld, type Resident, type World } from '../../support/services-kit';

describe('the report for somebody who helps', () => {
  let world: World;
  let ada: Resident;
  let bo: Resident;

  beforeEach(async () => {
    world = createWorld();
    ada = await world.move('Ada Canary');
    bo = await world.move('Bo Canary');
    await acquaint(world, ada, bo);
  }, 30_000);
  afterEach(() => world.close());

  const report = async (open = true): Promise<string> =>
    (
      await diagnosticsReport({
        about: () => ({ version: '1.2.3', runtime: 'Node 20', trial: false, database: 'SQLCipher', memoryLocked: true, openToOthers: false, timesLocale: '' }),
        system: 'linux x64',
        meter: () => ada.crypto.meter.read(),
        settings: () => ({ ...defaultSettings, proxy: 'socks5://canary.example:9050', onionAddress: `${'c'.repeat(56)}.onion:1`, shortcuts: [{ action: 'canary', keys: 'C' }] }),
        network: () => ada.networkCalls.status(undefined),
        openProfile: () => (open ? ada.profile : undefined),
        licences: () => Promise.resolve([]),
      }).report(undefined)
    ).text;

  it('hardening 25: holds states and counts, and no name, id, address, key or word of anybody', async () => {
    const contact = ada.profile.stores.contacts.list()[0] ?? expect.unreachable('a contact');
    const { conversationId } = await ada.conversations.open({ contactId: contact.contactId, title: 'canary title' });
    await ada.messages.send({ conversationId, text: 'canary word' });
    // Everywhere else where somebody's words can stand.
    await ada.conversations.update({ conversationId, draft: { text: 'canary draft' } });
    ada.profile.stores.ownWords.add('canaryword');
    ada.db.prepare('UPDATE contacts SET alias = ?').run(['canary alias']);
    ada.db.prepare(`UPDATE messages SET text = 'canary text'`).run();
    const places = { listening: ['canary.example:1'], announced: ['canary.example:2'], lan: { state: 'on' as const, seen: 1, names: ['canary'] } };
    const status = await ada.networkCalls.status(undefined);
    const full = await diagnosticsReport({
      about: () => ({ version: '1.2.3', runtime: 'Node 20', trial: false, database: 'SQLCipher', memoryLocked: true, openToOthers: false, timesLocale: '' }),
      system: 'linux x64',
      meter: () => ada.crypto.meter.read(),
      // A setting there may be one day, with something typed into it.
      settings: () => ({ ...defaultSettings, later: 'Canary Street 5', tokens: ['canary'] }),
      network: () => ({ ...status, ...places }),
      openProfile: () => ada.profile,
      licences: () => Promise.resolve([]),
    }).report(undefined);
    expect(full.text.toLowerCase()).not.toContain('canary');
    expect(full.text).toContain('setting theme: system');
    expect(full.text).toContain('listening on: 1');
    const text = await report();
    expect(text).toContain('Keyshift: 1.2.3');
    expect(text).toContain('contacts: 1');
    expect(text).toContain('conversations: 1');
    expect(text).toContain('setting proxy: true');
    const { local, book } = ada.profile;
    const of = (person: Resident): string[] => [person.profile.local.peerId, person.profile.local.instanceId, toHex(person.profile.local.identity.spkiHash), person.address.host, String(person.address.port)];
    const secrets = [...of(ada), ...of(bo), contact.contactId, conversationId, local.instance.credential.deviceName, toHex(book.find(bo.profile.local.peerId)?.exchange.hash ?? new Uint8Array(1))];
    for (const secret of secrets) expect(text.includes(secret), secret).toBe(false);
    expect(text.toLowerCase()).not.toContain('canary');
    expect(text).not.toContain('onion:1');
  });

  it('of a locked vault it says that it is locked, and what holds without it', async () => {
    const text = await report(false);
    expect(text).toContain('profile: locked');
    expect(text).not.toMatch(/contacts|conversations|devices/);
    expect(text).toContain('system: linux x64');
  });
});
