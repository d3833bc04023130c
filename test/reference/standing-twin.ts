import sodium from 'libsodium-wrappers';
import { label, lp, sha256, u16, u64 } from './dialog-twin';

/** Start tokens and standings (protocol.md §4.6 and §7) written a second time from the paper alone. `await ready` of the dialog's twin first. */
export interface TwinStanding {
  readonly startToken: Buffer;
  readonly heardToken: Buffer;
  /** Encoded device list, or nothing. */
  readonly list: Buffer;
  readonly streams: readonly { dialogId: Buffer; cumulative: number; highest: number; control: number; digest: Buffer; failed: boolean }[];
  readonly last: boolean;
}

/** `signingKey`: libsodium's 64-byte Ed25519 secret key of the device. */
export function startToken(time: number, signingKey: Uint8Array): Buffer {
  const signature = sodium.crypto_sign_detached(Buffer.concat([label('start-token'), u64(time)]), signingKey);
  return Buffer.concat([u64(time), sha256(signature).subarray(0, 8)]);
}

export function standing({ startToken: own, heardToken, list, streams, last }: TwinStanding): Buffer {
  const rows = streams.map((each) => Buffer.concat([each.dialogId, u64(each.cumulative), u64(each.highest), u64(each.control), each.digest, Buffer.of(Number(each.failed))]));
  return Buffer.concat([own, heardToken, lp(list), u16(streams.length), ...rows, Buffer.of(Number(last))]);
}
