import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { consentTo } from '../../../../electron/engine/certificates/credential';
import { openLocalParty } from '../../../../electron/engine/certificates/local-party';
import { rotateLocalRecord } from '../../../../electron/engine/certificates/rotation';
import { channelKinds, type ChannelFrame } from '../../../../electron/engine/session/channel-frames';
import { encodeJoinerReveal, type HostReveal, type JoinerReveal, linkKeysSigned, parseJoinerReveal } from '../../../../electron/engine/session/link-code';
import type { LinkGrant } from '../../../../electron/engine/session/link-grant';
import { concat } from '../../../../electron/engine/wire/writer';
import { agreedOf, digitsOf, exchange, type HostRole, hostRole, issue, joinerParts, joinerRole, type JoinerRole, newOwner, type Owner, ownerOf } from '../../../support/link-kit';
import { testNow } from '../../../support/session-kit';

let owner: Owner;
let stranger: Owner;
const refused = { kind: channelKinds.refused, payload: new Uint8Array(0) };
const endOf = ({ told }: HostRole | JoinerRole) => told.flatMap((news) => (news.kind === 'ended' ? [news.reason] : []))[0];
const kindsOf = ({ told }: HostRole | JoinerRole) => told.map(({ kind }) => kind);
const nothing = new Uint8Array(0);

beforeAll(async () => {
  [owner, stranger] = await Promise.all([newOwner('Ada'), newOwner('Mallory')]);
});

/** A fresh channel: what each side would call it. */
const channel = (): Uint8Array => owner.crypto.random(32);

/** Both at the digits, over one channel. */
function compared(hash = channel(), of = owner) {
  const parts = joinerParts(of.crypto, of.link);
  const [host, joiner] = [hostRole(of, hash), joinerRole(parts, hash)];
  exchange(host, joiner);
  return { host, joiner, parts, hash };
}

async function granted(change: (grant: LinkGrant) => LinkGrant = (grant) => grant, of = owner, deviceName?: string) {
  const { host, joiner, parts, hash } = compared(channel(), of);
  for (const each of [joiner, host]) each.on({ kind: 'confirm', same: true });
  exchange(host, joiner);
  const device = agreedOf(host);
  if (!device) throw new Error('not agreed');
  host.on({ kind: 'issued', grant: await issue(of, { ...device, ...(deviceName !== undefined && { deviceName }) }, hash, change) });
  exchange(host, joiner);
  const linked = joiner.told.flatMap((news) => (news.kind === 'granted' ? [news.linked] : []))[0];
  return { host, joiner, parts, device, linked };
}

describe('the two roles', () => {
  it('S4-26: six equal digits, a word from each, and the new device holds all of the person but the identity key', async () => {
    const { host, joiner, parts, device, linked } = await granted();
    expect(digitsOf(host)).toMatch(/^\d{6}$/);
    expect(digitsOf(joiner)).toBe(digitsOf(host));
    if (!linked) throw new Error('nothing was granted');
    const party = openLocalParty(owner.crypto, linked.record);
    expect(party).toMatchObject({ peerId: owner.local.peerId, instanceId: device.instanceId, recovery: 'away' });
    expect(() => party.certifierKey()).toThrow();
    expect(linked.record.identityKeys.every((key) => !('privateKey' in key))).toBe(true);
    expect(party.list.version).toBe(owner.local.list.version + 1);
    expect(party.exchange.current.kem.bytes).toEqual(owner.local.exchange.current.kem.bytes);
    expect(party.instance.signing.publicKey).toEqual(parts.keys.signing.publicKey);
    expect(linked.devices).toEqual([{ instanceId: owner.local.instanceId, credential: owner.local.instance.credential.bytes, addresses: [{ host: '192.0.2.9', port: 4711 }] }]);
    joiner.on({ kind: 'stored' });
    exchange(host, joiner);
    expect([kindsOf(host), kindsOf(joiner)]).toEqual([['digits', 'agreed', 'done'], ['digits', 'agreed', 'granted', 'done']]);
    expect(host.over && joiner.over).toBe(true);
  });

  it('S4-26: a person whose key was renewed, with more history than one frame holds, is handed over whole', async () => {
    const renewed = ownerOf(owner.crypto, await rotateLocalRecord(owner.crypto, owner.record, testNow));
    const padding = Array.from({ length: 9 }, () => [renewed.crypto.random(8_000)]);
    const { linked, host } = await granted((grant) => ({ ...grant, endorsements: padding }), renewed);
    expect(host.said.filter(({ kind }) => kind === channelKinds.linkGrant)).toHaveLength(2);
    if (!linked) throw new Error('nothing was granted');
    const party = openLocalParty(renewed.crypto, linked.record);
    expect([party.identity.epoch, party.history?.elements.length]).toEqual([2, 1]);
    expect(linked.record.identityKeys.every((key) => !('privateKey' in key))).toBe(true);
  });

  it('S4-26 A65: certified under another name than it has, or with a history that does not lead to the key in use, the new device takes nothing', async () => {
    const renewed = ownerOf(owner.crypto, await rotateLocalRecord(owner.crypto, owner.record, testNow));
    const spoiled = (bytes: Uint8Array | undefined) => bytes?.map((byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte));
    const forged = (grant: LinkGrant): LinkGrant => ({ ...grant, identityKeys: grant.identityKeys.map(({ link, ...key }) => ({ ...key, ...(link && { link: spoiled(link) ?? link }) })) });
    const { joiner } = await granted(forged, renewed);
    expect([endOf(joiner), kindsOf(joiner)]).toEqual(['refused', ['digits', 'agreed', 'ended']]);
    const other = await granted((grant) => grant, owner, 'somebody else’s');
    expect([endOf(other.joiner), kindsOf(other.joiner)]).toEqual(['refused', ['digits', 'agreed', 'ended']]);
  });

  it('A87: what was granted, private halves included, is wiped where it was opened', async () => {
    const wipe = vi.spyOn(owner.crypto, 'wipe');
    onTestFinished(() => wipe.mockRestore());
    const { linked } = await granted();
    const [opened] = wipe.mock.calls.flatMap(([bytes]) => (bytes.length > 4_000 ? [bytes] : []));
    expect([linked !== undefined, opened?.every((byte) => byte === 0)]).toEqual([true, true]);
  });

  it('S4-26: not the same, said at either side at any time before both said the same, gives nothing to anybody', () => {
    for (const who of ['host', 'joiner'] as const) {
      for (const before of [[], ['host'], ['joiner']] as const) {
        const { host, joiner } = compared();
        const sides = { host, joiner };
        for (const each of before) sides[each].on({ kind: 'confirm', same: true });
        sides[who].on({ kind: 'confirm', same: false });
        exchange(host, joiner);
        expect([endOf(host), endOf(joiner)], `${who} after ${before.join()}`).toEqual(['differ', 'differ']);
        expect(agreedOf(host)).toBeUndefined();
      }
    }
  });
});

describe('strangers', () => {
  it('A65: without the link, with another’s, or with a word from another channel, everybody sees the same refusal and nothing is shown', () => {
    const hash = channel();
    const tagOf = (link: Owner['link'], on: Uint8Array): Uint8Array => joinerRole(joinerParts(owner.crypto, link), on).said[0]?.payload ?? nothing;
    const hellos = [nothing, owner.crypto.random(32), owner.crypto.random(48), tagOf(stranger.link, hash), tagOf(owner.link, channel()), tagOf({ ...owner.link, peerId: stranger.link.peerId }, hash), tagOf({ ...owner.link, instanceId: stranger.link.instanceId }, hash)];
    for (const payload of hellos) {
      const host = hostRole(owner, hash);
      host.on({ kind: 'frame', frame: { kind: channelKinds.linkHello, payload } });
      expect([host.said, kindsOf(host), host.over]).toEqual([[refused], ['ended'], true]);
    }
  });

  it('A65: of channels opened side by side the new device shows its name and keys on one only', () => {
    const hash = channel();
    const [host, joiner] = [hostRole(owner, hash), joinerRole(joinerParts(owner.crypto, owner.link, { mayReveal: () => false }), hash)];
    exchange(host, joiner);
    expect([joiner.said.map(({ kind }) => kind), endOf(joiner), digitsOf(host)]).toEqual([[channelKinds.linkHello], 'refused', undefined]);
  });

  it('A65: whoever answers without the link learns nothing of the new device, its name and keys included', () => {
    const hash = channel();
    const answer = hostRole(owner, hash);
    answer.hear(joinerRole(joinerParts(owner.crypto, owner.link), hash).said);
    const good = answer.said[0]?.payload ?? nothing;
    const fakes = [nothing, owner.crypto.random(64), concat(good.subarray(0, 32), owner.crypto.random(32)), concat(owner.crypto.random(32), good.subarray(32))];
    for (const [on, payload] of [...fakes.map((fake) => [hash, fake] as const), [channel(), good] as const]) {
      const joiner = joinerRole(joinerParts(owner.crypto, owner.link), on);
      joiner.on({ kind: 'frame', frame: { kind: channelKinds.linkAnswer, payload } });
      expect([joiner.said.length, endOf(joiner)]).toEqual([1, 'refused']);
    }
  });

  it('A65: a second holder of the link gets the refusal of a stranger once one is being compared', () => {
    let taken = false;
    const mayCompare = (): boolean => !taken && (taken = true);
    const [first, second] = [channel(), channel()];
    const hosts = [hostRole(owner, first, { mayCompare }), hostRole(owner, second, { mayCompare })] as const;
    const joiners = [joinerRole(joinerParts(owner.crypto, owner.link), first), joinerRole(joinerParts(owner.crypto, owner.link), second)] as const;
    exchange(hosts[0], joiners[0]);
    exchange(hosts[1], joiners[1]);
    expect([digitsOf(hosts[0]), kindsOf(hosts[1]), endOf(joiners[1])]).toEqual([digitsOf(joiners[0]), ['ended'], 'refused']);
    expect(hosts[1].said.at(-1)).toEqual(refused);
  });
});

describe('somebody in between who holds the link', () => {
  it('A65: whatever is passed on between two channels, the digits differ, and unless the person at the existing device says otherwise nothing is given', () => {
    let equal = 0;
    for (let run = 0; run < 40; run += 1) {
      const [outer, inner] = [channel(), channel()];
      // A new device of the attacker's towards the existing one; towards the new one the pretended device of the link, or of a link of the attacker's own.
      const host = hostRole(owner, inner);
      const mallory = joinerRole(joinerParts(owner.crypto, owner.link), inner);
      exchange(host, mallory);
      const pretender = hostRole({ ...stranger, link: owner.link, local: { ...stranger.local, peerId: owner.local.peerId, instanceId: owner.local.instanceId } }, outer);
      const joiner = joinerRole(joinerParts(owner.crypto, owner.link), outer);
      exchange(pretender, joiner);
      expect([digitsOf(joiner), endOf(joiner)]).toEqual([undefined, 'refused']);
      const led = joinerRole(joinerParts(owner.crypto, stranger.link), outer);
      exchange(hostRole(stranger, outer), led);
      expect([digitsOf(led), digitsOf(host)]).toEqual([expect.stringMatching(/^\d{6}$/), expect.stringMatching(/^\d{6}$/)]);
      if (digitsOf(led) === digitsOf(host)) equal += 1;
      mallory.on({ kind: 'confirm', same: true });
      host.hear(mallory.said);
      host.on({ kind: 'confirm', same: false });
      expect(agreedOf(host)).toBeUndefined();
    }
    expect(equal).toBeLessThan(2); // one in a million each time
  });

  it('A65: frames of the one channel mean nothing on the other', async () => {
    const { host, joiner } = await granted();
    const replay = (said: readonly ChannelFrame[], upTo: number) => {
      const on = channel();
      const again = hostRole(owner, on);
      again.hear(joinerRole(joinerParts(owner.crypto, owner.link), on).said);
      for (const frame of said.slice(1, upTo)) again.on({ kind: 'frame', frame });
      again.on({ kind: 'confirm', same: true });
      return again;
    };
    // Keys somebody else showed, by their frame: digits of another channel, and a consent that is of use only with those keys.
    expect(digitsOf(replay(joiner.said, 2))).not.toBe(digitsOf(host));
    const parts = joinerParts(owner.crypto, owner.link);
    for (let frames = 1; frames <= host.said.length; frames += 1) {
      const on = channel();
      const again = joinerRole(parts, on);
      const live = hostRole(owner, on);
      live.hear(again.said);
      again.hear(live.said);
      live.hear(again.said);
      // From some frame on the recorded ones take the place of the live ones.
      const mixed = [...live.said.slice(0, frames - 1), ...host.said.slice(frames - 1)];
      again.on({ kind: 'confirm', same: true });
      again.hear(mixed);
      expect(kindsOf(again), `recorded from ${frames}`).not.toContain('granted');
      expect(again.over, `recorded from ${frames}`).toBe(true);
    }
  });
});

describe('an existing device that lies', () => {
  /** The new device has shown its keys; `answer` makes the last frame before the digits. */
  function lied(answer: (keys: Uint8Array, device: JoinerReveal, hash: Uint8Array) => Uint8Array): JoinerRole {
    const hash = channel();
    const [host, joiner] = [hostRole(owner, hash), joinerRole(joinerParts(owner.crypto, owner.link), hash)];
    host.hear(joiner.said);
    joiner.hear(host.said);
    host.hear(joiner.said);
    const [, keys] = host.said;
    const device = parseJoinerReveal(joiner.said[1]?.payload ?? nothing);
    joiner.on({ kind: 'frame', frame: { kind: channelKinds.linkKeys, payload: answer(keys?.payload ?? nothing, device, hash) } });
    return joiner;
  }
  const signatureAt = (payload: Uint8Array): number => payload.length - 64;
  const revealOf = (keys: Uint8Array): HostReveal => ({ nonce: keys.slice(0, 32), peerId: owner.local.peerId, spkiHash: owner.local.identity.spkiHash, credentialHash: owner.local.instance.credential.hash });
  const signed = (of: Owner, hash: Uint8Array, reveal: HostReveal, device: JoinerReveal): Uint8Array => of.crypto.sign('device-link-keys', of.local.instance.signing.secret, linkKeysSigned(hash, reveal, device));

  it('is believed when it shows what it committed to, signed as the device it is', () => {
    expect(digitsOf(lied((keys, device, hash) => concat(keys.subarray(0, signatureAt(keys)), signed(owner, hash, revealOf(keys), device))))).toMatch(/^\d{6}$/);
  });

  it('A65: a nonce chosen once the new device’s was known, to steer the digits, is not the one it committed to', () => {
    const joiner = lied((keys, device, hash) => {
      const nonce = owner.crypto.random(32);
      return concat(nonce, keys.subarray(32, signatureAt(keys)), signed(owner, hash, { ...revealOf(keys), nonce }, device));
    });
    expect([kindsOf(joiner), endOf(joiner)]).toEqual([['ended'], 'refused']);
  });

  it('A65: keys that the device of the link has not signed, for this channel and these keys of the new one, are refused', () => {
    const others = [
      (keys: Uint8Array, device: JoinerReveal, hash: Uint8Array) => signed(stranger, hash, revealOf(keys), device),
      (keys: Uint8Array, device: JoinerReveal) => signed(owner, channel(), revealOf(keys), device),
      (keys: Uint8Array, device: JoinerReveal, hash: Uint8Array) => signed(owner, hash, revealOf(keys), { ...device, kemKey: owner.crypto.random(device.kemKey.length) }),
    ];
    for (const other of others) {
      const joiner = lied((keys, device, hash) => concat(keys.subarray(0, signatureAt(keys)), other(keys, device, hash)));
      expect([kindsOf(joiner), endOf(joiner)]).toEqual([['ended'], 'refused']);
    }
  });

  it('A65: whoever holds the link and says truly who they are is not the person and device of the link', () => {
    const hash = channel();
    const pretender = hostRole({ ...stranger, link: owner.link }, hash);
    const joiner = joinerRole(joinerParts(owner.crypto, owner.link), hash);
    // The word that opens the talk names whom it is for: the pretender does without the one it was given.
    pretender.hear(joinerRole(joinerParts(owner.crypto, { ...owner.link, peerId: stranger.link.peerId, instanceId: stranger.link.instanceId }), hash).said);
    joiner.hear(pretender.said);
    expect(joiner.said).toHaveLength(2);
    pretender.hear(joiner.said);
    expect(digitsOf(pretender)).toMatch(/^\d{6}$/);
    joiner.hear(pretender.said);
    expect([kindsOf(joiner), endOf(joiner)]).toEqual([['ended'], 'refused']);
  });
});

describe('a new device that shows what cannot be let in', () => {
  it('A65: keys of a device that is listed already, a key nobody can seal to, a name that is none: no digits, the refusal of a stranger', () => {
    const keys = { signing: owner.crypto.generateSigning(), kem: owner.crypto.generateKem('instance-kem') };
    const good: JoinerReveal = { nonce: owner.crypto.random(32), signingKey: keys.signing.publicKey, kemKey: keys.kem.publicKey, deviceName: 'pocket' };
    const shown = (reveal: JoinerReveal): HostRole => {
      const hash = channel();
      const host = hostRole(owner, hash, { isName: (name) => name !== 'no name' });
      host.hear(joinerRole(joinerParts(owner.crypto, owner.link), hash).said);
      host.on({ kind: 'frame', frame: { kind: channelKinds.linkReveal, payload: encodeJoinerReveal(reveal) } });
      return host;
    };
    expect(digitsOf(shown(good))).toMatch(/^\d{6}$/);
    const bad: readonly JoinerReveal[] = [
      { ...good, signingKey: owner.local.instance.signing.publicKey },
      { ...good, kemKey: new Uint8Array(good.kemKey.length).fill(0xff) },
      { ...good, deviceName: 'no name' },
    ];
    for (const [at, reveal] of bad.entries()) {
      const host = shown(reveal);
      expect([kindsOf(host), endOf(host), host.said.at(-1)], `number ${at}`).toEqual([['ended'], 'refused', refused]);
    }
  });
});

describe('whoever is at the other end', () => {
  it('A65: every frame out of turn, and every layout that does not end where it must, ends it', () => {
    const kinds = Object.values(channelKinds);
    for (const at of [0, 1, 2, 3]) {
      for (const kind of kinds) {
        const hash = channel();
        const [host, joiner] = [hostRole(owner, hash), joinerRole(joinerParts(owner.crypto, owner.link), hash)];
        if (at > 0) host.hear(joiner.said);
        if (at > 1) joiner.hear(host.said);
        if (at > 2) host.hear(joiner.said);
        for (const frame of [{ kind, payload: nothing }, { kind, payload: owner.crypto.random(97) }]) {
          host.on({ kind: 'frame', frame });
          joiner.on({ kind: 'frame', frame });
        }
        expect([host.over, joiner.over, kindsOf(joiner).includes('granted'), agreedOf(host)], `${kind} at ${at}`).toEqual([true, true, false, undefined]);
      }
    }
  });

  it('A14: a device is let in only with the keys it showed, by its own consent to this very person, said once', () => {
    const { crypto } = owner;
    const { parts, host, joiner } = compared();
    const other = joinerParts(crypto, owner.link).keys;
    const consent = consentTo(crypto, owner.local.peerId, parts.keys.signing, parts.keys.kem.publicKey);
    const bad = [
      nothing,
      crypto.random(64),
      consentTo(crypto, stranger.local.peerId, parts.keys.signing, parts.keys.kem.publicKey),
      consentTo(crypto, owner.local.peerId, other.signing, other.kem.publicKey),
      consentTo(crypto, owner.local.peerId, parts.keys.signing, other.kem.publicKey),
      concat(consent, Uint8Array.of(0)),
    ];
    expect(digitsOf(host)).toBe(digitsOf(joiner));
    for (const said of bad) {
      const hash = channel();
      const again = hostRole(owner, hash);
      const of = joinerRole(parts, hash);
      exchange(again, of);
      again.on({ kind: 'confirm', same: true });
      again.on({ kind: 'frame', frame: { kind: channelKinds.linkConfirm, payload: concat(Uint8Array.of(1), said) } });
      expect([endOf(again), agreedOf(again)]).toEqual(['refused', undefined]);
    }
    // Twice is not once more.
    joiner.on({ kind: 'confirm', same: true });
    host.hear(joiner.said);
    host.on({ kind: 'frame', frame: { kind: channelKinds.linkConfirm, payload: concat(Uint8Array.of(1), consent) } });
    host.on({ kind: 'confirm', same: true });
    expect([endOf(host), agreedOf(host)]).toEqual(['refused', undefined]);
  });

  it('A65: the new device takes nothing before the person at it said the same, whatever the other side sends', async () => {
    const { host, joiner, hash } = compared();
    host.on({ kind: 'confirm', same: true });
    joiner.hear(host.said);
    const device = agreedOf((await granted()).host);
    if (!device) throw new Error('not agreed');
    for (const frame of await issue(owner, device, hash)) joiner.on({ kind: 'frame', frame });
    expect([endOf(joiner), kindsOf(joiner)]).toEqual(['refused', ['digits', 'ended']]);
  });

  it('S4-12: a grant of anything but exactly what was compared is refused, and one that would not open', async () => {
    const { crypto, record } = owner;
    const [exchangeKey] = record.exchanges;
    const [foreignExchange] = stranger.record.exchanges;
    const [key] = record.identityKeys;
    if (!exchangeKey || !foreignExchange || !key) throw new Error('no keys');
    const spoiled: Readonly<Record<string, (grant: LinkGrant) => LinkGrant>> = {
      'another person’s identity': (grant) => ({ ...grant, identityKeys: stranger.record.identityKeys }),
      'no identity': (grant) => ({ ...grant, identityKeys: [] }),
      'no identity key in use': (grant) => ({ ...grant, identityKeys: grant.identityKeys.map((key) => ({ ...key, retiredAt: testNow })) }),
      'another exchange key': (grant) => ({ ...grant, exchanges: [foreignExchange] }),
      'an exchange key without its private half': (grant) => ({ ...grant, exchanges: [{ ...exchangeKey, kemSecret: crypto.random(32) }] }),
      'no exchange key': (grant) => ({ ...grant, exchanges: [] }),
      'the list from before': (grant) => ({ ...grant, instanceList: record.instanceList }),
      'the list of another': (grant) => ({ ...grant, instanceList: stranger.record.instanceList }),
      'the credential of the existing device': (grant) => ({ ...grant, credential: record.instance.credential }),
      'another recovery key': (grant) => ({ ...grant, recoveryKey: crypto.random(32) }),
      'no existing device': (grant) => ({ ...grant, devices: [] }),
      'a device the list does not name': (grant) => ({ ...grant, devices: [...grant.devices, { credential: stranger.record.instance.credential, addresses: [] }] }),
      'an address that is none': (grant) => ({ ...grant, devices: grant.devices.map((each) => ({ ...each, addresses: [{ host: '192.0.2.9', port: 0 }] })) }),
    };
    for (const [what, change] of Object.entries(spoiled)) {
      const { joiner, linked } = await granted(change);
      expect([linked, endOf(joiner)], what).toEqual([undefined, 'refused']);
    }
  }, 30_000);

  it.each([
    ['the list from before', (grant: LinkGrant) => ({ ...grant, instanceList: owner.record.instanceList }), true],
    ['another name', (grant: LinkGrant) => ({ ...grant, credential: owner.record.instance.credential }), false],
  ] as const)('A88: of a grant that is refused, here for %s, no private half stays in memory', async (_, change, isMade) => {
    const { host, joiner, parts, hash } = compared();
    for (const each of [joiner, host]) each.on({ kind: 'confirm', same: true });
    exchange(host, joiner);
    const device = agreedOf(host);
    if (!device) throw new Error('not agreed');
    const frames = await issue(owner, device, hash, change);
    const wiped: string[] = [];
    const { wipe } = owner.crypto;
    const spy = vi.spyOn(owner.crypto, 'wipe').mockImplementation((bytes) => (wiped.push(Buffer.from(bytes).toString('hex')), wipe(bytes)));
    for (const frame of frames) joiner.on({ kind: 'frame', frame });
    spy.mockRestore();
    expect(endOf(joiner)).toBe('refused');
    const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
    expect(owner.record.exchanges.map(({ kemSecret }) => wiped.includes(hex(kemSecret)))).toEqual([true]);
    const { signing, kem } = parts.keys;
    expect([signing.secret, kem.secret].map(({ bytes }) => wiped.includes(hex(bytes)))).toEqual([isMade, isMade]);
  });
});
