import { KeyshiftError, type ErrorCode } from '../../../shared/errors';
import { deviceName as deviceNameSchema } from '../../../shared/model/device';
import type { Crypto } from '../../engine/crypto/crypto';
import { selfTest } from '../../engine/crypto/self-test';
import { type DeviceLink, parseDeviceLink } from '../../engine/identity/device-link';
import type { Clock, Logger, Random, Transport } from '../../engine/ports';
import type { LinkJoinerNews } from '../../engine/session/link-joiner';
import type { JoinerKeys, Linked } from '../../engine/session/link-record';
import type { JoinerTalk } from '../../engine/session/link-talk';
import { backoffMs } from '../backoff';
import type { EventHub } from '../event-hub';
import type { PreferencesStore, Stores, VaultFile } from '../ports';
import { NotNeeded } from '../racing';
import { refusePrivateKey } from '../refuse-private-key';
import type { VaultService } from '../vault-service';
import { wipeRecord } from '../wipe-record';
import { CatchingUp } from './catching-up';
import { endCodes, type LinkingView } from './linking-view';
import { parsePersonSettings } from './person-settings';
import { reachHost } from './reaching-host';

export interface LinkingJoinerParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly events: EventHub;
  readonly transport: Transport;
  readonly vault: Pick<VaultService, 'requireAbsence' | 'restore' | 'profile' | 'state'>;
  readonly vaultFile: Pick<VaultFile, 'create' | 'state'>;
  readonly preferences: PreferencesStore;
  readonly deviceName: string;
  readonly view: LinkingView;
}

/** So often the existing device is found and lets nobody in, before this one gives up. */
const mostClosed = 3;

interface Current {
  readonly link: DeviceLink;
  readonly passphrase: string;
  readonly keys: JoinerKeys;
  readonly deviceName: string;
  readonly quit: AbortController;
  talk: JoinerTalk | undefined;
  /** The vault is there: nothing is called off any more. */
  stored: boolean;
}

/** The new device's side of linking: finds the existing one, compares, and makes a vault of what it is given (protocol.md §10). */
export class LinkingJoiner {
  readonly #parts: LinkingJoinerParts;
  readonly #unsubscribe: () => void;
  readonly #catchingUp: CatchingUp;
  #current: Current | undefined;

  constructor(parts: LinkingJoinerParts) {
    this.#parts = parts;
    this.#catchingUp = new CatchingUp(parts.clock, (progress) => parts.view.transferring(progress), () => this.#done());
    this.#unsubscribe = parts.events.on((event) => {
      if (event.type === 'devices.changed') this.#lookAround();
      if (event.type === 'vault.changed' && event.state === 'locked' && this.#current?.stored === true) this.#end();
    });
  }

  /** Errors: vault.exists, key.private, device.link-garbled, device.link-newer, device.link-expired, device.busy, self-test.failed. */
  join({ link: text, passphrase, name }: { readonly link: string; readonly passphrase: string; readonly name?: string | undefined }): void {
    const { crypto, clock, vault, view, deviceName } = this.#parts;
    vault.requireAbsence();
    refusePrivateKey(text);
    const link = parseDeviceLink(crypto, text, clock.now());
    if (this.#current) throw new KeyshiftError('device.busy', 'This device is being let in already.');
    selfTest(crypto);
    const current: Current = {
      link,
      passphrase,
      keys: { signing: crypto.generateSigning(), kem: crypto.generateKem('instance-kem') },
      deviceName: deviceNameSchema.parse(name ?? deviceName),
      quit: new AbortController(),
      talk: undefined,
      stored: false,
    };
    this.#current = current;
    view.show({ side: 'new', stage: 'waiting', expiresAt: link.expiresAt });
    void this.#reach(current);
  }

  /** False where nothing is being compared here. */
  confirm(same: boolean): boolean {
    const talk = this.#current?.talk;
    if (!talk || this.#parts.view.now.stage !== 'comparing') return false;
    talk.tell({ kind: 'confirm', same });
    return true;
  }

  /** Ends what is under way without a word. False, and nothing happens, where this device is one of its person's already. */
  cancel(): boolean {
    if (this.#current?.stored === true) return false;
    this.#end();
    return true;
  }

  close(): void {
    this.#unsubscribe();
    this.#end();
  }

  /** Again and again until somebody answers, or the link has run out. */
  async #reach(current: Current): Promise<void> {
    const { crypto, clock, logger, transport, random } = this.#parts;
    const { link, keys, deviceName, quit } = current;
    const joiner = { crypto, now: () => clock.now(), link, keys, deviceName };
    try {
      for (let failures = 1, closed = 0; ; failures += 1) {
        const reached = await reachHost({ crypto, clock, logger, transport, link, joiner, hear: (talk, news) => this.#hear(current, talk, news) }, quit.signal);
        if (typeof reached !== 'string') return;
        // It may be locked for a moment; but a link that is spent looks like that, too.
        if (reached === 'closed') closed += 1;
        if (reached === 'refused' || closed === mostClosed) return this.#fail(current, 'device.link-refused');
        await this.#pause(backoffMs(random, Math.min(failures, 3)), quit.signal);
        if (link.expiresAt <= clock.now()) return this.#fail(current, 'device.link-expired');
      }
    } catch (error) {
      if (quit.signal.aborted) return;
      logger.error('device.linking-failed', { reason: error instanceof Error ? error.name : 'unknown' });
      this.#fail(current, 'internal');
    }
  }

  #pause(milliseconds: number, quit: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = this.#parts.clock.setTimer(milliseconds, () => {
        quit.removeEventListener('abort', leave);
        resolve();
      });
      const leave = (): void => {
        cancel();
        reject(new NotNeeded());
      };
      quit.addEventListener('abort', leave);
    });
  }

  #hear(current: Current, talk: JoinerTalk, news: LinkJoinerNews): void {
    if (this.#current !== current) return talk.cancel();
    switch (news.kind) {
      case 'digits':
        current.talk = talk;
        return this.#parts.view.show({ side: 'new', stage: 'comparing', digits: news.digits, deviceName: news.deviceName });
      case 'agreed':
        return this.#parts.view.transferring();
      case 'granted':
        return void this.#store(current, talk, news.linked);
      case 'done':
        return;
      case 'ended':
        // Once it is stored, it is this person's device, whatever becomes of the connection.
        if (!current.stored) this.#fail(current, endCodes[news.reason]);
    }
  }

  /** One step: a vault with all of it, or none. */
  async #store(current: Current, talk: JoinerTalk, { record, devices, settings }: Linked): Promise<void> {
    const { crypto, clock, vault, vaultFile, preferences, logger } = this.#parts;
    const before = preferences.get().settings;
    try {
      await vault.restore(async () => {
        if (this.#current !== current) throw new NotNeeded();
        const initialise = (stores: Stores): void => {
          stores.local.save(record);
          for (const device of devices) stores.devices.put({ ...device, cardTime: 0, addedAt: clock.now() });
        };
        // Before the device exists: it must not tell what its person does not want told, not even after a crash right now; and a disk that does not take them leaves nothing open.
        preferences.set({ settings: { ...before, ...parsePersonSettings(settings) } });
        try {
          const opened = await vaultFile.create(current.passphrase, initialise);
          current.stored = true;
          return opened;
        } catch (error) {
          if (vaultFile.state() === 'absent') preferences.set({ settings: before });
          throw error;
        }
      });
    } catch (error) {
      logger.error('device.not-stored', { reason: error instanceof Error ? error.name : 'unknown' });
      if (!current.stored) return this.#fail(current, error instanceof KeyshiftError ? error.code : 'internal');
    } finally {
      wipeRecord(crypto, record);
    }
    talk.tell({ kind: 'stored' });
    this.#lookAround();
  }

  /** Done once the history is here. */
  #lookAround(): void {
    const { vault } = this.#parts;
    if (this.#current?.stored === true && vault.state() === 'open') this.#catchingUp.look(vault.profile());
  }

  #done(): void {
    this.#end(false);
    this.#parts.view.over();
  }

  #fail(current: Current, code: ErrorCode): void {
    if (this.#current !== current) return;
    this.#end();
    this.#parts.view.over(code);
  }

  /** `hangUp`: what is said at the end may still be on its way otherwise. */
  #end(hangUp = true): void {
    const current = this.#current;
    if (!current) return;
    this.#current = undefined;
    current.quit.abort();
    this.#catchingUp.close();
    if (hangUp) current.talk?.cancel();
    current.keys.signing.secret.wipe();
    current.keys.kem.secret.wipe();
  }
}
