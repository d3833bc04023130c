/** docs/protocol.md §10.5, a repository: records kept for other devices with compare-and-swap, what stands in them, and a session taken out of one. */
import { cat, lp, need, same, u32, u64, u8, whole } from './bytes.mjs';
import { readChain } from './credentials.mjs';
import { HKDF, open, random, seal } from './crypto.mjs';
import * as session from './session.mjs';
import { Waiting } from './waiting.mjs';
import { repository } from './words.mjs';

const none = Buffer.alloc(0);

/** An archive that keeps records. `isSilent`: it hears and does not answer. */
export class Records extends Waiting {
  constructor() {
    super();
    this.kept = new Map();
    this.revision = 0;
    this.writes = 0;
    this.isSilent = false;
  }
  read(name) {
    return this.kept.get(name.toString('hex')) ?? { revision: 0, record: none };
  }
  /** The new revision; 0 where it was another than expected. */
  write(name, expected, record) {
    if (this.read(name).revision !== expected) return 0;
    this.revision += 1;
    this.kept.set(name.toString('hex'), { revision: this.revision, record });
    return this.revision;
  }
  answer(bytes) {
    const word = repository(bytes);
    if (this.isSilent) return undefined;
    if (word.kind === 'read') {
      const { revision, record } = this.read(word.name);
      return cat(u8(3), u32(word.ask), u64(revision), lp(record));
    }
    if (word.kind !== 'write') return undefined;
    this.writes += 1;
    const answer = cat(u8(4), u32(word.ask), u64(this.write(word.name, word.expected, word.record)));
    this.wake();
    return answer;
  }
}

const PHASES = ['held', 'lent', 'gone'];
export const readLine = (bytes) =>
  whole(bytes, (reader) => {
    need(reader.u8() === 1, 'version of a line');
    const line = { phase: need(PHASES[reader.u8()], 'phase'), generation: reader.u32(), owner: reader.take(16), taker: reader.lp(16), leaseEnd: reader.u64(), expiresAt: reader.u64(), body: reader.lp(24 * 1024) };
    need([0, 16].includes(line.taker.length) && (line.phase === 'held') === (line.taker.length === 0), 'nobody has it, or two');
    return line;
  });
export const writeLine = ({ phase, generation, owner, taker, leaseEnd, expiresAt, body }) => cat(u8(1), u8(PHASES.indexOf(phase)), u32(generation), owner, lp(taker), u64(leaseEnd), u64(expiresAt), lp(body));

/** The line of a session, sought under every person key; undefined where there is none. */
export const lineOf = (records, persons, keyId) => {
  for (const { key } of persons) {
    const name = HKDF(key, 'repository-name', keyId, 16);
    const { revision, record } = records.read(name);
    if (!revision) continue;
    const cover = HKDF(key, 'repository-record');
    const line = readLine(open('repository-record', cover, record.subarray(0, 24), keyId, record.subarray(24)));
    const put = (next) => {
      const nonce = random(24);
      return records.write(name, revision, cat(nonce, seal('repository-record', cover, nonce, keyId, writeLine(next))));
    };
    return { line, put, revision };
  }
  return undefined;
};

/** Takes the session that this M1 shows: reserved, checked, taken. Gives the entry, or undefined where somebody was faster or it does not hold. */
export const takeFromRepository = (device, keys, m1Bytes, records, now = Date.now()) => {
  const m1 = session.readResumeM1(m1Bytes);
  const before = lineOf(records, keys.persons, m1.keyId);
  if (before?.line.phase !== 'held') return undefined;
  const state = keys.openBody(before.line.body, m1.keyId);
  const entry = { ...state, chain: readChain(state.chainBytes, now) };
  need(same(m1.target, session.targetOf(m1.keyId, device.chain.instance.hash)), 'shown to another device');
  session.checkResumeM1(m1Bytes, m1, entry);
  const lent = { ...before.line, phase: 'lent', taker: device.instanceId, generation: before.line.generation + 1, leaseEnd: now + 10_000 };
  if (!before.put(lent)) return undefined;
  return lineOf(records, keys.persons, m1.keyId).put({ ...lent, phase: 'gone', leaseEnd: 0, body: none }) ? entry : undefined;
};
