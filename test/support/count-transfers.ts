export interface Transfers {
  /** How many buffers have gone. */
  count: number;
  undo(): void;
}

/**
 * Counts the buffers that are let go of by the method which later runtimes have for it, and gives it to this one where it is older: here, too, the
 * buffer is detached in truth.
 */
export function countTransfers(): Transfers {
  const prototype: object = ArrayBuffer.prototype;
  const genuine = Object.getOwnPropertyDescriptor(prototype, 'transfer');
  const transfers: Transfers = {
    count: 0,
    undo: () => void (genuine ? Object.defineProperty(prototype, 'transfer', genuine) : Reflect.deleteProperty(prototype, 'transfer')),
  };
  Object.defineProperty(prototype, 'transfer', {
    configurable: true,
    value(this: ArrayBuffer) {
      transfers.count += 1;
      return structuredClone(this, { transfer: [this] });
    },
  });
  return transfers;
}
