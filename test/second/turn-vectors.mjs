/** What turns.json in test/vectors holds: what is said to a device on a channel of purpose link or meet, by the other side and by its own person, and what it answers (docs/protocol.md §9, §10.1, §12, §17). */
import { cat, hex, lp, u8 } from './bytes.mjs';
import { readChain } from './credentials.mjs';
import { edPublic, edSign, HKDF, HMAC, kemPublic } from './crypto.mjs';
import { KIND as LINK } from './letting-in.mjs';
import * as meeting from './meeting.mjs';

const MEET = meeting.KIND;
const REFUSED = 63;
const counting = (start, length) => Buffer.from(Array.from({ length }, (_, at) => (start + at) & 0xff));
const text = (bytes) => bytes.toString('hex');
const flipped = (bytes, at) => cat(bytes.subarray(0, at), u8(bytes[at] ^ 1), bytes.subarray(at + 1));
const flippedLast = (bytes) => flipped(bytes, bytes.length - 1);
const withByte = (bytes) => cat(bytes, u8(0));
const cut = (bytes) => bytes.subarray(0, -1);
const no = [REFUSED, 'closed'];

const linkFrames = (host, hash, secret) => {
  const hello = (of = secret, on = hash, instanceId = host.instanceId) => HMAC(HKDF(of, 'device-link-hello'), on, host.peerId, instanceId);
  const [seed, kemSecret, nonce] = [counting(0x11, 32), counting(0x22, 32), counting(1, 32)];
  const [signingKey, kemKey] = [edPublic(seed), kemPublic(kemSecret)];
  const keys = ({ signing = signingKey, kem = kemKey, name = 'pocket' } = {}) => cat(nonce, signing, kem, lp(Buffer.from(name)));
  const consent = (peerId = host.peerId, by = seed) => edSign(by, 'instance-consent', u8(4), peerId, signingKey, kemKey);
  const same = cat(u8(1), consent());
  return {
    hello: [LINK.hello, hello()], 'a hello with one bit of its tag': [LINK.hello, flipped(hello(), 31)], 'a hello of another link': [LINK.hello, hello(counting(0x60, 16))], 'a hello of another channel': [LINK.hello, hello(secret, counting(3, 32))],
    'a hello to another device': [LINK.hello, hello(secret, hash, counting(5, 16))], 'a hello of 31 bytes': [LINK.hello, cut(hello())], 'a hello of 33 bytes': [LINK.hello, withByte(hello())],
    keys: [LINK.reveal, keys()], 'keys and a byte': [LINK.reveal, withByte(keys())], 'keys cut short': [LINK.reveal, cut(keys())], 'keys with a name of 129 bytes': [LINK.reveal, keys({ name: 'x'.repeat(129) })],
    'keys of which one is none': [LINK.reveal, keys({ kem: Buffer.alloc(1216, 0xff) })], 'keys of which one is zeros': [LINK.reveal, keys({ kem: Buffer.alloc(1216) })], 'keys of a device on the list': [LINK.reveal, keys({ signing: host.signingKey })],
    same: [LINK.confirm, same], 'not the same': [LINK.confirm, u8(0)], 'same, without consent': [LINK.confirm, u8(1)], 'same, with a bit of the consent': [LINK.confirm, flippedLast(same)], 'same, with consent to another person': [LINK.confirm, cat(u8(1), consent(counting(6, 32)))],
    'same, with consent by another key': [LINK.confirm, cat(u8(1), consent(host.peerId, counting(0x33, 32)))], 'same, and a byte': [LINK.confirm, withByte(same)], 'not the same, with consent': [LINK.confirm, cat(u8(0), consent())], 'said 2': [LINK.confirm, cat(u8(2), consent())],
    done: [LINK.done, Buffer.alloc(0)], 'done and a byte': [LINK.done, u8(0)],
  };
};

const linkTalks = (frames) => {
  const names = Object.keys(frames);
  const hellos = names.filter((name) => name.startsWith('a hello'));
  const badKeys = names.filter((name) => name.startsWith('keys '));
  const badWords = names.filter((name) => /^(?:not the|same,|said)/.test(name));
  const to = 'whose link it is';
  const [answer, shown] = [[LINK.answer], [LINK.answer, LINK.keys]];
  const agreed = [...shown, LINK.confirm, 1];
  const both = ['hello', 'keys', 'same', 'here: same'];
  return [
    ...[...hellos, 'keys', 'same', 'done'].map((name) => [to, [name], no]),
    [to, ['hello'], answer], ...['hello', ...badKeys, 'same', 'done'].map((name) => [to, ['hello', name], [...answer, ...no]]),
    ['who compares with another', ['hello', 'keys'], [...answer, ...no]],
    [to, ['hello', 'keys'], shown], ...['hello', 'keys', 'done', ...badWords].map((name) => [to, ['hello', 'keys', name], [...shown, 'closed']]),
    [to, ['hello', 'keys', 'same'], shown], ...['same', 'not the same', 'done', 'keys'].map((name) => [to, ['hello', 'keys', 'same', name], [...shown, 'closed']]),
    [to, ['hello', 'keys', 'here: same'], agreed], [to, ['hello', 'keys', 'here: same', 'here: same'], agreed], [to, ['hello', 'keys', 'here: not the same'], [...shown, LINK.confirm, 0, 'closed']],
    [to, ['hello', 'keys', 'same', 'here: not the same'], [...shown, LINK.confirm, 0, 'closed']], [to, ['hello', 'keys', 'here: same', 'here: not the same'], [...agreed, LINK.confirm, 0, 'closed']], [to, ['hello', 'keys', 'here: same', 'not the same'], [...agreed, 'closed']],
    [to, both, agreed], [to, ['hello', 'keys', 'here: same', 'same'], agreed], ...['same', 'not the same', 'done'].map((name) => [to, [...both, name], [...agreed, 'closed']]),
    [to, [...both, 'here: granted'], [...agreed, LINK.grant]], ...['done and a byte', 'same', 'keys'].map((name) => [to, [...both, 'here: granted', name], [...agreed, LINK.grant, 'closed']]),
    [to, [...both, 'here: granted', 'done'], [...agreed, LINK.grant, 'closed'], 'a device'],
  ];
};

const meetFrames = (host, asker, hash, nonce) => {
  const hosts = meeting.makeReveal(host, nonce);
  const own = meeting.makeReveal(asker, counting(0x40, 32));
  const other = meeting.makeReveal(asker, counting(0x50, 32));
  const ofHost = meeting.makeReveal(host, counting(0x40, 32));
  const commitment = (reveal, role = 'client', on = hash) => [MEET.commit, meeting.commitmentOf(role, reveal, on)];
  const card = ({ role = 'client', on = hash, mine = own, theirs = hosts, by = asker.seed } = {}) => cat(lp(asker.card), edSign(by, 'meet-card', meeting.cardSigned(role, on, mine, theirs)));
  const words = ['blue-otter-42', 'coral-finch-07'];
  const long = Buffer.from('x'.repeat(29));
  return {
    'a question': [MEET.ask, meeting.makeAsk(...words.map((each) => Buffer.from(each)))], 'a question and a byte': [MEET.ask, withByte(meeting.makeAsk(...words.map((each) => Buffer.from(each))))], 'a question cut short': [MEET.ask, cut(meeting.makeAsk(...words.map((each) => Buffer.from(each))))],
    'a question of 29 bytes': [MEET.ask, meeting.makeAsk(Buffer.from(words[0]), long)],
    commitment: commitment(own), 'a commitment of 31 bytes': [MEET.commit, cut(commitment(own)[1])], 'a commitment of 33 bytes': [MEET.commit, withByte(commitment(own)[1])],
    'a commitment in the other role': commitment(own, 'server'), 'a commitment of another channel': commitment(own, 'client', counting(3, 32)), 'a commitment to who is asked': commitment(ofHost),
    reveal: [MEET.reveal, own], 'another reveal': [MEET.reveal, other], 'a reveal of 95 bytes': [MEET.reveal, cut(own)], 'a reveal of 97 bytes': [MEET.reveal, withByte(own)], 'a reveal of who is asked': [MEET.reveal, ofHost],
    same: [MEET.confirm, u8(1)], 'not the same': [MEET.confirm, u8(0)], 'said 2': [MEET.confirm, u8(2)], 'same, and a byte': [MEET.confirm, cat(u8(1), u8(0))], 'nothing said': [MEET.confirm, Buffer.alloc(0)],
    card: [MEET.card, card()], 'a card with one bit of its signature': [MEET.card, flippedLast(card())], 'a card and a byte': [MEET.card, withByte(card())], 'a card in the other role': [MEET.card, card({ role: 'server' })], 'a card of another channel': [MEET.card, card({ on: counting(3, 32) })],
    'a card of another meeting': [MEET.card, card({ theirs: meeting.makeReveal(host, counting(7, 32)) })], 'a card behind another reveal': [MEET.card, card({ mine: other })], 'a card by another key': [MEET.card, card({ by: counting(0x33, 32) })],
  };
};

const meetTalks = (frames) => {
  const names = Object.keys(frames);
  const of = (start) => names.filter((name) => name.startsWith(start));
  const to = 'who is near';
  const asked = ['a question', 'here: yes'];
  const committed = [...asked, 'commitment'];
  const shown = [...committed, 'reveal'];
  const [accept, commits, reveals] = [[MEET.accept], [MEET.accept, MEET.commit], [MEET.accept, MEET.commit, MEET.reveal]];
  const cards = [...reveals, MEET.confirm, 1, MEET.card];
  const both = [...shown, 'same', 'here: same'];
  return [
    ...[...of('a question '), 'commitment', 'reveal', 'same', 'card'].map((name) => [to, [name], no]),
    [to, ['a question'], []], ...['a question', 'commitment', 'same'].map((name) => [to, ['a question', name], ['closed']]), [to, ['a question', 'here: no'], no], ['who met three', asked, no], [to, asked, accept],
    ...['a question', 'a commitment of 31 bytes', 'a commitment of 33 bytes', 'reveal', 'same'].map((name) => [to, [...asked, name], [...accept, 'closed']]), [to, committed, commits],
    ...['commitment', 'another reveal', 'a reveal of 95 bytes', 'a reveal of 97 bytes', 'same', 'card'].map((name) => [to, [...committed, name], [...commits, 'closed']]),
    ...['a commitment in the other role', 'a commitment of another channel'].map((name) => [to, [...asked, name, 'reveal'], [...commits, 'closed']]), [to, [...asked, 'a commitment to who is asked', 'a reveal of who is asked'], [...commits, 'closed']],
    ...['who blocked them', 'who knows them by another key'].map((one) => [one, shown, [...commits, 'closed']]),
    [to, shown, reveals], ...['reveal', 'not the same', 'said 2', 'same, and a byte', 'nothing said', 'card'].map((name) => [to, [...shown, name], [...reveals, 'closed']]),
    [to, [...shown, 'same'], reveals], ...['same', 'not the same', 'card'].map((name) => [to, [...shown, 'same', name], [...reveals, 'closed']]),
    [to, [...shown, 'here: same'], [...reveals, MEET.confirm, 1]], [to, [...shown, 'here: same', 'here: same'], [...reveals, MEET.confirm, 1]], [to, [...shown, 'here: not the same'], [...reveals, MEET.confirm, 0, 'closed']], [to, [...shown, 'here: same', 'here: not the same'], [...reveals, MEET.confirm, 1, MEET.confirm, 0, 'closed']],
    [to, [...shown, 'here: same', 'card'], [...reveals, MEET.confirm, 1, 'closed']], [to, both, cards], [to, [...shown, 'here: same', 'same'], cards],
    ...['same', 'not the same', 'reveal', ...of('a card')].map((name) => [to, [...both, name], [...cards, 'closed']]), [to, [...both, 'here: not the same'], [...cards, MEET.confirm, 0, 'closed']],
    [to, [...both, 'card'], [...cards, 'closed'], 'a contact'],
  ];
};

/** The server of session-transcripts.json is dialled: with its link, and by whoever has the card of invitation.json. */
export const turnVectors = (transcripts, invitations, sender) => {
  const chain = readChain(hex(transcripts.people.server.chain));
  const host = { peerId: chain.peerIdBytes, spkiHash: chain.identity.spkiHash, instanceId: chain.instanceId, signingKey: chain.instance.signingKey };
  const asker = { peerId: hex(invitations.peerId), spkiHash: hex(invitations.spkiHash), card: hex(invitations.card), seed: hex(sender.signingSeed) };
  const [hash, secret, nonce] = [hex(invitations.channelHash), counting(0x70, 16), counting(0x90, 32)];
  const written = (frames) => Object.fromEntries(Object.entries(frames).map(([name, [kind, body]]) => [name, { kind, body: text(body) }]));
  const list = (talks) => talks.map(([to, said, heard, becomes]) => ({ to, said, heard, ...(becomes && { becomes }) }));
  const [link, meet] = [linkFrames(host, hash, secret), meetFrames(host, asker, hash, nonce)];
  return {
    now: invitations.now, channelHash: text(hash),
    /** Of its link, and its nonce in every reveal. */
    secret: text(secret), nonce: text(nonce),
    frames: { link: written(link), meet: written(meet) },
    /** `said`: frames by name, and behind `here:` the word of the person there. `heard`: kinds, behind a CONFIRM its byte, and whether the channel was closed then. `becomes`: what came of it. */
    talks: { link: list(linkTalks(link)), meet: list(meetTalks(meet)) },
  };
};
