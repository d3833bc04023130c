import sodium from 'libsodium-wrappers';
import { envelopeFile, makeDeposit } from './deposit-twin';

/** What cannot be counted up: a chain needs an RSA signature. Made once by test/vectors/generate-deposit.ts. */
export interface DepositSender {
  readonly chain: string;
  readonly peerId: string;
  readonly signingSeed: string;
  /** When the chain is in force, Unix milliseconds. */
  readonly now: number;
}

/**
 * The values of test/vectors/deposit.json, computed by the twin alone: the chain as given, everything else plain
 * counting bytes. `await ready` of the dialog's twin first.
 */
export function depositVectors(sender: DepositSender) {
  const counting = (start: number, length: number): Buffer => Buffer.from(Array.from({ length }, (_, at) => (start + at) & 0xff));
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  const signing = sodium.crypto_sign_seed_keypair(Buffer.from(sender.signingSeed, 'hex'));
  const exchangeSecret = counting(0x21, 32);
  const exchange = sodium.crypto_kem_xwing_seed_keypair(exchangeSecret);
  const recipient = { peerId: counting(0x01, 32), credentialHash: counting(0x41, 32) };
  const common = { chain: Buffer.from(sender.chain, 'hex'), signingKey: signing.privateKey, recipient, recipientKem: exchange.publicKey };
  const cases = [
    { message: counting(0x00, 700), contentKey: counting(0x61, 32), coins: counting(0x81, 64) },
    { message: counting(0x55, 1_900), contentKey: counting(0x71, 32), coins: counting(0x91, 64) },
  ].map((each) => ({ each, made: makeDeposit({ ...common, ...each }) }));
  return {
    sender,
    recipient: { peerId: hex(recipient.peerId), credentialHash: hex(recipient.credentialHash), exchangeSecret: hex(exchangeSecret) },
    deposits: cases.map(({ each, made }) => ({
      message: hex(each.message),
      contentKey: hex(each.contentKey),
      encapsulationCoins: hex(each.coins),
      selector: hex(made.selector),
      statementLength: made.statement.length,
      signature: hex(made.signature),
      deposit: hex(made.deposit),
    })),
    fileHash: hex(envelopeFile(cases.map(({ made }) => made.deposit)).subarray(-32)),
  };
}
