import { connect, type Socket } from 'node:net';

/** A value as D-Bus has it: numbers, texts, lists and structures as arrays, dictionaries as maps, variants as what is in them. */
export type BusValue = string | number | bigint | boolean | readonly BusValue[] | ReadonlyMap<BusValue, BusValue>;

export interface BusMessage {
  /** 1 call, 2 answer, 3 error, 4 signal. */
  readonly type: number;
  readonly serial: number;
  readonly replyTo: number | undefined;
  readonly sender: string;
  readonly member: string;
  readonly body: readonly BusValue[];
  /** As it came. */
  readonly bytes: Buffer;
}

const sizes: Readonly<Record<string, number>> = { y: 1, b: 4, n: 2, q: 2, i: 4, u: 4, x: 8, t: 8, d: 8, s: 4, o: 4, g: 1, a: 4, '(': 8, '{': 8, v: 1 };
const align = (at: number, to: number): number => Math.ceil(at / to) * to;

/** The complete types of a signature, one after the other. */
function typesOf(signature: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < signature.length; ) {
    const end = endOf(signature, at);
    found.push(signature.slice(at, end));
    at = end;
  }
  return found;
}

function endOf(signature: string, at: number): number {
  const letter = signature.charAt(at);
  if (letter === 'a') return endOf(signature, at + 1);
  if (letter !== '(' && letter !== '{') return at + 1;
  let depth = 0;
  for (let end = at; end < signature.length; end += 1) {
    if ('({'.includes(signature.charAt(end))) depth += 1;
    if (')}'.includes(signature.charAt(end)) && (depth -= 1) === 0) return end + 1;
  }
  throw new Error(`not a signature: ${signature}`);
}

class Reading {
  at = 0;
  constructor(readonly bytes: Buffer) {}

  value(type: string): BusValue {
    const letter = type.charAt(0);
    const size = sizes[letter] ?? 1;
    this.at = align(this.at, size);
    const start = this.at;
    this.at += size;
    switch (letter) {
      case 'y': return this.bytes.readUInt8(start);
      case 'b': return this.bytes.readUInt32LE(start) === 1;
      case 'n': return this.bytes.readInt16LE(start);
      case 'q': return this.bytes.readUInt16LE(start);
      case 'i': return this.bytes.readInt32LE(start);
      case 'u': return this.bytes.readUInt32LE(start);
      case 'x': return this.bytes.readBigInt64LE(start);
      case 't': return this.bytes.readBigUInt64LE(start);
      case 'd': return this.bytes.readDoubleLE(start);
      case 's': case 'o': return this.#text(this.bytes.readUInt32LE(start));
      case 'g': return this.#text(this.bytes.readUInt8(start));
      case 'v': {
        this.at = start;
        return this.value(textOf(this.value('g')));
      }
      case '(': case '{': {
        this.at = start;
        return typesOf(type.slice(1, -1)).map((one) => this.value(one));
      }
      default: return this.#list(type.slice(1), this.bytes.readUInt32LE(start));
    }
  }

  #text(length: number): string {
    const text = this.bytes.toString('utf8', this.at, this.at + length);
    this.at += length + 1;
    return text;
  }

  #list(type: string, length: number): BusValue {
    this.at = align(this.at, sizes[type.charAt(0)] ?? 1);
    const end = this.at + length;
    const items: BusValue[] = [];
    while (this.at < end) items.push(this.value(type));
    if (!type.startsWith('{')) return items;
    return new Map(items.flatMap((item) => (Array.isArray(item) ? [[item[0], item[1]] as [BusValue, BusValue]] : [])));
  }
}

/** What tests say: numbers, texts, lists of texts, and a variant of a number, a text or yes and no. */
export type Said = string | number | boolean | readonly string[];

function written(types: readonly string[], values: readonly Said[]): Buffer {
  let all = Buffer.alloc(0);
  const add = (bytes: Buffer, to: number): void => void (all = Buffer.concat([all, Buffer.alloc(align(all.length, to) - all.length), bytes]));
  const text = (value: string): Buffer => Buffer.concat([u32(Buffer.byteLength(value)), Buffer.from(value), Buffer.alloc(1)]);
  for (const [index, type] of types.entries()) {
    const value = values[index];
    if (type === 'u' || type === 'i' || type === 'b') add(u32(Number(value)), 4);
    else if (type === 'v') {
      const inner = typeof value === 'boolean' ? 'b' : typeof value === 'number' ? 'i' : 's';
      add(Buffer.from([1, inner.charCodeAt(0), 0]), 1);
      add(written([inner], [value ?? '']), sizes[inner] ?? 1);
    }
    else if (type === 'as') {
      let list = Buffer.alloc(0);
      for (const one of Array.isArray(value) ? value : []) list = Buffer.concat([list, Buffer.alloc(align(list.length, 4) - list.length), text(String(one))]);
      add(Buffer.concat([u32(list.length), list]), 4);
    } else add(text(String(value)), 4);
  }
  return all;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  // Numbers below nothing have the same bytes.
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

export interface Outgoing {
  readonly type: 1 | 2 | 4;
  readonly path?: string;
  readonly owner?: string;
  readonly member?: string;
  readonly destination?: string;
  readonly replyTo?: number;
  readonly signature?: string;
  readonly body?: readonly Said[];
}

/** One program's line to a session bus, by the D-Bus specification, little-endian. Tests only. */
export class BusLine {
  readonly #socket: Socket;
  readonly #heard: (message: BusMessage) => void;
  #received = Buffer.alloc(0);
  #serial = 0;
  #greeted: (() => void) | undefined;
  readonly #answers = new Map<number, (message: BusMessage) => void>();

  private constructor(path: string, heard: (message: BusMessage) => void) {
    this.#heard = heard;
    this.#socket = connect(path);
    this.#socket.on('data', (piece: Buffer) => this.#take(piece));
  }

  /** `address`: as dbus-daemon prints it. */
  static async open(address: string, heard: (message: BusMessage) => void): Promise<BusLine> {
    const path = decodeURIComponent(/unix:(?:[^;]*,)?path=([^,;]+)/.exec(address)?.[1] ?? '');
    const line = new BusLine(path, heard);
    await new Promise<void>((resolve, reject) => {
      line.#socket.once('error', reject);
      line.#greeted = resolve;
      line.#socket.write(`\0AUTH EXTERNAL ${Buffer.from(String(process.getuid?.() ?? 0)).toString('hex')}\r\n`);
    });
    await line.ask('Hello', '', []);
    return line;
  }

  /** Asks the bus itself. */
  ask(member: string, signature: string, body: Outgoing['body']): Promise<BusMessage> {
    const owner = 'org.freedesktop.DBus';
    return new Promise((resolve) => {
      this.#answers.set(this.say({ type: 1, path: '/org/freedesktop/DBus', owner, destination: owner, member, signature, body: body ?? [] }), resolve);
    });
  }

  /** Asks another program on the bus. */
  call(wanted: Omit<Outgoing, 'type' | 'replyTo'>): Promise<BusMessage> {
    return new Promise((resolve) => void this.#answers.set(this.say({ ...wanted, type: 1 }), resolve));
  }

  say({ type, path, owner, member, destination, replyTo, signature = '', body = [] }: Outgoing): number {
    this.#serial += 1;
    let fields = Buffer.alloc(0);
    const field = (code: number, kind: string, value: Buffer): void => {
      const bytes = Buffer.concat([Buffer.from([code, 1, kind.charCodeAt(0), 0]), value]);
      fields = Buffer.concat([fields, Buffer.alloc(align(fields.length, 8) - fields.length), bytes]);
    };
    if (path !== undefined) field(1, 'o', written(['o'], [path]));
    if (owner !== undefined) field(2, 's', written(['s'], [owner]));
    if (member !== undefined) field(3, 's', written(['s'], [member]));
    if (replyTo !== undefined) field(5, 'u', u32(replyTo));
    if (destination !== undefined) field(6, 's', written(['s'], [destination]));
    if (signature !== '') field(8, 'g', Buffer.from([signature.length, ...Buffer.from(signature), 0]));
    const content = written(typesOf(signature), body);
    const head = Buffer.concat([Buffer.from([0x6c, type, 0, 1]), u32(content.length), u32(this.#serial), u32(fields.length), fields]);
    this.#socket.write(Buffer.concat([head, Buffer.alloc(align(head.length, 8) - head.length), content]));
    return this.#serial;
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(piece: Buffer): void {
    this.#received = Buffer.concat([this.#received, piece]);
    if (this.#greeted !== undefined) {
      const end = this.#received.indexOf('\r\n');
      if (end < 0) return;
      this.#received = this.#received.subarray(end + 2);
      this.#socket.write('BEGIN\r\n');
      this.#greeted();
      this.#greeted = undefined;
    }
    for (let length = wholeLength(this.#received); length !== undefined; length = wholeLength(this.#received)) {
      const message = read(this.#received.subarray(0, length));
      this.#received = this.#received.subarray(length);
      const answered = message.replyTo === undefined ? undefined : this.#answers.get(message.replyTo);
      if (answered === undefined) this.#heard(message);
      else answered(message);
    }
  }
}

/** Empty for anything but a text. */
export function textOf(value: BusValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function wholeLength(bytes: Buffer): number | undefined {
  if (bytes.length < 16) return undefined;
  const length = align(16 + bytes.readUInt32LE(12), 8) + bytes.readUInt32LE(4);
  return bytes.length < length ? undefined : length;
}

function read(bytes: Buffer): BusMessage {
  const reading = new Reading(bytes);
  reading.at = 12;
  const fields = new Map<BusValue, BusValue>();
  const list = reading.value('a(yv)');
  for (const one of Array.isArray(list) ? list : []) if (Array.isArray(one)) fields.set(one[0], one[1]);
  const body = new Reading(bytes.subarray(align(reading.at, 8)));
  const text = (code: number): string => textOf(fields.get(code));
  const replyTo = fields.get(5);
  return { type: bytes.readUInt8(1), serial: bytes.readUInt32LE(8), replyTo: typeof replyTo === 'number' ? replyTo : undefined, sender: text(7), member: text(3), body: typesOf(text(8)).map((type) => body.value(type)), bytes };
}
