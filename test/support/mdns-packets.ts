/** DNS packets byte by byte, for tests that must be able to write wrong ones. */

export const contactsType = ['_keyshift', '_tcp', 'local'];

export function labels(parts: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat([...parts.flatMap((part) => [Buffer.from([Buffer.from(part).length]), Buffer.from(part)]), Buffer.from([0])]);
}

export const u16 = (value: number): Buffer => Buffer.from([(value >> 8) & 255, value & 255]);
const u32 = (value: number): Buffer => Buffer.concat([u16(Math.floor(value / 65_536)), u16(value % 65_536)]);

export const types = { A: 1, PTR: 12, TXT: 16, AAAA: 28, SRV: 33, OPT: 41, NSEC: 47, ANY: 255 };

export function header({ questions = 0, answers = 0, response = true }: { questions?: number; answers?: number; response?: boolean }): Buffer {
  return Buffer.concat([u16(0), u16(response ? 0x8400 : 0), u16(questions), u16(answers), u16(0), u16(0)]);
}

export function record(name: Buffer, type: number, data: Buffer, seconds = 120, length = data.length): Buffer {
  return Buffer.concat([name, u16(type), u16(1), u32(seconds), u16(length), data]);
}

export function texts(...all: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(all.map((text) => Buffer.concat([Buffer.from([Buffer.from(text).length]), Buffer.from(text)])));
}

export interface Written {
  readonly name?: string | Buffer;
  readonly port?: number;
  readonly text?: Buffer;
  readonly seconds?: number;
  readonly type?: readonly string[];
}

/** An announcement as a device makes it, or with one thing changed. */
export function announcement({ name = 'abc', port = 4_711, text = texts('v=2', 't=abc'), seconds = 120, type = contactsType }: Written = {}): Buffer {
  const full = [name, ...type];
  return Buffer.concat([
    header({ answers: 3 }),
    record(labels(type), types.PTR, labels(full), seconds),
    record(labels(full), types.SRV, Buffer.concat([u16(0), u16(0), u16(port), labels(['host', 'local'])]), seconds),
    record(labels(full), types.TXT, text, seconds),
  ]);
}

export function goodbye(name: string): Buffer {
  return Buffer.concat([header({ answers: 1 }), record(labels(contactsType), types.PTR, labels([name, ...contactsType]), 0)]);
}
