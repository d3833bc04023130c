/**
 * Ids of the protocol as branded strings, so that they can be map keys and columns and never be mixed up.
 * Their bytes on the wire come from `wire/ids.ts`.
 */
declare const brand: unique symbol;
type Branded<B extends string> = string & { readonly [brand]: B };

/** H(SPKI of a person's first identity key): 32 bytes, here base32 lower case without padding, 52 characters (protocol.md §1). */
export type PeerId = Branded<'peer-id'>;
/** First 16 bytes of H("keyshift/2 instance" ‖ Ed25519 public key), lower-case hex: nobody can take another device's id. */
export type InstanceId = Branded<'instance-id'>;
/** Conversation handle, 16 random bytes, lower-case hex; unique only within a pair of people (S1-05, A40). */
export type DialogId = Branded<'dialog-id'>;
/** Key exchange key id, 16 random bytes, lower-case hex. */
export type KekId = Branded<'kek-id'>;
/** Dialog session key id, 16 random bytes, lower-case hex. */
export type DskId = Branded<'dsk-id'>;
