import { encodeExchanges, encodeOwnState, encodeOwnUpdate, maxUpdateBytes, type OwnState, type OwnUpdate, parseExchanges, parseOwnState, parseOwnUpdate } from '../../../electron/engine/certificates/own-update';
import { isInForce, issueSuspension, parseSuspension } from '../../../electron/engine/certificates/suspension';
import { moveIdBytes, packKeys, withKeys } from '../../../electron/engine/key-files/certifier-move';
import { WireError } from '../../../electron/engine/wire/wire-error';
import { encodeIssueAnswer, encodeIssueRequest, encodeWithdrawal, type IssueAnswer, type IssueRequest, parseIssueAnswer, parseIssueRequest, parseWithdrawal } from '../../../electron/services/devices/issue-words';
import { encodePersonSettings, parsePersonSettings } from '../../../electron/services/devices/person-settings';
import { type DevicePlace, encodePlaces, parsePlaces } from '../../../electron/services/devices/places';
import { encodeWord, WordReader } from '../../../electron/services/devices/upkeep-words';
import { KeyshiftError } from '../../../shared/errors';
import { now, realCrypto } from '../../support/foundation-kit';
import { newDevices, personOf } from '../../support/two-devices';
import { assertSame, inRow, layoutTarget, outcomeOf, rowOf, type Target } from '../target';

const counting = (first: number, length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (first + at) & 255);

/** What devices of one person say to be in step, and the word of one that another is stopped (§10.2; A61, A62). */
export async function upkeep(): Promise<Target[]> {
  const crypto = await realCrypto();
  const [record, second] = await newDevices(crypto, 'Ann', now);
  const { local } = personOf(crypto, record, now);
  const other = personOf(crypto, second, now).local;
  const exchanges = record.exchanges.map(({ credential, kemSecret }) => ({ credential, kemSecret }));
  const update: OwnUpdate = {
    keys: record.identityKeys.map(({ epoch, certificate, createdAt }) => ({ epoch, certificate, createdAt })),
    list: record.instanceList,
    credentials: [record.instance.credential, second.instance.credential],
    recoveryKey: counting(1, 32),
  };
  const state: OwnState = { epoch: 1, spkiHash: local.identity.spkiHash, certificate: counting(2, 32), listVersion: 2, listHash: counting(3, 32), isComplete: true, exchanges: [counting(4, 32)] };
  const statement = issueSuspension(crypto, { suspended: local.instanceId, list: other.list, credential: other.instance.credential, signing: other.instance.signing, time: now }).bytes;
  const request: IssueRequest = { requestId: counting(5, 16), device: { signingKey: counting(6, 32), kemKey: counting(7, 1_216), consent: counting(8, 64), deviceName: 'pocket' }, instead: true };
  const answers: readonly IssueAnswer[] = [{ requestId: counting(5, 16), outcome: 'done', credential: second.instance.credential, list: record.instanceList }, { requestId: counting(5, 16), outcome: 'too-many' }];
  const places: readonly DevicePlace[] = [{ instanceId: local.instanceId, cardTime: now, addresses: [{ host: '192.0.2.1', port: 1 }, { host: 'a.example', port: 65_535 }] }];
  const transferKey = (): ReturnType<typeof crypto.secret<'content'>> => crypto.secret('content', counting(9, 32));
  const moveId = counting(10, moveIdBytes);
  return [
    parts(),
    layoutTarget({ name: 'upkeep-state', seeds: [encodeOwnState(state)], parse: parseOwnState, encode: encodeOwnState, promised: [KeyshiftError] }),
    layoutTarget({ name: 'upkeep-update', seeds: [encodeOwnUpdate(update)], parse: parseOwnUpdate, encode: encodeOwnUpdate, promised: [KeyshiftError] }),
    layoutTarget({ name: 'upkeep-exchanges', seeds: [encodeExchanges(exchanges)], parse: parseExchanges, encode: encodeExchanges, promised: [KeyshiftError] }),
    layoutTarget({ name: 'upkeep-places', seeds: [encodePlaces(places)], parse: parsePlaces, encode: encodePlaces }),
    layoutTarget({ name: 'upkeep-issue', seeds: [encodeIssueRequest(request), encodeIssueRequest({ ...request, instead: false })], parse: parseIssueRequest, encode: encodeIssueRequest }),
    layoutTarget({ name: 'upkeep-issued', seeds: answers.map(encodeIssueAnswer), parse: parseIssueAnswer, encode: encodeIssueAnswer, says: ({ outcome }) => outcome }),
    layoutTarget({ name: 'upkeep-withdrawn', seeds: [encodeWithdrawal({ requestId: counting(5, 16), signingKey: counting(6, 32) })], parse: parseWithdrawal, encode: encodeWithdrawal }),
    {
      name: 'suspension from a device',
      seeds: [statement],
      run: (bytes) =>
        outcomeOf([KeyshiftError], () => {
          const said = parseSuspension(crypto, bytes);
          assertSame(said.bytes, bytes, 'a suspension');
          const counts = isInForce(crypto, said, { identity: other.identity, list: other.list, isSuspended: () => false });
          if (counts && Buffer.compare(bytes, statement) !== 0) throw new Error('what that device did not say stops another');
          return counts ? 'counts' : 'does not count';
        }),
    },
    {
      name: 'person-settings',
      seeds: [encodePersonSettings({ keepCheck: false, rotateIdentityDays: 90, readReceipts: false, typing: true }), Buffer.from('{"keepCheck":1,"later":[]}')],
      run: (bytes) => Object.keys(parsePersonSettings(bytes)).join(' ') || 'nothing',
    },
    {
      name: 'certifier-move',
      costly: true,
      seeds: [packKeys(record)],
      run: (bytes) =>
        outcomeOf([KeyshiftError, WireError], () => {
          const key = transferKey();
          const without = { ...record, identityKeys: record.identityKeys.map(({ privateKey: _gone, ...rest }) => rest) };
          const taken = withKeys(crypto, without, crypto.seal('certifier-move', key, undefined, moveId, bytes), moveId, key);
          key.wipe();
          const own = record.identityKeys[0]?.privateKey;
          if (taken && (own === undefined || taken.identityKeys.some(({ privateKey }) => privateKey === undefined))) throw new Error('a key that is none was taken');
          return taken ? 'taken' : 'nothing';
        }),
    },
  ];
}

/** Parts of words, as one session brings them. */
function parts(): Target {
  const said = [...encodeWord('places', new Uint8Array(20)), ...encodeWord('update', new Uint8Array(65_000).fill(1))];
  return {
    name: 'upkeep-parts',
    seeds: [rowOf(said.map((body) => ({ head: 1, body }))), rowOf([{ head: 200, body: Uint8Array.of(1, 3) }])],
    run: (bytes) =>
      outcomeOf([WireError], () => {
        const reader = new WordReader();
        const words: string[] = [];
        let brought = 0;
        // The head says how often the part comes, so that a cap is reached, or shown not to be there.
        for (const { head, body } of inRow(bytes)) {
          for (let times = head > 127 ? head - 127 : 1; times > 0; times -= 1) {
            const word = reader.take(body);
            brought = word ? 0 : brought + body.length;
            if (brought > 2 * maxUpdateBytes) throw new Error('more is kept than a word may have');
            if (word) words.push(word.word ?? 'later');
          }
        }
        return words.slice(0, 3).join(' ') || 'none whole';
      }),
  };
}
