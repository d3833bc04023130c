import { KeyshiftError, type ErrorCode } from '../../../shared/errors';
import { deviceName as deviceNameSchema } from '../../../shared/model/device';
import { parseInstanceCredential } from '../../engine/certificates/credential';
import { assertRoom } from '../../engine/certificates/admission';
import type { Crypto } from '../../engine/crypto/crypto';
import { deviceLinkMs, encodeDeviceLink } from '../../engine/identity/device-link';
import type { InstanceId } from '../../engine/ids';
import type { Address, Clock, Logger } from '../../engine/ports';
import type { Channel } from '../../engine/session/channel';
import type { AgreedDevice, LinkHostNews } from '../../engine/session/link-host';
import { type HostTalk, hostLink } from '../../engine/session/link-talk';
import type { OpenProfile } from '../open-profile';
import type { VaultService } from '../vault-service';
import { grantFor } from './granting';
import type { LinkingDoor } from './linking-door';
import { letIn } from './letting-in';
import { endCodes, type LinkingView } from './linking-view';
import type { PersonSettings } from './person-settings';

const linkAddresses = 3;
/** The longest until the clock is looked at again: no timer counts while a machine sleeps. */
const glanceMs = 10_000;
/** Channels of holders of the link that have not shown their keys: a new device tries several addresses at once. */
const mostTalks = 4;

export interface LinkingHostParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly vault: Pick<VaultService, 'profile' | 'state' | 'changeRecord'>;
  readonly ownAddresses: () => readonly Address[];
  readonly settings: () => PersonSettings;
  readonly view: LinkingView;
  /** A device was let in: it has to show itself. */
  readonly onLetIn: () => void;
  /** It was, and nothing can be given to it. */
  readonly strikeOff: (instanceId: InstanceId) => void;
}

/** One link, from being made to the device that came with it. */
interface Current {
  readonly secret: Uint8Array;
  readonly instanceId: InstanceId;
  /** Of the identity key that the digits are about. */
  readonly spkiHash: Uint8Array;
  /** Unix milliseconds. */
  readonly expiresAt: number;
  cancelExpiry: () => void;
  readonly talks: Set<HostTalk>;
  /** Of all that hold the link, the one whose digits are shown. */
  chosen: HostTalk | undefined;
  /** Once it is on the list. */
  letIn: InstanceId | undefined;
  /** The person is being asked where the identity key is. */
  asks?: boolean;
}

/** The existing device's side of linking: makes the link, compares, certifies, gives (protocol.md §10). */
export class LinkingHost implements LinkingDoor {
  readonly #parts: LinkingHostParts;
  #current: Current | undefined;

  constructor(parts: LinkingHostParts) {
    this.#parts = parts;
  }

  /** Errors: device.not-certifier, device.too-many, device.busy, key.unconfirmed. */
  link(): { link: string; expiresAt: number } {
    const { crypto, clock, vault, ownAddresses, view } = this.#parts;
    const { local } = vault.profile();
    if (local.unconfirmed) throw new KeyshiftError('key.unconfirmed', 'This key came from a file. No device is let in until it is known that no other device uses it.');
    assertCertifier(vault.profile());
    assertRoom(local.list.instances);
    if (view.isUnderWay && view.now.stage !== 'waiting') throw new KeyshiftError('device.busy', 'Another device is being let in.');
    this.#end();
    const secret = crypto.random(16);
    const expiresAt = (Math.floor(clock.now() / 1000) + deviceLinkMs / 1000) * 1000;
    const link = encodeDeviceLink(crypto, { peerId: local.peerId, instanceId: local.instanceId, secret, expiresAt, addresses: ownAddresses().slice(0, linkAddresses) });
    const current: Current = {
      secret,
      instanceId: local.instanceId,
      spkiHash: local.identity.spkiHash,
      expiresAt,
      cancelExpiry: () => undefined,
      talks: new Set(),
      chosen: undefined,
      letIn: undefined,
    };
    this.#current = current;
    this.#awaitExpiry(current, clock.monotonic() + deviceLinkMs);
    view.show({ side: 'existing', stage: 'waiting', expiresAt });
    return { link, expiresAt };
  }

  accepts(): boolean {
    const current = this.#current;
    // A machine that slept may have counted nothing of that time: what the link says holds all the same.
    return current !== undefined && current.expiresAt > this.#parts.clock.now() && current.chosen === undefined && current.talks.size < mostTalks;
  }

  answer(channel: Channel): void {
    const current = this.#current;
    const { local } = this.#parts.vault.profile();
    // Another key or device than the link was made for, since: the link leads nowhere.
    if (!current || !this.accepts() || local.instanceId !== current.instanceId || !this.#parts.crypto.equal(local.identity.spkiHash, current.spkiHash)) return channel.close();
    const { crypto, clock } = this.#parts;
    const talk: HostTalk = hostLink(
      channel,
      {
        crypto,
        local,
        now: () => clock.now(),
        secret: current.secret,
        myAddresses: this.#parts.ownAddresses(),
        isName: (name) => deviceNameSchema.safeParse(name).data === name,
        mayCompare: () => this.#current === current && current.chosen === undefined,
      },
      (news) => this.#hear(current, talk, channel, news),
    );
    current.talks.add(talk);
  }

  /** False where nothing is being compared here. */
  confirm(same: boolean): boolean {
    const chosen = this.#current?.chosen;
    if (!chosen || this.#parts.view.now.stage !== 'comparing') return false;
    chosen.tell({ kind: 'confirm', same });
    return true;
  }

  /** Ends what is under way without a word. Gives the device that is on the list already, if it came so far. */
  cancel(): InstanceId | undefined {
    const letIn = this.#current?.letIn;
    this.#end();
    return letIn;
  }

  /** The device that was let in showed itself, or did not and was struck off. */
  settled(instanceId: InstanceId, isHere: boolean): void {
    if (this.#current?.letIn !== instanceId) return;
    this.#end();
    this.#parts.view.over(isHere ? undefined : 'device.link-lost');
  }

  #hear(current: Current, talk: HostTalk, channel: Channel, news: LinkHostNews): void {
    if (this.#current !== current) return;
    if (news.kind === 'digits') return this.#compare(current, talk, news);
    if (news.kind === 'agreed') return void this.#letIn(current, talk, channel, news.device);
    current.talks.delete(talk);
    if (current.chosen !== talk) return;
    if (news.kind === 'done') return this.#done(current);
    // On the list already: it may have stored everything, and only its word was lost.
    if (current.letIn === undefined) this.#fail(current, endCodes[news.reason]);
  }

  #compare(current: Current, talk: HostTalk, { digits, deviceName }: Extract<LinkHostNews, { kind: 'digits' }>): void {
    current.chosen = talk;
    current.cancelExpiry();
    for (const other of current.talks) if (other !== talk) other.cancel();
    current.talks.clear();
    this.#parts.view.show({ side: 'existing', stage: 'comparing', digits, deviceName });
  }

  /** Certified and stored before it is told: a crash in between leaves a device on the list that nobody is, which is struck off again. */
  async #letIn(current: Current, talk: HostTalk, channel: Channel, device: AgreedDevice): Promise<void> {
    const { crypto, clock, logger, vault, view } = this.#parts;
    view.transferring();
    try {
      const assertStill = (): void => {
        if (this.#current !== current) throw new KeyshiftError('device.link-lost', 'Linking was called off.');
        if (!crypto.equal(vault.profile().local.identity.spkiHash, current.spkiHash)) throw new KeyshiftError('device.link-lost', 'The identity key changed meanwhile.');
      };
      const certifier = nameOfCertifier(crypto, vault.profile());
      if (certifier !== undefined) view.asking(certifier);
      current.asks = certifier !== undefined;
      await letIn({ crypto, clock, vault, assertStill }, device);
      current.asks = false;
      if (certifier !== undefined) view.transferring();
      current.letIn = device.instanceId;
      this.#parts.onLetIn();
      const { ownAddresses, settings } = this.#parts;
      talk.tell({ kind: 'issued', grant: grantFor({ crypto, profile: vault.profile(), device, channelHash: channel.hash, ownAddresses: ownAddresses(), settings: settings() }) });
    } catch (error) {
      logger.warn('device.not-let-in', { reason: error instanceof Error ? error.name : 'unknown' });
      if (current.letIn !== undefined) this.#parts.strikeOff(current.letIn);
      if (this.#current === current) this.#fail(current, error instanceof KeyshiftError ? error.code : 'internal');
    }
  }

  /** It stored everything. */
  #done(current: Current): void {
    const { vault, clock, logger } = this.#parts;
    const profile = vault.profile();
    try {
      profile.commit(() => {
        const { awaited: _here, ...row } = profile.stores.devices.find(current.letIn ?? current.instanceId) ?? {};
        if (current.letIn !== undefined && 'instanceId' in row) profile.stores.devices.put({ ...row, lastSeenAt: clock.now() });
      });
    } catch (error) {
      // Its first session says the same.
      logger.warn('device.not-noted', { reason: error instanceof Error ? error.name : 'unknown' });
    }
    this.#end();
    this.#parts.view.over();
  }

  /** By the wall clock, as the link says it, and at `latest` by the monotonic one: a clock that is set back makes it last no longer. */
  #awaitExpiry(current: Current, latest: number): void {
    const { clock } = this.#parts;
    const left = Math.min(current.expiresAt - clock.now(), latest - clock.monotonic());
    if (left <= 0) this.#expired(current);
    else current.cancelExpiry = clock.setTimer(Math.min(left, glanceMs), () => this.#awaitExpiry(current, latest));
  }

  #expired(current: Current): void {
    if (this.#current === current && current.chosen === undefined) this.#fail(current, 'device.link-expired');
  }

  #fail(current: Current, code: ErrorCode): void {
    if (this.#current !== current) return;
    this.#end();
    this.#parts.view.over(code);
  }

  #end(): void {
    const current = this.#current;
    if (!current) return;
    this.#current = undefined;
    if (current.asks === true && this.#parts.vault.state() === 'open') this.#parts.vault.profile().devices.upkeep.withdraw();
    current.cancelExpiry();
    current.chosen?.cancel();
    for (const talk of current.talks) talk.cancel();
    this.#parts.crypto.wipe(current.secret);
  }
}

/** The identity key is here, or where it can be asked for a signature. Errors: device.not-certifier. */
function assertCertifier({ local, devices }: OpenProfile): void {
  devices.standing.assertCounts();
  if (local.isCertifier) return;
  const certifier = local.list.instances.find(({ state, roles }) => state === 'active' && roles.includes('certifier'));
  if (certifier && devices.siblings.session(certifier.instanceId)) return;
  throw new KeyshiftError('device.not-certifier', 'Another device holds the identity key.');
}

/** Undefined where the identity key is here. */
function nameOfCertifier(crypto: Crypto, { local, stores }: OpenProfile): string | undefined {
  const certifier = local.isCertifier ? undefined : local.list.instances.find(({ state, roles }) => state === 'active' && roles.includes('certifier'));
  const row = certifier && stores.devices.find(certifier.instanceId);
  return certifier && (row ? parseInstanceCredential(crypto, row.credential).deviceName : '');
}
