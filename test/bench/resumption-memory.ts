import type { ResumptionEntry, ResumptionStore } from '../../electron/engine/session/resumption-entry';

/** Entries in memory alone, as the other side of the comparison keeps its tickets: by device, each given out as a copy. */
export function createResumptionMemory(): ResumptionStore {
  const entries = new Map<string, ResumptionEntry>();
  const copy = (entry: ResumptionEntry): ResumptionEntry => ({ ...entry, secret: entry.secret.slice() });
  const removeWhere = (matches: (entry: ResumptionEntry) => boolean): void => {
    for (const [pair, entry] of entries) if (matches(entry)) entries.delete(pair);
  };
  const isNamed = (keyId: Uint8Array) => (entry: ResumptionEntry): boolean => Buffer.compare(entry.keyId, keyId) === 0;
  return {
    byKeyId(keyId) {
      const found = [...entries.values()].find(isNamed(keyId));
      return found && copy(found);
    },
    ofPeer: (peerId) => [...entries.values()].filter((entry) => entry.peerId === peerId).map(copy),
    put: (entry) => void entries.set(`${entry.peerId} ${entry.peerInstance}`, copy(entry)),
    setPositions(keyId, sent, received) {
      for (const [pair, entry] of entries) if (isNamed(keyId)(entry)) entries.set(pair, { ...entry, sent, received });
    },
    setHint(keyId, hint) {
      for (const [pair, entry] of entries) if (isNamed(keyId)(entry)) entries.set(pair, { ...entry, hint });
    },
    remove: (keyId) => removeWhere(isNamed(keyId)),
    removePeer: (peerId) => removeWhere((entry) => entry.peerId === peerId),
    removeAll: () => entries.clear(),
    removeUnusable: (now) => removeWhere(({ expiresAt }) => expiresAt <= now),
  };
}
