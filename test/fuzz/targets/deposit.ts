import { encodeChain } from '../../../electron/engine/certificates/chain';
import { pad } from '../../../electron/engine/crypto/padding';
import { sealSigned, selectorOf } from '../../../electron/engine/crypto/sealed-envelope';
import { encodeEnvelopeFile, parseEnvelopeFile } from '../../../electron/engine/dialog/envelope-file';
import { peerIdToBytes } from '../../../electron/engine/wire/ids';
import { WireError } from '../../../electron/engine/wire/wire-error';
import { concat, lp } from '../../../electron/engine/wire/writer';
import { depositsFor, take } from '../../support/deposit-kit';
import { type Device, newPair } from '../../support/dialog-kit';
import { assertSame, outcomeOf, type Target } from '../target';

function untouched(device: Device): () => void {
  const before = device.snapshot();
  return () => {
    if (device.snapshot() !== before) throw new Error('a refused deposit changed a row');
    if (device.sink.events.length > 0) throw new Error('a refused deposit was told to somebody');
  };
}

/** What a contact signed and this device refused for its key is counted for the person to see, up to 1,024 of a stream; and nothing else. */
function counted(device: Device): () => void {
  const table = 'refused_messages';
  const before = device.snapshot([table]);
  return () => {
    if (device.snapshot([table]) !== before) throw new Error('a refused statement changed a row');
    const other = device.sink.events.find(({ type }) => type !== 'problem');
    if (other) throw new Error(`a refused statement was told as ${other.type}`);
    const { count } = device.db.prepare(`SELECT count(*) AS count FROM ${table}`).get() ?? {};
    // One stream of a dialog that is known, and one of those that are not.
    if (Number(count) > 2 * 1024) throw new Error('refused statements fill the database');
  };
}

/** Whole deposits of a contact: whatever is changed, nothing opens (A05). */
export async function deposits(): Promise<Target> {
  const { alice, bob } = await newPair();
  alice.engine.open(bob.peerId, { title: 'x' });
  const seeds = depositsFor(alice, bob);
  return {
    name: 'deposit',
    seeds,
    run(bytes) {
      if (seeds.some((seed) => Buffer.compare(seed, bytes) === 0)) return 'unchanged';
      const [outcome = ''] = take(bob, [bytes]);
      if (!outcome.startsWith('refused')) throw new Error(`a changed deposit was ${outcome}`);
      return outcome;
    },
    check: untouched(bob),
  };
}

/** What a contact seals and signs may be anything at all: refused, never a fault (S1-34, A02). */
export async function statements(): Promise<Target> {
  const { crypto, alice, bob } = await newPair();
  alice.engine.open(bob.peerId, { title: 'x' });
  const [message = new Uint8Array()] = alice.pending(bob);
  const { credential } = bob.person.local.exchange.current;
  const chain = encodeChain(alice.person.local.chain);
  const seed = concat(lp(chain), lp(message));
  return {
    name: 'deposit statement',
    costly: true,
    seeds: [seed, concat(lp(chain), lp(new Uint8Array(2_000)))],
    run(bytes) {
      if (Buffer.compare(seed, bytes) === 0) return 'unchanged';
      const envelope = sealSigned(crypto, 'deposit', {
        signing: alice.person.local.instance.signing.secret,
        recipientKem: credential.kemKey,
        recipientContext: concat(peerIdToBytes(bob.peerId), credential.hash),
        statement: pad(bytes),
      });
      const [outcome = ''] = take(bob, [concat(selectorOf(crypto, credential.hash, envelope), envelope)]);
      if (!/^(refused|rejected)/.test(outcome)) throw new Error(`a changed statement was ${outcome}`);
      return outcome;
    },
    check: counted(bob),
  };
}

/** What is read as a file of envelopes is written back to the same bytes (A01, A02). */
export async function envelopeFiles(): Promise<Target> {
  const { crypto } = await newPair();
  const whole = encodeEnvelopeFile(crypto, [new Uint8Array(40), new Uint8Array(7).fill(1)]);
  return {
    name: 'file of envelopes',
    // Without the hash, which is put behind whatever comes: beyond it the layout is what is tried.
    seeds: [whole.subarray(0, -32)],
    run: (bytes) =>
      outcomeOf([WireError], () => {
        const file = concat(bytes, crypto.sha256(bytes));
        const read = parseEnvelopeFile(crypto, file);
        assertSame(encodeEnvelopeFile(crypto, read), file, 'file of envelopes');
        return `${Math.min(read.length, 3)}`;
      }),
  };
}
