import type { InstanceId } from '../engine/ids';
import type { HostedRecordStore } from '../services/ports/hosted-records';
import type { Db } from './database';
import { bytes, id, integer } from './row';

/** Records of sessions kept for the own other devices. The key of a row is its revision: none is ever given out twice. */
export function createHostedRecordStore(db: Db): HostedRecordStore {
  const find = db.prepare('SELECT revision, record FROM hosted_records WHERE name = ?');
  const remove = db.prepare('DELETE FROM hosted_records WHERE name = ?');
  const insert = db.prepare('INSERT INTO hosted_records (name, record, writer, written_at) VALUES (?, ?, ?, ?) RETURNING revision');
  const usage = db.prepare('SELECT writer, count(*) AS records, sum(length(record) + 64) AS size FROM hosted_records GROUP BY writer');
  const removeOutside = db.prepare('DELETE FROM hosted_records WHERE written_at < ? OR written_at > ?');
  const removeWriter = db.prepare('DELETE FROM hosted_records WHERE writer = ?');

  return {
    find(name) {
      const row = find.get([name]);
      return row && { record: bytes(row, 'record'), revision: integer(row, 'revision') };
    },
    put(name, record, writer, at) {
      remove.run([name]);
      const row = insert.get([name, record, writer, at]);
      if (row === undefined) throw new Error('a record was not stored');
      return integer(row, 'revision');
    },
    usage: () => new Map(usage.all([]).map((row) => [id<InstanceId>(row, 'writer'), { count: integer(row, 'records'), bytes: integer(row, 'size') }])),
    removeOutside(from, to, writers) {
      removeOutside.run([from, to]);
      for (const row of usage.all([])) if (!writers.includes(id(row, 'writer'))) removeWriter.run([id(row, 'writer')]);
    },
  };
}
