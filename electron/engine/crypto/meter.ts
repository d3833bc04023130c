import type { MeterCounts } from '../../../shared/model/diagnostics';

const zero: MeterCounts = {
  rsaKeygen: 0,
  rsaSign: 0,
  rsaVerify: 0,
  sign: 0,
  verify: 0,
  dh: 0,
  kemKeygen: 0,
  kemEncaps: 0,
  kemDecaps: 0,
  kekWrap: 0,
  kekUnwrap: 0,
  dskWrap: 0,
  dskUnwrap: 0,
  seal: 0,
  open: 0,
};

export type MeterName = keyof MeterCounts;

/**
 * Counts every primitive one engine calls, so that "no public-key operation" is a number in a test and on the
 * diagnostics page (protocol.md §3). One instance per engine: two peers in one process do not mix.
 */
export class Meter {
  #counts: Record<MeterName, number> = { ...zero };

  count(name: MeterName): void {
    this.#counts[name] += 1;
  }

  read(): MeterCounts {
    return { ...this.#counts };
  }

  reset(): void {
    this.#counts = { ...zero };
  }
}
