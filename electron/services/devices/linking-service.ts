import type { Handlers } from '../../../shared/contract/contract';
import { KeyshiftError } from '../../../shared/errors';
import type { InstanceId } from '../../engine/ids';
import type { Address } from '../../engine/ports';
import type { VaultService } from '../vault-service';
import { AwaitedDevices } from './awaited-devices';
import { deviceActs } from './device-acts';
import type { LinkingDoor } from './linking-door';
import { LinkingHost } from './linking-host';
import { LinkingJoiner, type LinkingJoinerParts } from './linking-joiner';
import { LinkingView } from './linking-view';

export interface LinkingServiceParts extends Omit<LinkingJoinerParts, 'view' | 'vault'> {
  /** Asked for when needed: the vault's own parts hold this door. */
  readonly vault: () => VaultService;
  readonly ownAddresses: () => readonly Address[];
}

/** Letting a new device of one's own in, from either side; one at a time. */
export class LinkingService implements LinkingDoor {
  readonly handlers: Pick<Handlers['devices'], 'link' | 'join' | 'confirm' | 'cancel' | 'linking'>;
  readonly #host: LinkingHost;
  readonly #joiner: LinkingJoiner;
  readonly #awaited: AwaitedDevices;

  constructor(parts: LinkingServiceParts) {
    const { crypto, clock, logger, events, preferences, ownAddresses } = parts;
    const view = new LinkingView(events);
    const vault: LinkingJoinerParts['vault'] & Pick<VaultService, 'changeRecord'> = {
      profile: () => parts.vault().profile(),
      state: () => parts.vault().state(),
      requireAbsence: () => parts.vault().requireAbsence(),
      restore: (bring) => parts.vault().restore(bring),
      changeRecord: (change, also) => parts.vault().changeRecord(change, also),
    };
    this.#joiner = new LinkingJoiner({ ...parts, vault, view });
    this.#host = new LinkingHost({ crypto, clock, logger, vault, ownAddresses, settings: () => preferences.get().settings, view, onLetIn: () => this.#awaited.look(), strikeOff: (instanceId) => this.#awaited.strikeOff(instanceId) });
    const acts = deviceActs({ profile: vault.profile, vault, crypto, clock, events });
    const suspend = async (instanceId: InstanceId): Promise<void> => void (await acts.suspend({ instanceId }));
    this.#awaited = new AwaitedDevices({ crypto, clock, logger, events, vault, suspend, onSettled: (instanceId, isHere) => this.#host.settled(instanceId, isHere) });
    events.on((event) => {
      if (event.type !== 'vault.changed' || event.state !== 'locked' || view.now.side !== 'existing') return;
      this.#host.cancel();
      view.show({ stage: 'idle' });
    });
    this.handlers = {
      link: () => this.#host.link(),
      join: (input) => {
        this.#joiner.join(input);
        return null;
      },
      confirm: ({ same }) => {
        if (!this.#host.confirm(same) && !this.#joiner.confirm(same)) throw new KeyshiftError('device.not-linking', 'No digits are being compared.');
        return null;
      },
      cancel: () => {
        const letIn = this.#host.cancel();
        if (letIn !== undefined) this.#awaited.strikeOff(letIn);
        if (this.#joiner.cancel() && view.isUnderWay) view.show({ stage: 'idle' });
        return null;
      },
      linking: () => view.now,
    };
  }

  accepts(): boolean {
    return this.#host.accepts();
  }

  answer: LinkingDoor['answer'] = (channel) => this.#host.answer(channel);

  /** The program ends. */
  close(): void {
    this.#host.cancel();
    this.#joiner.close();
    this.#awaited.close();
  }
}
