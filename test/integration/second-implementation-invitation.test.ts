import { createPrivateKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cat } from '../second/bytes.mjs';
import { fromCardText, readCard } from '../second/card.mjs';
import { helloTag, invitationId, proofTag } from '../second/channel.mjs';
import { random } from '../second/crypto.mjs';
import { mailHash, makeCardDeposit, makeFile } from '../second/deposit.mjs';
import { readLink } from '../second/link.mjs';
import { Peer } from '../second/peer.mjs';
import { identityKey, Person, toOf } from '../second/person.mjs';
import { readyKeys } from '../support/rsa-keys';
import { SetClockPeople } from '../support/set-clock-people';
import { temporaryFolder } from '../support/two-peers';

// One real headless process, and people who were written from docs/protocol.md alone: §12, meeting by invitation without a connection. What a mailbox would bring comes in files.
const folder = temporaryFolder();
let people: SetClockPeople;
let files = 0;
beforeAll(async () => {
  people = await SetClockPeople.meet();
});
afterAll(async () => {
  await people.end();
  folder.release();
});

const personOf = (name: string, at: number) => new Person({ name, key: identityKey(1, createPrivateKey(readyKeys(at + 1)[at] ?? '')), now: people.clock.wall() });
async function open(deposit: Buffer) {
  files += 1;
  const path = join(folder.path, `${files}.keyshift-envelopes`);
  writeFileSync(path, makeFile([deposit]));
  return people.hedda.call('envelopes.open', { path });
}
const invited = async () => readLink((await people.hedda.call('contacts.createInvitation')).link);
const inviter = async () => readCard(fromCardText((await people.hedda.call('identity.exportPublic', { format: 'card' })).text), { now: people.clock.wall() }).chain;
const known = async (name: string) => (await people.hedda.call('contacts.list')).find((each) => each.name === name);
const asking = async () => (await people.hedda.call('contacts.requests')).map(({ name }) => name);

interface Changes {
  readonly secret?: Buffer;
  readonly id?: Buffer;
  /** Of which card and which key the tags speak. */
  readonly ofCard?: Buffer;
  readonly ofKey?: Buffer;
  readonly hello?: Buffer;
  readonly proof?: Buffer;
  readonly invitee?: Buffer;
}
/** A card with the proof of an invitation, but for what is changed. */
async function proven(person: InstanceType<typeof Person>, link: { secret: Buffer }, changes: Changes = {}): Promise<Buffer> {
  const chain = await inviter();
  const card = person.card({ addresses: [], now: people.clock.wall() });
  const secret = changes.secret ?? link.secret;
  const hash = mailHash(chain.peerIdBytes, chain.exchange.hash, changes.ofCard ?? card);
  const proof = cat(
    changes.id ?? invitationId(link.secret),
    changes.hello ?? helloTag(secret, hash, chain.peerIdBytes),
    changes.proof ?? proofTag(secret, hash, chain.peerIdBytes, changes.invitee ?? person.peerId, changes.ofKey ?? chain.exchange.hash, person.spkiHash),
  );
  return makeCardDeposit({ card, wantsAnswer: true, proof, verdict: undefined, signingSeed: person.signingSeed, to: toOf(chain), contentKey: undefined, coins: undefined });
}

describe('§12, from outside: an invitation accepted without a connection', () => {
  it('S5-04 A65: whose proof is not of this card, this key, this person and this link is no contact, and asks for nothing; the invitation stays', async () => {
    const link = await invited();
    const ned = personOf('Ned', 1);
    const other = personOf('Other', 2);
    const chain = await inviter();
    for (const changes of [
      { secret: random(16) },
      { id: random(16) },
      { ofCard: other.card({ addresses: [], now: people.clock.wall() }) },
      { ofKey: chain.identity.spkiHash },
      { hello: random(32) },
      { proof: random(32) },
      { invitee: other.peerId },
    ] satisfies Changes[]) await open(await proven(ned, link, changes));
    expect([await known('Ned'), await asking()]).toEqual([undefined, []]);
    await open(await proven(ned, link));
    await people.hedda.until('known', async () => (await known('Ned')) !== undefined);
    expect(await known('Ned')).toMatchObject({ pending: false });
    expect(await asking()).toEqual([]);
  });

  it('S5-04: it is redeemed once; the same person again changes nothing, and nobody else comes by it, nor after its end', async () => {
    const link = await invited();
    const [first, second] = [personOf('First', 3), personOf('Second one', 4)];
    await open(await proven(first, link));
    await people.hedda.until('known', async () => (await known('First')) !== undefined);
    const before = await known('First');
    await open(await proven(first, link));
    expect(await known('First')).toEqual(before);
    await open(await proven(second, link));
    expect([await known('Second one'), await asking()]).toEqual([undefined, []]);

    const late = await invited();
    people.clock.pass(late.expiry * 1000 - people.clock.wall() + 1000);
    await open(await proven(second, late));
    expect([await known('Second one'), await asking()]).toEqual([undefined, []]);
  });

  it('S5-04 S1-48: whoever redeemed it is answered with the card of who invited, and is talked to', async () => {
    const link = await invited();
    const peer = new Peer(personOf('Apart', 5));
    peer.now = () => people.clock.wall();
    peer.knows(await inviter());
    await open(await proven(peer.person, link));
    const contact = await people.hedda.until('known', () => known('Apart').then((found) => found !== undefined)).then(() => known('Apart'));
    const { conversationId } = await people.hedda.call('conversations.open', { contactId: contact?.contactId ?? '', title: 'By mail' });
    await people.hedda.call('messages.send', { conversationId, text: 'Welcome' });
    const path = join(folder.path, 'back.keyshift-envelopes');
    await people.hedda.call('envelopes.save', { contactId: contact?.contactId ?? '', path });
    peer.openFile(readFileSync(path));
    expect(peer.talk.delivered.map(({ text }: { text: string }) => text)).toContain('Welcome');
  });
});
