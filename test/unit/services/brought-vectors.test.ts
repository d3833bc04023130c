import { beforeAll, describe, expect, it } from 'vitest';
import { parseDeviceLink } from '../../../electron/engine/identity/device-link';
import { parseRecoveryCode } from '../../../electron/engine/identity/recovery-code';
import { type AuthorityCertificate, parseAuthorityCertificate, signatureMemory } from '../../../electron/engine/certificates/x509/authority-certificate';
import { AuthorityPool } from '../../../electron/engine/certificates/x509/authority-pool';
import { isListOf, parseRevocationList, type RevocationList } from '../../../electron/engine/certificates/x509/revocation-list';
import type { Crypto } from '../../../electron/engine/crypto/crypto';
import { parseEnvelopeFile } from '../../../electron/engine/dialog/envelope-file';
import { fromHex } from '../../../electron/engine/wire/encoding';
import { WireError } from '../../../electron/engine/wire/wire-error';
import { readRegistration } from '../../../electron/network/mailbox/registration-text';
import { authoritiesService } from '../../../electron/services/authorities-service';
import { endorsementsService } from '../../../electron/services/endorsements-service';
import { acceptInvitation } from '../../../electron/services/invitations';
import { importKey } from '../../../electron/services/key-import';
import { OwnMailbox } from '../../../electron/services/ways/own-mailbox';
import { KeyshiftError } from '../../../shared/errors';
import { broughtVectors } from '../../second/brought-vectors.mjs';
import { inFull, judges } from '../../second/vectors-brought.mjs';
import { realCrypto } from '../../support/foundation-kit';
import { seeded, seededRandom } from '../../support/seeded';
import vectors from '../../vectors/brought.json';
import certificates from '../../vectors/certificates.json';
import identity from '../../vectors/identity.json';
import organisations from '../../vectors/organisations.json';
import ways from '../../vectors/ways.json';

// The calls a person's text or file comes to, as far as they refuse it: what they would change is not carried out.
type Judge = (text: string, to: string) => unknown;
type Kind = 'invitation' | 'deviceLink' | 'key' | 'recovery' | 'authority' | 'endorsement' | 'revocations' | 'registration' | 'envelopes';

class Taken extends Error {}
const take = (): never => {
  throw new Taken();
};
const clockAt = (now: number) => ({ now: () => now });
const named = <T>(all: Readonly<Record<string, T>>, name: string): T => {
  const found = all[name];
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};

/** Of the error that `work` ends in; null where it was taken. */
async function codeOf(work: () => unknown): Promise<string | null> {
  try {
    await work();
  } catch (error) {
    if (error instanceof KeyshiftError) return error.code;
    if (!(error instanceof Taken)) throw error;
  }
  return null;
}

function personParts(crypto: Crypto, to: string) {
  const { peerId, now, ...rest } = named<{ peerId: string; now: number; contacts?: readonly { peerId: string; relation: string; spkiHash?: string; ended?: boolean; blocked?: boolean }[] }>(vectors.persons, to);
  const known = (who: string) => rest.contacts?.find((one) => one.peerId === who);
  const contact = (who: string) => {
    const one = known(who);
    return one && { contactId: 'c', createdAt: 0, peerId: who, relation: one.relation, blocked: one.blocked === true, ...(one.ended === true && { ended: 'contact.ended' }) };
  };
  const pin = (who: string) => {
    const hash = known(who)?.spkiHash;
    return hash === undefined ? undefined : { record: { pinnedSpkiHash: fromHex(hash) } };
  };
  const profile = { local: { peerId }, stores: { contacts: { byPeer: contact } }, book: { find: pin }, rekeying: { cardCame: () => undefined }, commit: take };
  return { crypto, clock: clockAt(now), random: seededRandom(17), events: {}, profile: () => profile } as never;
}

function organiserParts(crypto: Crypto, to: string) {
  const { now, authorities, lists } = named<{ now: number; authorities: readonly string[]; lists: readonly string[] }>(vectors.organisers, to);
  const known = authorities.map((name) => parseAuthorityCertificate(crypto, fromHex(named(organisations.authorities, name))));
  const all = lists.map((name) => parseRevocationList(fromHex(named(organisations.lists, name))));
  const ofOne = (certificate: AuthorityCertificate): RevocationList | undefined => all.find((list) => isListOf(crypto, list, certificate));
  const pool = new AuthorityPool(crypto, signatureMemory(), known, known.flatMap((of) => all.filter((list) => isListOf(crypto, list, of)).map((list) => ({ of, list }))));
  const vouching = { known: known.map((certificate) => ({ row: { authorityId: certificate.fingerprint }, certificate, list: ofOne(certificate) })), pool };
  const local = { peerId: vectors.peerId, identity: { spki: fromHex(vectors.spki) }, endorsements: { get all() { return take(); } } };
  const profile = { local, vouching, commit: take };
  return { crypto, clock: clockAt(now), profile: () => profile, inTurn: (work: () => unknown) => work() } as never;
}

async function register(text: string, to: string): Promise<unknown> {
  const { now, deviceKey } = named(vectors.registrants, to);
  const row = { instanceId: 'i', seed: new Uint8Array(1) };
  const mailbox = { read: readRegistration, deviceKey: () => deviceKey };
  return new OwnMailbox({ clock: clockAt(now), mailbox, store: { ownMailbox: () => row }, commit: take, ownInstance: 'i' } as never).register(text);
}

function productOf(crypto: Crypto): Readonly<Record<Kind, Judge>> {
  const people = new Map(Object.keys(vectors.persons).map((to) => [to, personParts(crypto, to)]));
  const organisers = new Map(Object.keys(vectors.organisers).map((to) => [to, organiserParts(crypto, to)]));
  const partsOf = (to: string) => people.get(to) as never;
  const doors = (to: string) => organisers.get(to) as never;
  const nowOf = (to: string) => named<{ now: number }>(vectors.persons, to).now;
  return {
    invitation: (text, to) => acceptInvitation(partsOf(to), text),
    deviceLink: (text, to) => parseDeviceLink(crypto, text, nowOf(to)),
    key: (text, to) => importKey(partsOf(to), text),
    recovery: (text) => {
      const { publicKey } = crypto.signingFromSeed(parseRecoveryCode(crypto, text));
      if (!crypto.equal(crypto.sha256(publicKey), fromHex(vectors.recoveryHash))) throw new KeyshiftError('recovery.wrong-code', '');
    },
    authority: (text, to) => authoritiesService(doors(to)).import({ text }),
    endorsement: (text, to) => endorsementsService(doors(to)).importEndorsement({ text }),
    revocations: (text, to) => authoritiesService(doors(to)).importRevocations({ text }),
    registration: register,
    envelopes: (text) => {
      try {
        parseEnvelopeFile(crypto, fromHex(text));
      } catch (error) {
        if (error instanceof WireError) throw new KeyshiftError('envelopes.garbled', '');
        throw error;
      }
    },
  };
}

const kinds: readonly Kind[] = ['invitation', 'deviceLink', 'key', 'recovery', 'authority', 'endorsement', 'revocations', 'registration', 'envelopes'];
const casesOf = (kind: Kind): readonly { name: string; to: string; text: string; code: string | null }[] => vectors[kind];
const pieces: Readonly<Record<string, string>> = vectors.pieces;

describe('the vectors of what a person brings', () => {
  let product: ReturnType<typeof productOf>;
  const second: Readonly<Record<string, Judge>> = judges(vectors, organisations);
  beforeAll(async () => {
    product = productOf(await realCrypto());
  });

  it('a second hand writes exactly what is written down', () => {
    expect(broughtVectors(identity, certificates, organisations, ways)).toEqual(vectors);
  });

  it.each(kinds)('S5-04 S5-23 A80: %s: taken, or told by the code that is written down', async (kind) => {
    expect(casesOf(kind).length).toBeGreaterThanOrEqual(10);
    for (const { name, to, text, code } of casesOf(kind)) expect([name, to, await codeOf(() => product[kind](inFull(text, pieces), to))]).toEqual([name, to, code]);
  });

  it('S5-04 S5-23 A80: changed anywhere, put together anyhow and brought to anybody, both give the same code', async () => {
    const random = seeded(17);
    const below = (count: number): number => Math.floor(random() * count);
    const one = <T>(all: readonly T[]): T => all[below(all.length)] as T;
    const answers = Object.fromEntries(kinds.map((kind) => [kind, new Set<string>()])) as Record<Kind, Set<string>>; // one for each
    for (const kind of kinds) {
      const all = casesOf(kind);
      // Every other one begins as something good: of what is bad in itself hardly any change makes a good one.
      const good = all.filter(({ code }) => code === null);
      const count = kind === 'key' || kind === 'endorsement' || kind === 'authority' ? 24 : 60;
      for (let round = 0; round < count; round += 1) {
        const { text, to } = one(round % 2 === 0 ? good : all);
        const somebody = one(all).to;
        const whole = kind === 'envelopes' ? text : inFull(text, pieces);
        const brought = changed(whole, kind === 'envelopes', below, () => inFull(one(all).text, pieces));
        const who = below(2) === 0 ? to : somebody;
        const code = await codeOf(() => product[kind](brought, who));
        expect([kind, who, brought, second[kind]?.(brought, who) ?? null]).toEqual([kind, who, brought, code]);
        answers[kind].add(code ?? 'taken');
      }
    }
    // Neither side has only ever said no: each kind was taken, and each was refused.
    for (const kind of kinds) {
      expect(answers[kind], kind).toContain('taken');
      expect(answers[kind].size, kind).toBeGreaterThan(1);
    }
    expect(new Set(kinds.flatMap((kind) => [...answers[kind]])).size).toBeGreaterThan(16);
  });
});

/** One of: as it is, a character changed, taken away, doubled, a part cut out, blanks put in, another one behind it, words around it. */
function changed(text: string, isHex: boolean, below: (count: number) => number, another: () => string): string {
  const at = below(text.length + 1);
  if (isHex) return [text, `${text.slice(0, at & ~1)}${['00', '7f', 'ff'][below(3)]}${text.slice((at & ~1) + 2)}`, text.slice(0, at & ~1), text + text.slice(at & ~1)][below(4)] ?? text;
  const letter = 'AZaz09-_+/= \n<>'.charAt(below(15));
  const ways = [
    () => text,
    () => text.slice(0, at) + letter + text.slice(at + 1),
    () => text.slice(0, at) + text.slice(at + 1),
    () => text.slice(0, at) + letter + text.slice(at),
    () => text.slice(0, at),
    () => text.slice(0, at) + text.slice(Math.min(text.length, at + below(60))),
    () => `${text.slice(0, at)}${['\n', ' ', '\u200b', '\u00ad', '\r\n'][below(5)]}${text.slice(at)}`,
    () => `${text}\n${another()}`,
    () => `Hello, ${text} and so on`,
    () => (below(2) === 0 ? text.toLowerCase() : text.toUpperCase()),
    () => `<${text}>`,
  ];
  return (ways[below(ways.length)] ?? ways[0])?.() ?? text;
}
