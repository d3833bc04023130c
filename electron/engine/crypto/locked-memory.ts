import { sodium } from './native';

/**
 * Where secrets live: slots of 64 bytes in few chunks (64 KiB, then 1 MiB), each locked once and never unlocked.
 *
 * Why an arena and not one locked buffer per secret: the system locks whole pages and keeps no count, so unlocking one
 * wiped secret would unlock whatever shares its page, and a lock per short-lived handshake secret costs 3 µs.
 * Why a chunk is a `WebAssembly.Memory`: it is the one buffer that JavaScript can ask for which begins at a page and
 * shares none. An ordinary buffer shares pages with strangers, and Electron's allocator aborts the whole process
 * (SIGTRAP, seen in 25.1.1) when it gives back a page that is still locked. Nothing else may call `sodium_mlock`.
 */
const slotLength = 64;
/** A page of WebAssembly. */
const pageLength = 64 * 1024;

interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

// Part of the language's runtimes, yet typed only by the DOM library, which the main process does without.
const { Memory } = (globalThis as unknown as { WebAssembly: { Memory: new (size: { initial: number; maximum: number }) => WasmMemory } }).WebAssembly;

const free: Uint8Array[] = [];
/** Keeps every chunk for the life of the process: a locked page is never given back. */
const chunks: Uint8Array[] = [];
let failed = false;

/** True once the system refused to lock secrets in memory: they may reach swap. Reported, not fatal (protocol.md §3). */
export function memoryLockFailed(): boolean {
  return failed;
}

/** Slots with an owner that is watched. */
const watched = new Set<Uint8Array>();
/**
 * Slots given out in this turn of the event loop, with the view their owner has. They cannot be collected while they are in here, and most secrets
 * of a handshake are wiped before the turn ends: those need no watching, which costs more than the key derivation that made them.
 */
const young = new Map<Uint8Array, Uint8Array>();
/** A slot whose owner was collected without `wipe`: zeroed all the same. Held by its view, not by its secret. */
const forgotten = new FinalizationRegistry<Uint8Array>((slot) => release(slot));
// Node may never end (18 did not, at full load) when owners were collected just before its end: it tries for ever to call
// what it may call no longer (https://github.com/nodejs/node/issues/47748). Without owners there is nothing to call.
// oxlint-disable-next-line eslint/no-restricted-globals -- the memory is the process' own, as is its end: no port could stand for it.
process.on('exit', () => {
  for (const slot of watched) forgotten.unregister(slot);
});

export interface LockedBytes {
  /** `length` bytes in locked memory, zeroed. */
  readonly bytes: Uint8Array;
  /** Zeroes them and gives the slot back. Called once. */
  release(): void;
}

/** `length` (at most 64) zeroed bytes in locked memory. */
export function lockedBytes(length: number): LockedBytes {
  if (length > slotLength) throw new RangeError('a secret has at most 64 bytes');
  const slot = free.pop() ?? grow();
  const bytes = slot.subarray(0, length);
  if (!isDue) void turnEnded.then(watch);
  isDue = true;
  young.set(slot, bytes);
  return {
    bytes,
    release: () => {
      if (!young.delete(slot)) forgotten.unregister(slot);
      release(slot);
    },
  };
}

/** Settled already: what follows it runs when the code that is running now has returned. */
const turnEnded = Promise.resolve();
let isDue = false;

function watch(): void {
  isDue = false;
  for (const [slot, bytes] of young) {
    forgotten.register(bytes, slot, slot);
    watched.add(slot);
  }
  young.clear();
}

function release(slot: Uint8Array): void {
  slot.fill(0);
  watched.delete(slot);
  free.push(slot);
}

function grow(): Uint8Array {
  const bytes = newChunk(chunks.length === 0 ? 1 : 16);
  chunks.push(bytes);
  for (let at = slotLength; at < bytes.length; at += slotLength) free.push(bytes.subarray(at, at + slotLength));
  return bytes.subarray(0, slotLength);
}

/** Each such memory reserves gigabytes of addresses (not of memory): the second is larger, so that a few are enough. */
function newChunk(pages: number): Uint8Array {
  try {
    const bytes = new Uint8Array(new Memory({ initial: pages, maximum: pages }).buffer);
    sodium.sodium_mlock(bytes);
    return bytes;
  } catch {
    failed = true;
    return new Uint8Array(pages * pageLength);
  }
}
