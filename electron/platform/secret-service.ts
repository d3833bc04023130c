import { connect } from 'node:net';

/** Milliseconds the bus and the keyring get for all questions together. */
const longestWait = 2000;
/** No answer to these questions is longer. */
const longestAnswer = 64 * 1024;

const service = 'org.freedesktop.secrets';

/**
 * Whether the Secret Service (GNOME Keyring and others) would answer at once: it is there, has a default keyring, and that one is
 * open. Asked over D-Bus by hand, because the calls of an old runtime stop the whole process until somebody has answered the
 * keyring's own prompt, and these two questions never make it ask. False whenever something is not as expected.
 */
export async function isSecretServiceOpen(busAddress: string | undefined): Promise<boolean> {
  const path = /(?:^|;)unix:(?:[^;]*,)?path=([^,;]+)/.exec(busAddress ?? '')?.[1];
  if (path === undefined) return false;
  try {
    return await askBus(decodeURIComponent(path));
  } catch {
    return false;
  }
}

function askBus(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const end = (answer: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end(false), longestWait);
    socket.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    socket.once('close', () => end(false));

    const conversation = new Conversation((bytes) => void socket.write(bytes));
    socket.on('data', (piece: Buffer) => {
      try {
        const answer = conversation.hear(piece);
        if (answer !== undefined) end(answer);
      } catch {
        // Whatever speaks there, it is not a bus.
        end(false);
      }
    });
    socket.write(`\0AUTH EXTERNAL ${Buffer.from(String(process.getuid?.() ?? 0)).toString('hex')}\r\n`);
  });
}

/** Login, then three calls; the answer comes with the last one's. */
class Conversation {
  readonly #say: (bytes: Buffer | string) => void;
  #received = Buffer.alloc(0);
  #greeted = false;

  constructor(say: (bytes: Buffer | string) => void) {
    this.#say = say;
  }

  /** Undefined while it goes on. Throws for anything malformed. */
  hear(piece: Buffer): boolean | undefined {
    this.#received = Buffer.concat([this.#received, piece]);
    if (this.#received.length > longestAnswer) return false;
    if (!this.#greeted) {
      const line = this.#received.indexOf('\r\n');
      if (line < 0) return undefined;
      if (!this.#received.toString('latin1', 0, line).startsWith('OK ')) return false;
      this.#received = this.#received.subarray(line + 2);
      this.#greeted = true;
      this.#say('BEGIN\r\n');
      this.#say(call(1, 'org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'Hello', []));
      this.#say(call(2, service, '/org/freedesktop/secrets', 'org.freedesktop.Secret.Service', 'ReadAlias', ['default']));
    }
    for (let message = nextMessage(this.#received); message !== undefined; message = nextMessage(this.#received)) {
      this.#received = this.#received.subarray(message.length);
      if (message.replyTo === 2) {
        const keyring = message.failed ? '/' : stringAt(message.body, 0);
        // "/" means that there is none: it would have to be made, and that asks for a new password.
        if (keyring === '/') return false;
        this.#say(call(3, service, keyring, 'org.freedesktop.DBus.Properties', 'Get', ['org.freedesktop.Secret.Collection', 'Locked']));
      }
      if (message.replyTo === 3) return !message.failed && isFalseVariant(message.body);
    }
    return undefined;
  }
}

/** A variant holding the boolean false: signature "b", then the value at the next multiple of four. */
function isFalseVariant(body: Buffer): boolean {
  return body.length >= 8 && body.toString('latin1', 0, 3) === '\u0001b\0' && body.readUInt32LE(4) === 0;
}

const align = (at: number, to: number): number => Math.ceil(at / to) * to;

/** A method call with text arguments, little-endian (D-Bus specification, "Message Format"). */
function call(serial: number, destination: string, path: string, owner: string, member: string, texts: readonly string[]): Buffer {
  const body = joined(texts.map((text) => ({ to: 4, bytes: textBytes(text) })));
  const field = (code: number, type: string, value: Buffer): { to: number; bytes: Buffer } => ({
    to: 8,
    bytes: Buffer.concat([Buffer.from([code, 1, type.charCodeAt(0), 0]), value]),
  });
  const fields = joined([
    field(1, 'o', textBytes(path)),
    field(2, 's', textBytes(owner)),
    field(3, 's', textBytes(member)),
    field(6, 's', textBytes(destination)),
    ...(texts.length === 0 ? [] : [field(8, 'g', Buffer.from([texts.length, ...Buffer.from('s'.repeat(texts.length)), 0]))]),
  ]);
  const head = Buffer.alloc(align(16 + fields.length, 8));
  head.write('l', 0, 'latin1');
  head.writeUInt8(1, 1);
  head.writeUInt8(1, 3);
  head.writeUInt32LE(body.length, 4);
  head.writeUInt32LE(serial, 8);
  head.writeUInt32LE(fields.length, 12);
  fields.copy(head, 16);
  return Buffer.concat([head, body]);
}

function textBytes(text: string): Buffer {
  const bytes = Buffer.alloc(4 + Buffer.byteLength(text) + 1);
  bytes.writeUInt32LE(bytes.length - 5);
  bytes.write(text, 4);
  return bytes;
}

/** Parts one after the other, each beginning at a multiple of its own. */
function joined(parts: readonly { readonly to: number; readonly bytes: Buffer }[]): Buffer {
  let all = Buffer.alloc(0);
  for (const { to, bytes } of parts) all = Buffer.concat([all, Buffer.alloc(align(all.length, to) - all.length), bytes]);
  return all;
}

interface Message {
  readonly length: number;
  /** Serial of the call it answers; undefined for signals. */
  readonly replyTo: number | undefined;
  readonly failed: boolean;
  readonly body: Buffer;
}

/** The first whole message of what has arrived; undefined while there is none. Throws for anything malformed. */
function nextMessage(bytes: Buffer): Message | undefined {
  if (bytes.length < 16) return undefined;
  if (bytes[0] !== 0x6c) throw new Error('not little-endian');
  const fieldsEnd = 16 + bytes.readUInt32LE(12);
  const bodyAt = align(fieldsEnd, 8);
  const length = bodyAt + bytes.readUInt32LE(4);
  if (length > longestAnswer) throw new Error('too long');
  if (bytes.length < length) return undefined;
  let replyTo: number | undefined;
  for (let at = 16; at < fieldsEnd; ) {
    at = align(at, 8);
    const type = String.fromCharCode(bytes.readUInt8(at + 2));
    const valueAt = type === 'g' ? at + 4 : align(at + 4, 4);
    if (bytes.readUInt8(at) === 5) replyTo = bytes.readUInt32LE(valueAt);
    at = type === 'u' ? valueAt + 4 : type === 'g' ? valueAt + bytes.readUInt8(valueAt) + 2 : valueAt + 4 + bytes.readUInt32LE(valueAt) + 1;
  }
  return { length, replyTo, failed: bytes[1] !== 2, body: bytes.subarray(bodyAt, length) };
}

function stringAt(bytes: Buffer, at: number): string {
  return bytes.toString('utf8', at + 4, at + 4 + bytes.readUInt32LE(at));
}
