import type { Crypto } from '../../../electron/engine/crypto/crypto';
import { sealSigned } from '../../../electron/engine/crypto/sealed-envelope';
import { moves, readShownM1 } from '../../../electron/engine/session/shown-m1';
import { encodeLine, held, type LedgerLine, parseLine, reserve } from '../../../electron/engine/sharing/ledger';
import { openHint, sealHint } from '../../../electron/engine/sharing/owner-hint';
import { coverLine, uncoverLine } from '../../../electron/engine/sharing/repository-record';
import { openShared, sealShared } from '../../../electron/engine/sharing/session-state';
import { giveKeys, receiveKeys, sharingKey } from '../../../electron/engine/sharing/sharing-keys';
import { encodeRepositoryWord, parseRepositoryWord, type RepositoryWord } from '../../../electron/engine/sharing/repository-words';
import { encodeWord, type HandoverWord, parseWord } from '../../../electron/engine/sharing/words';
import { id16ToBytes, peerIdToBytes } from '../../../electron/engine/wire/ids';
import { concat, lp, Writer } from '../../../electron/engine/wire/writer';
import { dialFrom, entryOf, keeperOf, meetOnce } from '../../support/resume-kit';
import { dialler, newDevices, newParty, targetOf, verifiedChainOf } from '../../support/session-kit';
import { assertSame, layoutTarget, type Target } from '../target';

const counting = (first: number, length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (first + at) & 255);

/** Words of another own device, what a repository gives, and what a contact shows (§10.5; A60, A63, A68, A69). */
export async function handover(): Promise<Target[]> {
  const [carol, [desk, laptop]] = await Promise.all([newParty('Carol'), newDevices('Ada')]);
  const { crypto } = desk;
  const [person, pair] = [sharingKey(crypto, counting(1, 32), 2), sharingKey(crypto, counting(90, 32), 2)];
  const [atCarol, atDesk] = [keeperOf(carol, [desk, laptop]), keeperOf(desk, [carol])];
  meetOnce(atCarol, atDesk);
  const entry = entryOf(atDesk, carol);
  const { keyId } = entry;
  const hint = sealHint(crypto, person, keyId, desk.local.instanceId);
  atCarol.resumptions.hinted(keyId, hint);
  const m1 = dialler(carol, { ...targetOf(laptop), instanceId: laptop.local.instanceId, device: verifiedChainOf(laptop) }, [desk, laptop], { resumption: atCarol.resumptions.desk() }).start().next();
  const target = laptop.local.instance.credential;
  const body = sealShared(crypto, entry, [pair]);
  const line = held(desk.local.instanceId, entry.expiresAt, body);
  const lent = reserve(line, laptop.local.instanceId, 1);
  if (!('line' in lent)) throw new Error('it cannot be lent');
  const record = coverLine(crypto, person, keyId, lent.line);
  const given = giveKeys(crypto, desk.local.instance.signing.secret, { peerId: laptop.local.peerId, kemKey: target.kemKey, credentialHash: target.hash }, { person: [person], pair });
  const words: readonly HandoverWord[] = [
    { kind: 'hello', keys: [person.id, pair.id] },
    { kind: 'keys', sealed: given },
    { kind: 'ask', ask: 7, m1 },
    { kind: 'lent', ask: 7, generation: 1, body },
    { kind: 'take', ask: 8, keyId, generation: 1 },
    { kind: 'taken', ask: 8 },
    { kind: 'spare', ask: 9, keyId, generation: 2 },
    { kind: 'refused', ask: 9 },
  ];
  const name = new Uint8Array(16).fill(3);
  const repositoryWords: readonly RepositoryWord[] = [{ kind: 'read', ask: 1, name }, { kind: 'write', ask: 2, name, expected: 3, record }, { kind: 'found', ask: 1, revision: 4, record }, { kind: 'written', ask: 2, revision: 5 }, { kind: 'refused', ask: 3 }];
  return [
    layoutTarget<RepositoryWord>({ name: 'repository-words', seeds: repositoryWords.map(encodeRepositoryWord), parse: parseRepositoryWord, encode: encodeRepositoryWord, says: ({ kind }) => kind }),
    layoutTarget<HandoverWord>({ name: 'handover-words', seeds: words.map(encodeWord), parse: parseWord, encode: encodeWord, says: ({ kind }) => kind }),
    layoutTarget<LedgerLine>({ name: 'handover-line', seeds: [encodeLine(line), encodeLine(lent.line)], parse: parseLine, encode: encodeLine, says: ({ phase }) => phase }),
    {
      name: 'handover-hint',
      seeds: [hint],
      run: (bytes) => onlyThat(bytes, hint, openHint(crypto, [person, pair], keyId, bytes)?.owner === desk.local.instanceId, openHint(crypto, [person, pair], keyId, bytes)),
    },
    { name: 'handover-record', seeds: [record], run: (bytes) => onlyThat(bytes, record, true, uncoverLine(crypto, person, keyId, bytes)) },
    { name: 'handover-body', seeds: [body], run: (bytes) => openedBody(bytes, body, openShared(crypto, keyId, bytes, [pair])) },
    stateOf(crypto, keyId, pair, desk.local.instanceId),
    {
      name: 'handover-keys',
      costly: true,
      seeds: [statementOf([person.secret], pair.secret), statementOf([], pair.secret)],
      // What a device of one's own seals and signs may still be anything.
      run: (bytes) => {
        const to = { peerId: laptop.local.peerId, credentialHash: target.hash };
        const sealed = sealSigned(crypto, 'sharing-key', { signing: desk.local.instance.signing.secret, recipientKem: target.kemKey, recipientContext: concat(peerIdToBytes(to.peerId), to.credentialHash), statement: bytes });
        const got = receiveKeys(crypto, laptop.local.instance.kem, to, desk.local.instance.credential.signingKey, sealed);
        if (!got) return 'nothing';
        const writer = new Writer().u8(got.person.length);
        for (const { listVersion, secret } of got.person) writer.u64(listVersion).fixed(secret);
        assertSame(writer.u64(got.pair.listVersion).fixed(got.pair.secret).finish(), bytes, 'keys');
        return `${got.person.length} keys`;
      },
    },
    {
      name: 'handover-shown',
      seeds: [m1, dialFrom(atCarol, desk).side.next()],
      run: (bytes) => {
        const shown = readShownM1(bytes);
        if (!shown) return 'none';
        assertSame(shown.frame, bytes, 'an M1');
        const secret = crypto.secret('resumption', entry.secret.slice());
        const outcome = moves(crypto, entry, secret, shown, target.hash);
        secret.wipe();
        if ((outcome === 'yes') !== (Buffer.compare(bytes, m1) === 0)) throw new Error(`a changed M1 moves a session, or its own does not: ${outcome}`);
        return outcome;
      },
    },
  ];
}

/** A state sealed as it must be, whatever is in it: read, or nothing. */
function stateOf(crypto: Crypto, keyId: Uint8Array, pair: ReturnType<typeof sharingKey>, instanceId: Parameters<typeof id16ToBytes>[0]): Target {
  const position = concat(counting(0, 8).fill(0), counting(5, 32));
  const state = concat(Uint8Array.of(1), keyId, counting(2, 32), counting(3, 32), id16ToBytes(instanceId), counting(4, 32), counting(5, 32), new Uint8Array(16), position, position, lp(counting(6, 700)));
  const wrapKey = crypto.secret('sharing', crypto.hkdf(pair.secret, 'session-wrap', 32));
  const content = crypto.secret('content', counting(7, 32));
  const nonce = counting(8, 24);
  const wrap = concat(pair.id, crypto.seal('session-wrap', wrapKey, nonce, keyId, content.bytes));
  return {
    name: 'handover-state',
    seeds: [state],
    run: (bytes) => {
      const opened = openShared(crypto, keyId, concat(nonce, Uint8Array.of(1), wrap, crypto.seal('session-state', content, nonce, keyId, bytes)), [pair]);
      if (!opened) return 'nothing';
      if (Buffer.compare(opened.keyId, keyId) !== 0) throw new Error('the state of another session');
      return 'read';
    },
  };
}

function statementOf(persons: readonly Uint8Array[], pair: Uint8Array): Uint8Array {
  const writer = new Writer().u8(persons.length);
  for (const secret of persons) writer.u64(2).fixed(secret);
  return writer.u64(2).fixed(pair).finish();
}

function openedBody(bytes: Uint8Array, genuine: Uint8Array, opened: unknown): string {
  // A wrap for somebody else may be anything; what is for this one is not.
  if (opened !== undefined && !Buffer.from(bytes).subarray(0, 24).equals(Buffer.from(genuine.subarray(0, 24)))) throw new Error('a changed body was opened');
  return opened === undefined ? 'nothing' : 'opened';
}

function onlyThat(bytes: Uint8Array, genuine: Uint8Array, right: boolean, opened: unknown): string {
  if (opened === undefined) return 'nothing';
  if (Buffer.compare(bytes, genuine) !== 0 || !right) throw new Error('what nobody made was opened');
  return 'genuine';
}
