/** docs/protocol.md §2 card, §11 what may stand behind it. */
import { cat, lp, need, Reader, same, u8, u16, u64, whole } from './bytes.mjs';
import { edSign, edVerify, instanceIdOf } from './crypto.mjs';
import { readChain, readInstanceCredential } from './credentials.mjs';
import { canonicalHost } from './host.mjs';
import { proves } from './keys.mjs';

export const makeCard = ({ chain, time, addresses, history, behind = Buffer.alloc(0), signingSeed }) => {
  const head = cat(lp(chain), u64(time), u8(addresses.length), ...addresses.map(({ host, port }) => cat(lp(host), u16(port))), ...(history === undefined ? [] : [lp(history)]), behind);
  return cat(head, edSign(signingSeed, 'card', head));
};

/**
 * `pinned`: the key is known, so no history is looked at. The chain is checked against `now`.
 * @param {Buffer} bytes
 * @param {{ now?: number, pinned?: boolean }} [how]
 * @returns {any}
 */
export const readCard = (bytes, { now, pinned = false } = {}) => {
  need(bytes.length <= 60 * 1024 && bytes.length > 64, 'size of a card');
  const reader = new Reader(bytes.subarray(0, -64));
  const chain = readChain(reader.lp(12 * 1024), now);
  const time = reader.u64();
  const count = reader.u8();
  need(count <= 8, 'too many addresses');
  const addresses = reader.list(count, () => ({ host: canonicalHost(reader.text(253)), port: need(reader.u16(), 'port 0') }));
  const history = chain.identity.epoch > 1 ? reader.lp() : undefined;
  if (!pinned && chain.identity.epoch > 1) proves(history, chain.identity);
  const endorsements = reader.left && reader.bytes[reader.at] < 16 ? readEndorsements(reader) : [];
  const sections = readSections(reader);
  need(edVerify(chain.instance.signingKey, 'card', bytes.subarray(-64), bytes.subarray(0, -64)), 'signature of the card');
  if (now !== undefined) need(time <= now + 30 * 86_400_000, 'a card of the future');
  return { bytes, chain, time, addresses, history, endorsements, sections };
};

const readEndorsements = (reader) => {
  const start = reader.at;
  const count = reader.u8();
  need(count >= 1 && count <= 3, 'endorsements');
  const found = reader.list(count, () => {
    const certificates = reader.u8();
    need(certificates >= 1 && certificates <= 3, 'endorsement');
    return reader.list(certificates, () => reader.lp());
  });
  need(reader.at - start <= 12 * 1024, 'endorsements too large');
  return found;
};

const readSections = (reader) => {
  const start = reader.at;
  const sections = [];
  while (reader.left) {
    const type = reader.u8();
    need(type >= 16 && type > (sections.at(-1)?.type ?? 0), 'sections out of order');
    const body = reader.lp();
    if (type === 16) readMailboxes(body);
    if (type === 17) readStopped(body);
    sections.push({ type, body });
  }
  need(reader.at - start <= 16 * 1024, 'sections too large');
  return sections;
};

const printable = (text, most) => need(/^[\x21-\x7e]+$/.test(text) && text.length <= most, 'a token') && text;
export const isServer = (text) => /^(tls|nats):\/\/[A-Za-z0-9.[\]:-]+:\d{1,5}$/.test(text);
const server = (text) => need(isServer(text), 'a server') && text;

export const writeMailboxes = (mailboxes) =>
  cat(u8(mailboxes.length), ...mailboxes.map((one) => cat(u8(one.servers.length), ...one.servers.map((text) => lp(text)), lp(one.authority), one.address, one.slot, lp(one.token), u64(one.until))));
export const readMailboxes = (bytes) =>
  whole(bytes, (reader) => {
    const count = reader.u8();
    need(count <= 3, 'too many mailboxes');
    return reader.list(count, () => {
      const servers = reader.u8();
      need(servers >= 1 && servers <= 3, 'servers');
      return {
        servers: reader.list(servers, () => server(reader.text(255))),
        authority: reader.lp(4096),
        address: reader.take(16),
        slot: reader.take(8),
        token: printable(reader.text(2048), 2048),
        until: reader.u64(),
      };
    });
  });
export const readStopped = (bytes) =>
  whole(bytes, (reader) => {
    const count = reader.u8();
    need(count >= 1 && count <= 4, 'stopped devices');
    return reader.list(count, () => reader.lp(4096));
  });

/** §10.2: one own device stops another. */
export const readSuspension = (bytes) =>
  whole(bytes, (reader) => {
    const body = reader.lp(4096);
    const signature = reader.take(64);
    const credential = reader.lp(3072);
    const said = whole(body, (inner) => {
      need(inner.u8() === 5, 'no suspension');
      return { body, signature, credential, peerId: inner.take(32), stopped: inner.take(16), by: inner.take(16), listVersion: inner.u32(), time: inner.u64() };
    });
    const { signingKey } = readInstanceCredential(credential);
    need(same(said.by, instanceIdOf(signingKey)) && !same(said.by, said.stopped), 'a word of another device, or about itself');
    return { ...said, isSigned: () => edVerify(signingKey, 'suspension', signature, body) };
  });

const BEGIN = '-----BEGIN KEYSHIFT CARD-----';
const END = '-----END KEYSHIFT CARD-----';
export const cardText = (bytes) => `${[BEGIN, ...(bytes.toString('base64').match(/.{1,64}/g) ?? []), END].join('\n')}\n`;
/** Also out of the middle of a mail: white space and `>` are no part of it. */
export const fromCardText = (text) => {
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  need(from >= 0 && to > from, 'no card text');
  const body = text.slice(from + BEGIN.length, to).replace(/[\s>]/g, '');
  const bytes = Buffer.from(body, 'base64');
  need(bytes.toString('base64') === body, 'base64 that is not canonical');
  return bytes;
};
