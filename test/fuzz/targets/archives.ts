import { encodeKeyHistory } from '../../../electron/engine/certificates/key-history';
import { spanOfMessage } from '../../../electron/engine/dialog/message-layout';
import { toBase64 } from '../../../electron/engine/wire/encoding';
import { checkArchive } from '../../../electron/services/export/check';
import { archiveReport } from '../../../shared/model/search';
import { KeyshiftError } from '../../../shared/errors';
import { Forger } from '../../support/dialog-forge';
import { newPair } from '../../support/dialog-kit';
import { now } from '../../support/foundation-kit';
import { laterOutcomeOf, type Target } from '../target';

/** An archive of a conversation from anywhere: refused, or a report that fits the contract and counts no header that nobody signed (A85). */
export async function archives(): Promise<Target> {
  const { crypto, alice, bob } = await newPair();
  const message = Buffer.from(new Forger(crypto, alice.person, bob.person).message(1, 'x'));
  const block = spanOfMessage(message)?.block;
  if (!block) throw new Error('no message');
  const header = toBase64(message.subarray(block.at, block.end));
  const signer = ({ person: { local } }: typeof alice) => ({
    signer: { peerId: local.peerId, certificate: toBase64(local.identity.der), credential: toBase64(local.instance.credential.bytes), ...(local.history && { history: toBase64(encodeKeyHistory(local.history)) }) },
  });
  const lines = [
    { format: 'keyshift-archive', version: 1, title: 'Plans', exportedAt: new Date(now).toISOString(), people: [alice, bob].map(({ person: { local } }, at) => ({ name: `${at}`, peerId: local.peerId })) },
    signer(alice),
    signer(bob),
    { header },
    { message: { text: 'x' } },
    { end: { messages: 1, headers: 1 } },
  ].map((line) => JSON.stringify(line));
  return {
    name: 'archive',
    effort: 4,
    seeds: [`${lines.join('\n')}\n`, [lines[0], lines[4], lines[5]].join('\n')].map((text) => Buffer.from(text)),
    run: (bytes) =>
      laterOutcomeOf([KeyshiftError], async () => {
        let at = 0;
        const report = archiveReport.parse(await checkArchive(crypto, { size: bytes.length, read: async (length) => bytes.slice(at, (at += length)), close: async () => undefined }));
        if (report.headers > (Buffer.from(bytes).includes(header) ? 1 : 0)) throw new Error('a header that nobody signed');
        return `${report.headers} true; ${report.faultKinds.map(({ fault }) => fault).join()}`;
      }),
  };
}
