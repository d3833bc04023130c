import type { NewDevice } from '../../engine/certificates/admission';
import { kemLengths } from '../../engine/crypto/xwing';
import { Reader } from '../../engine/wire/reader';
import { WireError } from '../../engine/wire/wire-error';
import { Writer } from '../../engine/wire/writer';

const requestIdBytes = 16;
const maxNameBytes = 128;
const maxCredential = 3 * 1024;
const maxList = 4 * 1024;
const outcomes = ['done', 'not-here', 'too-many', 'refused', 'unanswered'] as const;
export type IssueRefusal = Exclude<(typeof outcomes)[number], 'done'>;

/** Word `issue` (protocol.md §10.2): sign for this device, which consented and was compared. */
export interface IssueRequest {
  /** 16 random bytes. */
  readonly requestId: Uint8Array;
  readonly device: Omit<NewDevice, 'instead'>;
  /** In place of the device that asks. */
  readonly instead: boolean;
}

/** Word `issued`. */
export type IssueAnswer = { readonly requestId: Uint8Array } & (
  | { readonly outcome: 'done'; readonly credential: Uint8Array; readonly list: Uint8Array }
  | { readonly outcome: IssueRefusal }
);

/** request[16] ‖ signing key[32] ‖ KEM key[1216] ‖ consent[64] ‖ device name LP ‖ nothing, or u8 1. */
export function encodeIssueRequest({ requestId, device: { signingKey, kemKey, consent, deviceName }, instead }: IssueRequest): Uint8Array {
  const writer = new Writer(1500).fixed(requestId).fixed(signingKey).fixed(kemKey).fixed(consent).text(deviceName);
  return (instead ? writer.u8(1) : writer).finish();
}

/** Copies. Throws `WireError`. */
export function parseIssueRequest(bytes: Uint8Array): IssueRequest {
  const reader = new Reader(bytes);
  const requestId = reader.fixed(requestIdBytes).slice();
  const device = { signingKey: reader.fixed(32).slice(), kemKey: reader.fixed(kemLengths.publicKey).slice(), consent: reader.fixed(64).slice(), deviceName: reader.text(maxNameBytes) };
  const instead = reader.remaining > 0;
  if (instead && reader.u8() !== 1) throw new WireError('neither for itself nor for another');
  reader.end();
  return { requestId, device, instead };
}

/** request[16] ‖ u8 (0 done, 1 not here, 2 too many devices, 3 refused by the person there, 4 answered by nobody) ‖ with 0: credential LP ‖ list LP. */
export function encodeIssueAnswer(answer: IssueAnswer): Uint8Array {
  const writer = new Writer(4096).fixed(answer.requestId).u8(outcomes.indexOf(answer.outcome));
  return (answer.outcome === 'done' ? writer.lp(answer.credential).lp(answer.list) : writer).finish();
}

/** Copies. Throws `WireError`. */
export function parseIssueAnswer(bytes: Uint8Array): IssueAnswer {
  const reader = new Reader(bytes);
  const requestId = reader.fixed(requestIdBytes).slice();
  const outcome = outcomes[reader.u8()];
  if (outcome === undefined) throw new WireError('no such answer');
  const answer: IssueAnswer = outcome === 'done' ? { requestId, outcome, credential: reader.lp(maxCredential).slice(), list: reader.lp(maxList).slice() } : { requestId, outcome };
  reader.end();
  return answer;
}

/** Word `withdrawn`: linking was called off, and nobody has to allow this device any more. */
export interface Withdrawal {
  readonly requestId: Uint8Array;
  readonly signingKey: Uint8Array;
}

/** request[16] ‖ signing key[32]. */
export function encodeWithdrawal({ requestId, signingKey }: Withdrawal): Uint8Array {
  return new Writer(48).fixed(requestId).fixed(signingKey).finish();
}

/** Copies. Throws `WireError`. */
export function parseWithdrawal(bytes: Uint8Array): Withdrawal {
  const reader = new Reader(bytes);
  const [requestId, signingKey] = [reader.fixed(requestIdBytes).slice(), reader.fixed(32).slice()];
  reader.end();
  return { requestId, signingKey };
}
