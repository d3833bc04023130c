import { createCard, parseCard, parseArmouredCard, armourCard } from '../../../electron/engine/certificates/card';
import { encodeChain, parseChain, verifyChain } from '../../../electron/engine/certificates/chain';
import { parseIdentityCertificate, parseIdentityCertificatePem } from '../../../electron/engine/certificates/identity-certificate';
import { parseInstanceList } from '../../../electron/engine/certificates/instance-list';
import { parseExchangeCredential, parseInstanceCredential } from '../../../electron/engine/certificates/credential';
import { issueSuspension, parseSuspension } from '../../../electron/engine/certificates/suspension';
import { encodeSuspensionsTold, readSuspensionsTold } from '../../../electron/engine/certificates/suspensions-told';
import type { Crypto } from '../../../electron/engine/crypto/crypto';
import { encodeInvitation, parseInvitation } from '../../../electron/engine/identity/invitation-link';
import { instanceIdFromBytes, peerIdFromBytes } from '../../../electron/engine/wire/ids';
import { WireError } from '../../../electron/engine/wire/wire-error';
import { KeyshiftError } from '../../../shared/errors';
import { localPerson, now, realCrypto } from '../../support/foundation-kit';
import { assertSame, outcomeOf, type Target } from '../target';

const promised = [KeyshiftError];
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

/** Certificates, credentials, lists, chains and cards of strangers: refused as unacceptable, or exactly what was made (A46, A85). */
export async function certificates(): Promise<Target[]> {
  const crypto = await realCrypto();
  const { local } = await localPerson(crypto, 'Ann');
  const { identity, list, instance, exchange } = local.chain;
  const genuine = [identity.der, list.bytes, instance.bytes, exchange.bytes];
  const card = createCard(crypto, local, [{ host: '127.0.0.1', port: 4711 }], now);
  const suspension = issueSuspension(crypto, { suspended: instanceIdFromBytes(new Uint8Array(16).fill(9)), list, credential: instance, signing: local.instance.signing, time: now }).bytes;
  const full = createCard(crypto, local, [], now, 'contact', { mailboxes: [], suspensions: [suspension] });

  return [
    {
      name: 'certificate',
      seeds: [identity.der],
      run: (bytes) => outcomeOf(promised, () => (parseIdentityCertificate(crypto, bytes), onlyGenuine(bytes, genuine, 'certificate'))),
    },
    { name: 'certificate-pem', seeds: [Buffer.from(identity.pem())], run: (bytes) => outcomeOf(promised, () => (parseIdentityCertificatePem(crypto, text(bytes)), 'read')) },
    parsed('instance-list', list.bytes, (bytes) => parseInstanceList(crypto, bytes).bytes),
    parsed('instance-credential', instance.bytes, (bytes) => parseInstanceCredential(crypto, bytes).bytes),
    parsed('exchange-credential', exchange.bytes, (bytes) => parseExchangeCredential(crypto, bytes).bytes),
    {
      name: 'chain',
      seeds: [encodeChain(local.chain)],
      run: (bytes) =>
        outcomeOf(promised, () => {
          const chain = parseChain(crypto, bytes);
          assertSame(encodeChain(chain), bytes, 'a chain');
          verifyChain(crypto, chain, { now });
          return onlyGenuine(bytes, [encodeChain(local.chain)], 'chain');
        }),
    },
    // Its tail in reach of what is changed: only who signs could make another card, so nothing but the layout is judged.
    { name: 'card-suspensions', seeds: [encodeSuspensionsTold([suspension]), encodeSuspensionsTold([suspension, suspension])], run: (bytes) => outcomeOf([KeyshiftError, WireError], () => (assertSame(encodeSuspensionsTold(readSuspensionsTold(bytes)), bytes, 'what is told of devices'), 'read')) },
    parsed('suspension', suspension, (bytes) => parseSuspension(crypto, bytes).bytes),
    { name: 'card', seeds: [card, full], run: (bytes) => outcomeOf(promised, () => (parseCard(crypto, bytes, now), onlyGenuine(bytes, [card, full], 'card'))) },
    { name: 'card-text', seeds: [Buffer.from(armourCard(card))], run: (bytes) => outcomeOf(promised, () => (parseArmouredCard(crypto, text(bytes), now), 'read')) },
  ];
}

/** Links from anywhere: one of three codes, or a link that is written back to the same text. */
export function links(crypto: Crypto): Target {
  const invitation = {
    peerId: peerIdFromBytes(new Uint8Array(32).fill(1)),
    instanceId: instanceIdFromBytes(new Uint8Array(16).fill(2)),
    secret: new Uint8Array(16).fill(3),
    expiresAt: 1_800_000_000_000,
    addresses: [{ host: '127.0.0.1', port: 4711 }, { host: '::1', port: 1 }],
  };
  const link = encodeInvitation(crypto, invitation);
  return {
    name: 'invitation-link',
    seeds: [Buffer.from(link), Buffer.from(`<${link}>`), Buffer.from(link.slice(0, 60))],
    run: (bytes) =>
      outcomeOf(promised, () => {
        const read = parseInvitation(crypto, text(bytes));
        if (encodeInvitation(crypto, read) !== link) throw new Error('an altered link was read');
        return 'read';
      }),
  };
}

/** A parser that keeps the bytes it read: they are all of what came in. */
function parsed(name: string, seed: Uint8Array, parse: (bytes: Uint8Array) => Uint8Array): Target {
  return { name, seeds: [seed], run: (bytes) => outcomeOf(promised, () => (assertSame(parse(bytes), bytes, name), 'read')) };
}

/** What carries its own signature is accepted only as it was signed. */
function onlyGenuine(bytes: Uint8Array, genuine: readonly Uint8Array[], what: string): string {
  if (!genuine.some((each) => Buffer.compare(each, bytes) === 0)) throw new Error(`a changed ${what} was accepted`);
  return 'genuine';
}
