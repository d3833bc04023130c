/** What the facts of the common log hold (protocol.md §10.3, §10.4), laid out a second time, from the paper alone: one function for each kind. */
export const number = (value: number, bytes: number): Buffer => Buffer.from(value.toString(16).padStart(bytes * 2, '0'), 'hex');
export const lp = (bytes: Uint8Array | string): Buffer => {
  const content = Buffer.from(bytes);
  return Buffer.concat([number(content.length, 4), content]);
};
const u8 = (value: number): Buffer => number(value, 1);
const u32 = (value: number): Buffer => number(value, 4);
const u64 = (value: number): Buffer => number(value, 8);
const cat = (...parts: readonly Uint8Array[]): Buffer => Buffer.concat(parts);
const many = <T>(width: number, all: readonly T[], one: (each: T) => Uint8Array): Buffer => cat(number(all.length, width), ...all.map(one));
const optional = (part?: Uint8Array): Buffer => (part ? cat(u8(1), part) : u8(0));

export interface TwinPlace {
  readonly device: Uint8Array;
  readonly sequence: number;
}
export const place = ({ device, sequence }: TwinPlace): Buffer => cat(device, u64(sequence));

export interface TwinPin {
  readonly certificate: Uint8Array;
  readonly list: Uint8Array;
  readonly instances: readonly Uint8Array[];
  readonly exchanges: readonly Uint8Array[];
  readonly places: readonly { readonly device: Uint8Array; readonly time: number; readonly addresses: readonly (readonly [host: string, port: number])[] }[];
  readonly keys: readonly { readonly spkiHash: Uint8Array; readonly epoch: number; readonly since: number; readonly origin: number; readonly checked: number; readonly until?: number }[];
  readonly steps: Uint8Array;
  readonly recoveryHash?: Uint8Array;
  readonly recoveryEpoch?: number;
  readonly secrets: readonly Uint8Array[];
  readonly inDoubt: number;
  readonly others: readonly { readonly vouched: number; readonly spki: Uint8Array; readonly epoch: number; readonly steps: Uint8Array }[];
}

export interface TwinMessage {
  readonly direction: number;
  readonly form: number;
  readonly text: string;
  readonly sentAt: number;
  readonly shown: number;
  readonly state: number;
  readonly epoch: number;
  readonly receivedAt?: number;
  readonly replyTo?: TwinPlace;
  readonly origin?: TwinPlace;
  readonly movedTo?: TwinPlace & { readonly dialog: Uint8Array };
  readonly disappearAfter?: number;
  readonly disappearsAt?: number;
}

export interface TwinKey {
  readonly epoch: number;
  readonly dskId: Uint8Array;
  readonly check: Uint8Array;
  readonly bits: number;
  /** First sequence, highest, messages, bytes, first time, last time, received at. */
  readonly numbers: readonly [number, number, number, number, number, number, number];
}

export interface TwinStream {
  readonly cumulative: number;
  readonly digest: Uint8Array;
  readonly controlFloor: number;
  readonly controlEpoch: number;
  readonly latestTime: number;
  readonly keys: readonly TwinKey[];
  readonly ranges: readonly { readonly creator: Uint8Array; readonly epoch: number; readonly lowest: number; readonly highest: number }[];
}

const stepped = (key: TwinKey): Buffer => {
  const [first, ...rest] = key.numbers;
  return cat(u32(key.epoch), key.dskId, key.check, u64(first), u8(key.bits), ...rest.map(u64));
};

export const facts = {
  stopped: (heard: number, listVersion: number): Buffer => cat(u64(heard), u32(listVersion)),
  person: (name: string, createdAt: number, relation: number, rights: number, ended?: string): Buffer => cat(lp(name), u64(createdAt), u8(relation), u8(rights), optional(ended === undefined ? undefined : lp(ended))),
  at: u64,
  alias: (name: string): Buffer => lp(name),
  block: (blocks: readonly Uint8Array[], lifts: readonly Uint8Array[]): Buffer => cat(many(2, blocks, (name) => name), many(2, lifts, (name) => name)),
  pin: (of: TwinPin): Buffer =>
    cat(
      lp(of.certificate), lp(of.list), many(1, of.instances, lp), many(1, of.exchanges, lp),
      many(1, of.places, ({ device, time, addresses }) => cat(device, u64(time), many(1, addresses, ([host, port]) => cat(lp(host), number(port, 2))))),
      many(2, of.keys, (key) => cat(key.spkiHash, u32(key.epoch), u64(key.since), u8(key.origin), u8(key.checked), optional(key.until === undefined ? undefined : u64(key.until)))),
      lp(of.steps), optional(of.recoveryHash), optional(of.recoveryEpoch === undefined ? undefined : u32(of.recoveryEpoch)), many(1, of.secrets, (secret) => secret), u8(of.inDoubt),
      many(1, of.others, (other) => cat(u8(other.vouched), lp(other.spki), u32(other.epoch), lp(other.steps))),
    ),
  place: (time: number, mailboxes: Uint8Array): Buffer => cat(u64(time), lp(mailboxes)),
  check: (checked: number, at?: number, spkiHash?: Uint8Array): Buffer => cat(u8(checked), optional(at === undefined ? undefined : u64(at)), optional(spkiHash)),
  lapse: (spkiHash: Uint8Array, until: number): Buffer => cat(spkiHash, u64(until)),
  choice: (name: Uint8Array, time: number, epoch: number, spki: Uint8Array, chain: Uint8Array, against: readonly Uint8Array[], settled: readonly Uint8Array[]): Buffer =>
    cat(name, u64(time), u32(epoch), lp(spki), lp(chain), many(1, against, (hash) => hash), many(1, settled, (other) => other)),
  conversation: (title: string, createdAt: number, continues?: Uint8Array): Buffer => cat(lp(title), u64(createdAt), optional(continues)),
  ended: (state: number, rule?: string): Buffer => cat(u8(state), optional(rule === undefined ? undefined : lp(rule))),
  message: (of: TwinMessage): Buffer =>
    cat(
      u8(of.direction), u8(of.form), lp(of.text), u64(of.sentAt), u64(of.shown), u8(of.state), u32(of.epoch),
      optional(of.receivedAt === undefined ? undefined : u64(of.receivedAt)), optional(of.replyTo && place(of.replyTo)), optional(of.origin && place(of.origin)), optional(of.movedTo && cat(of.movedTo.dialog, place(of.movedTo))),
      optional(of.disappearAfter === undefined ? undefined : u32(of.disappearAfter)), optional(of.disappearsAt === undefined ? undefined : u64(of.disappearsAt)),
    ),
  timer: (revision: number, seconds: number, by?: number, at?: number): Buffer => cat(u32(revision), u32(seconds), ...(by === undefined || at === undefined ? [] : [u8(by), u64(at)])),
  change: (version: number, deleted: number, revision: number, text: string, editedAt: number | undefined, reactions: readonly (readonly [by: number, emoji: string, revision: number, removed: number, at: number])[]): Buffer =>
    cat(u8(version), u8(deleted), u32(revision), lp(text), optional(editedAt === undefined ? undefined : u64(editedAt)), many(1, reactions, ([by, emoji, count, removed, at]) => cat(u8(by), lp(emoji), u32(count), u8(removed), u64(at)))),
  file: (transfer: Uint8Array, key: Uint8Array, size: number, hash: Uint8Array, name: string, mediaType: string, addedAt: number, ended: number): Buffer =>
    cat(transfer, key, u64(size), hash, lp(name), lp(mediaType), u64(addedAt), u8(ended)),
  title: (revision: number, device: Uint8Array, title: string): Buffer => cat(u32(revision), device, lp(title)),
  flag: u8,
  draft: (text: string, answers?: TwinPlace): Buffer => cat(lp(text), optional(answers && place(answers))),
  mark: (sent: number, delivered: number, read: number): Buffer => cat(u64(sent), u64(delivered), u64(read)),
  authority: (certificate: Uint8Array, addedAt: number, revocations?: Uint8Array): Buffer => cat(u8(1), lp(certificate), u64(addedAt), optional(revocations && lp(revocations))),
  request: (name: string, via: number, card: Uint8Array, receivedAt: number, declined: number): Buffer => cat(u8(1), lp(name), u8(via), lp(card), u64(receivedAt), u8(declined)),
  dialog: (version: number, bits: number, createdAt: number): Buffer => cat(u8(version), u8(bits), u64(createdAt)),
  failed: (version: number, by: Uint8Array, at: number, reason: string): Buffer => cat(u8(version), by, u64(at), lp(reason)),
  floor: (version: number, floor: number): Buffer => cat(u8(version), u32(floor)),
  stream: (version: number, of: TwinStream): Buffer =>
    cat(
      u8(version), u64(of.cumulative), of.digest, u64(of.controlFloor), u32(of.controlEpoch), u64(of.latestTime), many(2, of.keys, stepped),
      many(1, of.ranges, ({ creator, epoch, lowest, highest }) => cat(creator, u32(epoch), u64(lowest), u64(highest))),
    ),
  envelope: (version: number, receivedAt: number, message: Uint8Array): Buffer => cat(u8(version), u64(receivedAt), lp(message)),
  sent: (version: number, nextSequence: number, digest: Uint8Array, acknowledged: number, epoch: number): Buffer => cat(u8(version), u64(nextSequence), digest, u64(acknowledged), u32(epoch)),
  start: (version: number, token: Uint8Array): Buffer => cat(u8(version), token),
};
