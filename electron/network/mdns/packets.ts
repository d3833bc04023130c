import { AUTHORITATIVE_ANSWER, type Answer, type Decoded, type DecodedAnswer, decode, encode } from 'dns-packet';

/** The packets of protocol.md §11 "On the same network": service discovery (RFC 6763) by multicast (RFC 6762), the part that is needed. */

export type ServiceKind = 'contacts' | 'near';

const serviceTypes: Readonly<Record<ServiceKind, string>> = {
  contacts: '_keyshift._tcp.local',
  near: '_keyshift-near._tcp.local',
};
const kinds: readonly ServiceKind[] = ['contacts', 'near'];

/** Stands in every packet that matters here; looked for before anything is decoded. */
export const packetMark = '_keyshift';
/** Seconds for which others remember what was announced. */
const announcedSeconds = 120;
/** What others announce is remembered no longer than this, whatever they say. */
const longestSeconds = 300;
/** A frame of Ethernet. Own packets have less than 500 bytes. */
export const maxPacketBytes = 1_472;
const maxQuestions = 16;
const maxRecords = 32;
const maxServices = 4;
const maxTextBytes = 256;
const maxTexts = 8;

const nameRule = /^[a-z0-9-]{1,63}$/i;
const textRule = /^([a-z0-9]{1,9})=([\x21-\x7e]{0,200})$/;

/** What one device says on one network card. */
export interface Announced {
  readonly kind: ServiceKind;
  readonly name: string;
  /** Random too, without `.local`: the name of the machine stays out of it. */
  readonly host: string;
  readonly port: number;
  readonly facts: Readonly<Record<string, string>>;
}

export interface HeardService {
  readonly kind: ServiceKind;
  /** Lower case. */
  readonly name: string;
  /** Undefined: it said goodbye. */
  readonly offer: { readonly seconds: number; readonly port: number; readonly facts: Readonly<Record<string, string>> } | undefined;
}

export interface Heard {
  /** Kinds that are asked for, by somebody who may know some already. */
  readonly asked: readonly { readonly kind: ServiceKind; readonly known: readonly string[] }[];
  /** Full names that are asked about, lower case. */
  readonly askedNames: readonly string[];
  readonly services: readonly HeardService[];
}

/** True when `announced` may be sent: a random name, a port, and texts of at most 200 bytes together. */
export function isAnnounceable({ name, port, facts }: Omit<Announced, 'host'>): boolean {
  const texts = Object.entries(facts).map(([key, value]) => `${key}=${value}`);
  return nameRule.test(name) && isPort(port) && texts.length <= maxTexts && texts.every((text) => textRule.test(text)) && texts.join('').length <= 200;
}

export function fullName({ kind, name }: Pick<Announced, 'kind' | 'name'>): string {
  return `${name}.${serviceTypes[kind]}`.toLowerCase();
}

/** Everything in one packet: who hears it need not ask again. `address`: of the card it is sent by, no other. */
export function announcementPacket(announced: Announced, address: string): Buffer {
  const target = `${announced.host}.local`;
  const name = fullName(announced);
  const ttl = announcedSeconds;
  return answer([
    pointer(announced, ttl),
    { name, type: 'SRV', ttl, flush: true, data: { port: announced.port, target } },
    { name, type: 'TXT', ttl, flush: true, data: Object.entries(announced.facts).map(([key, value]) => Buffer.from(`${key}=${value}`, 'latin1')) },
    { name: target, type: 'A', ttl, flush: true, data: address },
  ]);
}

export function goodbyePacket(announced: Announced): Buffer {
  return answer([pointer(announced, 0)]);
}

export function questionPacket(kind: ServiceKind): Buffer {
  return encode({ type: 'query', questions: [{ name: serviceTypes[kind], type: 'PTR' }] });
}

/** Undefined for everything that cannot be read or is beyond the limits. Never throws. */
export function readPacket(bytes: Buffer): Heard | undefined {
  if (bytes.length < 12 || bytes.length > maxPacketBytes) return undefined;
  // Counts first: they decide how much there is to decode.
  const records = bytes.readUInt16BE(6) + bytes.readUInt16BE(8) + bytes.readUInt16BE(10);
  if (bytes.readUInt16BE(4) > maxQuestions || records > maxRecords) return undefined;
  let packet: Decoded;
  try {
    packet = decode(bytes);
  } catch {
    return undefined;
  }
  const answers = [...packet.answers, ...packet.additionals].map(lowered);
  if (packet.type === 'response') return { asked: [], askedNames: [], services: servicesOf(answers) };
  const questions = packet.questions.map(({ name, type }) => ({ name: name.toLowerCase(), type }));
  return {
    asked: kinds.filter((kind) => questions.some(({ name, type }) => name === serviceTypes[kind] && (type === 'PTR' || type === 'ANY'))).map((kind) => ({ kind, known: knownOf(answers, kind) })),
    askedNames: questions.map(({ name }) => name).filter((name) => kinds.some((kind) => name.endsWith(`.${serviceTypes[kind]}`))),
    services: [],
  };
}

function pointer(announced: Announced, ttl: number): Answer {
  return { name: serviceTypes[announced.kind], type: 'PTR', ttl, data: fullName(announced) };
}

function answer(answers: readonly Answer[]): Buffer {
  return encode({ type: 'response', flags: AUTHORITATIVE_ANSWER, answers });
}

function lowered(record: DecodedAnswer): DecodedAnswer {
  return { ...record, name: record.name.toLowerCase() };
}

/** Instances of a kind that are pointed to, each with its seconds. */
function pointersOf(answers: readonly DecodedAnswer[], kind: ServiceKind): { readonly name: string; readonly seconds: number }[] {
  const suffix = `.${serviceTypes[kind]}`;
  return answers.flatMap(({ name, type, ttl = 0, data }) => {
    if (type !== 'PTR' || name !== serviceTypes[kind] || typeof data !== 'string') return [];
    const full = data.toLowerCase();
    const label = full.slice(0, -suffix.length);
    return full.endsWith(suffix) && nameRule.test(label) ? [{ name: label, seconds: ttl }] : [];
  });
}

/** What an asker says it knows, and will know for a while yet: nobody need say that again. */
function knownOf(answers: readonly DecodedAnswer[], kind: ServiceKind): string[] {
  return pointersOf(answers, kind).filter(({ seconds }) => seconds >= announcedSeconds / 2).map(({ name }) => name);
}

function servicesOf(answers: readonly DecodedAnswer[]): HeardService[] {
  return kinds
    .flatMap((kind) =>
      pointersOf(answers, kind).flatMap(({ name, seconds }): HeardService[] => {
        if (seconds === 0) return [{ kind, name, offer: undefined }];
        const full = fullName({ kind, name });
        const port = portOf(answers.find((one) => one.type === 'SRV' && one.name === full)?.data);
        const facts = factsOf(answers.find((one) => one.type === 'TXT' && one.name === full)?.data);
        return port === undefined || facts === undefined ? [] : [{ kind, name, offer: { seconds: Math.min(seconds, longestSeconds), port, facts } }];
      }),
    )
    .slice(0, maxServices);
}

function portOf(data: unknown): number | undefined {
  if (typeof data !== 'object' || data === null || !('port' in data)) return undefined;
  const { port } = data;
  return typeof port === 'number' && isPort(port) ? port : undefined;
}

/** Texts that are no `key=value` of printable characters are passed over, as RFC 6763 wants; too much of them is nobody of ours. */
function factsOf(data: unknown): Record<string, string> | undefined {
  if (!Array.isArray(data)) return undefined;
  const parts: readonly unknown[] = data;
  const texts = parts.flatMap((part) => (Buffer.isBuffer(part) ? [part.toString('latin1')] : []));
  if (texts.length > maxTexts || texts.join('').length > maxTextBytes) return undefined;
  const facts = new Map<string, string>();
  for (const text of texts) {
    const [, key, value] = textRule.exec(text) ?? [];
    // The first of a name counts (RFC 6763).
    if (key !== undefined && value !== undefined && !facts.has(key)) facts.set(key, value);
  }
  return Object.fromEntries(facts);
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}
