import type { Pin } from '../../electron/engine/certificates/pinned-chain';
import type { LocalParty } from '../../electron/engine/certificates/local-party';
import { type DepositParts, openDeposit, sealDeposit } from '../../electron/engine/dialog/deposit';
import type { PeerId } from '../../electron/engine/ids';
import type { Device } from './dialog-kit';

export interface Opening {
  /** What is pinned otherwise than the device knows it. */
  readonly pin?: (peerId: PeerId) => Partial<Pin>;
  readonly local?: LocalParty;
  readonly mayDecapsulate?: () => boolean;
}

/** What a device needs to open deposits: everybody it knows is pinned as it knows them. */
export function depositParts(device: Device, { pin, local, mayDecapsulate }: Opening = {}): DepositParts {
  return {
    crypto: device.crypto,
    local: local ?? device.person.local,
    peers: {
      pinned: (peerId) => {
        const known = device.peers.get(peerId);
        return known && { spkiHash: known.identity.spkiHash, blocked: known.blocked, ...pin?.(peerId) };
      },
    },
    mayDecapsulate: mayDecapsulate ?? (() => true),
    now: device.clock.now(),
  };
}

/** Everything that waits for the other, each alone in a deposit. */
export function depositsFor(from: Device, to: Device): Uint8Array[] {
  const remote = from.peers.get(to.peerId);
  if (!remote) throw new Error('the sender does not know the recipient');
  return [...from.pending(to), ...from.acknowledgements(to)].map((message) => sealDeposit(from.crypto, from.person.local, remote, message));
}

/** Opens each alone and receives it: outcome by outcome. */
export function take(device: Device, deposits: readonly Uint8Array[], opening: Opening = {}): string[] {
  return deposits.map((deposit) => {
    const opened = openDeposit(depositParts(device, opening), deposit);
    if (opened.kind === 'refused') return `refused: ${opened.reason}`;
    const [outcome] = device.engine.receive(opened.source, [opened.message]);
    return outcome?.kind === 'rejected' ? `rejected: ${outcome.reason}` : (outcome?.kind ?? 'nothing');
  });
}

/** In another order, the same for the same seed. */
export function shuffled<T>(all: readonly T[], seed: number): T[] {
  let state = seed >>> 0;
  return all
    .map((one) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return [state, one] as const;
    })
    .sort(([a], [b]) => a - b)
    .map(([, one]) => one);
}
