/** docs/protocol.md §9, §10.1, §12 and §17: what whoever is dialled answers on a channel of purpose link or meet, frame by frame and word by word of its own person. */
import { hex, need, Refused, same, u8, whole } from './bytes.mjs';
import { readCard } from './card.mjs';
import { readChain } from './credentials.mjs';
import { edVerify, HKDF, HMAC, isUsableKem } from './crypto.mjs';
import { readReveal as readKeys } from './device.mjs';
import { KIND as LINK } from './letting-in.mjs';
import * as meeting from './meeting.mjs';

const MEET = meeting.KIND;
const REFUSED = 63;
const nothing = { heard: [] };
const ends = (...heard) => ({ heard, over: true });

/** A word of either side about the digits. Gives what is heard now; `then` once both have said the same. */
const said = (device, confirm, { isOwn, isSame }, then) => {
  if (!isSame) return isOwn ? ends(confirm, 0) : ends();
  const before = isOwn ? device.own : device.theirs;
  if (before) return isOwn ? nothing : ends();
  device[isOwn ? 'own' : 'theirs'] = true;
  const heard = isOwn ? [confirm, 1] : [];
  return device.own && device.theirs ? then(heard) : { heard };
};

const link = (device, name, kind, body) => {
  const { hash, host, secret } = device;
  const isWord = name === 'here: same' || name === 'here: not the same';
  if (device.phase === undefined) {
    need(kind === LINK.hello && same(body, HMAC(HKDF(secret, 'device-link-hello'), hash, host.peerId, host.instanceId)), 'holds no link');
    return { heard: [LINK.answer], phase: 'keys' };
  }
  if (device.phase === 'keys') {
    need(kind === LINK.reveal, 'turn');
    const shown = readKeys(body);
    need(isUsableKem(shown.kemKey), 'key');
    need(!same(shown.signingKey, host.signingKey), 'on the list');
    need(!device.isComparing, 'spent');
    return { heard: [LINK.keys], phase: 'words', shown };
  }
  if (device.phase === 'words') {
    if (isWord) return said(device, LINK.confirm, { isOwn: true, isSame: name === 'here: same' }, (heard) => ({ heard, phase: 'issue' }));
    if (kind !== LINK.confirm) return ends();
    if (body.length === 1 && body[0] === 0) return ends();
    const { signingKey, kemKey } = device.shown;
    if (body.length !== 65 || body[0] !== 1 || !edVerify(signingKey, 'instance-consent', body.subarray(1), u8(4), host.peerId, signingKey, kemKey)) return ends();
    return said(device, LINK.confirm, { isOwn: false, isSame: true }, (heard) => ({ heard, phase: 'issue' }));
  }
  if (device.phase === 'issue') return name === 'here: granted' ? { heard: [LINK.grant], phase: 'done' } : ends();
  return kind === LINK.done && body.length === 0 ? { ...ends(), becomes: 'a device' } : ends();
};

const meet = (device, name, kind, body) => {
  const { hash, host, own: ownReveal, now } = device;
  if (device.phase === undefined) {
    need(kind === MEET.ask, 'turn');
    meeting.readAsk(body);
    return { heard: [], phase: 'asked' };
  }
  if (device.phase === 'asked') {
    if (name === 'here: no' || (name === 'here: yes' && device.isTired)) return ends(REFUSED);
    return name === 'here: yes' ? { heard: [MEET.accept], phase: 'commit' } : ends();
  }
  if (device.phase === 'commit') return kind === MEET.commit && body.length === 32 ? { heard: [MEET.commit], phase: 'reveal', committed: body } : ends();
  if (device.phase === 'reveal') {
    if (kind !== MEET.reveal || body.length !== 96 || !same(meeting.commitmentOf('client', body, hash), device.committed)) return ends();
    const { peerId } = meeting.readReveal(body);
    if (same(peerId, host.peerId) || device.objects) return ends();
    return { heard: [MEET.reveal], phase: 'words', theirReveal: body };
  }
  const isOwn = name.startsWith('here: ');
  if (device.phase === 'words') {
    if (!isOwn && (kind !== MEET.confirm || body.length !== 1 || body[0] > 1)) return ends();
    return said(device, MEET.confirm, { isOwn, isSame: isOwn ? name === 'here: same' : body[0] === 1 }, (heard) => ({ heard: [...heard, MEET.card], phase: 'card' }));
  }
  if (name === 'here: not the same') return ends(MEET.confirm, 0);
  if (kind !== MEET.card) return ends();
  try {
    const { card, signature } = whole(body, (reader) => ({ card: reader.lp(60 * 1024), signature: reader.take(64) }));
    const { chain } = readCard(card, { now });
    const { peerId, spkiHash } = meeting.readReveal(device.theirReveal);
    need(same(chain.peerIdBytes, peerId) && same(chain.identity.spkiHash, spkiHash), 'somebody else');
    need(edVerify(chain.instance.signingKey, 'meet-card', signature, meeting.cardSigned('client', hash, device.theirReveal, ownReveal)), 'signature');
    return { ...ends(), becomes: 'a contact' };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return ends();
  }
};

const PURPOSES = { link, meet };

/** Which frames come back, by their kind, with the byte of a CONFIRM behind it, whether the channel is closed then, and what came of it. */
export const turns = (all, people, purpose, { to, said: words }) => {
  const chain = readChain(hex(people.server.chain));
  const host = { peerId: chain.peerIdBytes, spkiHash: chain.identity.spkiHash, instanceId: chain.instanceId, signingKey: chain.instance.signingKey };
  const device = {
    now: all.now, hash: hex(all.channelHash), host, secret: hex(all.secret), own: false, theirs: false, phase: undefined,
    isComparing: to === 'who compares with another', isTired: to === 'who met three', objects: to === 'who blocked them' || to === 'who knows them by another key',
  };
  const ownReveal = meeting.makeReveal(host, hex(all.nonce));
  const heard = [];
  for (const name of words) {
    const frame = all.frames[purpose][name];
    let step;
    try {
      step = PURPOSES[purpose](purpose === 'meet' && device.phase === 'card' ? { ...device, own: ownReveal } : device, name, frame?.kind, frame && hex(frame.body));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      step = ends(REFUSED);
    }
    const { heard: now, over, becomes, ...more } = step;
    heard.push(...now);
    if (over) return { heard: [...heard, 'closed'], becomes };
    Object.assign(device, more);
  }
  return { heard, becomes: undefined };
};

