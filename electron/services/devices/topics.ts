/**
 * What devices of one person say to each other: the first byte of a `sibling` item (protocol.md §10). Each topic has one
 * part of the program that speaks and hears it.
 */
export const topics = { replica: 1, handover: 2, upkeep: 3, relay: 4, files: 5, repository: 6 } as const;
export type Topic = keyof typeof topics;

const byByte: ReadonlyMap<number, Topic> = new Map(Object.entries(topics).map(([topic, byte]) => [byte, topic as Topic])); // the keys of `topics`

/** topic u8 ‖ words. */
export function encodeTopic(topic: Topic, words: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + words.length);
  bytes[0] = topics[topic];
  bytes.set(words, 1);
  return bytes;
}

/** `words` is a view. Undefined for a topic of a later version, which is passed over. */
export function parseTopic(bytes: Uint8Array): { readonly topic: Topic; readonly words: Uint8Array } | undefined {
  const topic = byByte.get(bytes[0] ?? 0);
  return topic && { topic, words: bytes.subarray(1) };
}
