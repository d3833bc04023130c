/** What docs/protocol.md §2 (files of an identity key) and §14 say, held against test/vectors. */
import assert from 'node:assert/strict';
import { readBackup, readContent, writeBackup, writeContent } from './backup.mjs';
import { hex } from './bytes.mjs';
import { H } from './crypto.mjs';
import { BadFile, brought, isContainer, leads, readContainer, rememberedArgon2 } from './key-files.mjs';
import { isPem, readPem, readPkcs12 } from './pkcs.mjs';
import { equal, vectors } from './vectors-core.mjs';
import { changed } from '../vectors/changed.mjs';

/** By its first bytes, never by its name. */
export const readKeyFile = (bytes, passphrase, derive) => {
  if (isContainer(bytes)) return readContainer(bytes, passphrase, derive);
  return isPem(bytes) ? readPem(bytes, passphrase) : readPkcs12(bytes, passphrase);
};
/** The code of what is refused. */
export const codeOf = (act) => {
  try {
    act();
    return 'opened';
  } catch (error) {
    if (error instanceof BadFile) return error.code;
    throw error;
  }
};
export const keyFiles = () => {
  const all = vectors('key-files');
  const derive = rememberedArgon2();
  const known = { peerId: all.peerId, spki: hex(all.knownSpki), epoch: all.knownEpoch, recoveryEpoch: 0 };
  for (const one of all.good) {
    const file = readKeyFile(hex(one.bytes), all.passphrase, derive);
    assert.deepEqual([file.epoch, file.papers.length, Boolean(file.recoveryKey?.length), file.identity.peerId], [one.epoch, one.papers, one.recovery, all.peerId], one.name);
    if (one.epoch > 1) assert.equal(leads(file, known).epoch, one.epoch, one.name);
    assert.equal(readKeyFile(hex(one.bytes), all.passphrase.normalize('NFD'), derive).epoch, one.epoch);
    assert.equal(codeOf(() => readKeyFile(hex(one.bytes), all.wrongPassphrase, derive)), 'key-file.wrong-passphrase', one.name);
  }
  const read = new Map();
  for (const { file: name, to, outcome } of all.imports) {
    const file = read.get(name) ?? readKeyFile(hex([...all.good, ...all.more].find((one) => one.name === name).bytes), all.passphrase, derive);
    read.set(name, file);
    const { spki, ...owner } = all.owners[to];
    const own = { ...owner, spki: spki && hex(spki) };
    let done;
    const code = codeOf(() => (done = brought(file, own)));
    assert.equal(done ?? code, outcome, `${name}, ${to}`);
  }
  for (const one of all.bad) assert.equal(codeOf(() => readKeyFile(hex(one.bytes), all.passphrase, derive)), one.code, one.name);
  for (const one of all.changes) {
    const good = hex(all.good.find(({ name }) => name === one.of).bytes);
    assert.equal(codeOf(() => readKeyFile(changed(good, one), all.passphrase, derive)), one.code, `${one.of}: ${one.name}`);
  }
};

export const backups = () => {
  const all = vectors('backup');
  const derive = rememberedArgon2();
  const how = { memory: all.memory, passes: all.passes, salt: hex(all.salt), derive };
  const about = { ...all.about, peerId: hex(all.about.peerId) };
  const tables = all.tables.map(({ name, columns, rows }) => [name, columns, rows.map((values) => values.map((one) => (one?.hex === undefined ? one : hex(one.hex))))]);
  const content = writeContent(about, tables);
  equal(content, all.content);
  equal(writeBackup(content, all.passphrase, how), all.file);
  const read = readBackup(hex(all.file), all.passphrase, derive);
  equal(read.peerId, all.about.peerId);
  assert.deepEqual(read.tables.map(({ name, columns, rows }) => [name, columns, rows.map((row) => columns.map((column) => row[column]))]), tables);
  const blob = Buffer.from(Array.from({ length: 131_072 }, (_, at) => at & 255));
  const long = writeBackup(writeContent(about, [['blobs', ['bytes'], [[blob]]]]), all.passphrase, how);
  assert.equal(long.length, all.long.length);
  equal(H(long), all.long.sha256);
  assert.ok(readBackup(long, all.passphrase, derive).tables[0].rows[0].bytes.equals(blob));
  for (const one of all.contents) assert.equal(codeOf(() => readContent(hex(one.bytes))), 'backup.garbled', one.name);
  const files = { file: hex(all.file), long };
  for (const one of all.changes) assert.equal(codeOf(() => readBackup(changed(files[one.of], one), all.passphrase, derive)), one.code, `${one.of}: ${one.name}`);
  assert.equal(codeOf(() => readBackup(files.file, all.wrongPassphrase, derive)), 'backup.wrong-passphrase');
};
