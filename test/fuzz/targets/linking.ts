import { isConsent } from '../../../electron/engine/certificates/credential';
import { openLocalParty } from '../../../electron/engine/certificates/local-party';
import type { Crypto } from '../../../electron/engine/crypto/crypto';
import { encodeDeviceLink, parseDeviceLink } from '../../../electron/engine/identity/device-link';
import { channelKinds, type ChannelFrame } from '../../../electron/engine/session/channel-frames';
import { encodeJoinerReveal, parseJoinerReveal } from '../../../electron/engine/session/link-code';
import { encodeLinkGrant, openLinkGrant, parseLinkGrant } from '../../../electron/engine/session/link-grant';
import { recordOfGrant } from '../../../electron/engine/session/link-record';
import { concat } from '../../../electron/engine/wire/writer';
import { WireError } from '../../../electron/engine/wire/wire-error';
import { KeyshiftError } from '../../../shared/errors';
import { agreedOf, exchange, hostRole, issue, joinerParts, joinerRole, newOwner } from '../../support/link-kit';
import { testNow } from '../../support/session-kit';
import { inRow, layoutTarget, outcomeOf, rowOf, type Target } from '../target';

const hash = new Uint8Array(32).fill(9);
const kinds = Object.values(channelKinds);

/** Letting a device in: the link as text, the frames to either side as whole rows, and what a proven device grants (§10.1; A64, A65). */
export async function linking(): Promise<Target[]> {
  const owner = await newOwner('Ann');
  // The same words at every run, so that those of the other side fit them.
  const steady: Crypto = { ...owner.crypto, random: (length) => new Uint8Array(length).fill(7) };
  const link = { ...owner.link, secret: new Uint8Array(16).fill(3), addresses: [{ host: '192.0.2.9', port: 4711 }, { host: '2001:db8::1', port: 1 }, { host: 'a.example', port: 65_535 }] };
  const here = { ...owner, crypto: steady, link };
  const parts = { ...joinerParts(owner.crypto, link), crypto: steady };
  const [host, joiner] = [hostRole(here, hash), joinerRole(parts, hash)];
  exchange(host, joiner);
  for (const each of [joiner, host]) each.on({ kind: 'confirm', same: true });
  exchange(host, joiner);
  const device = agreedOf(host);
  if (!device) throw new Error('the two did not agree');
  host.on({ kind: 'issued', grant: await issue(owner, device, hash) });
  const [byJoiner, byHost] = [joiner.said, host.said].map((said) => rowOf(said.map(({ kind, payload }) => ({ head: kind, body: payload }))));
  const reveal = joiner.said[1]?.payload;
  const sealed = concat(...host.said.flatMap(({ kind, payload }) => (kind === channelKinds.linkGrant ? [payload.subarray(1)] : [])));
  const statement = openLinkGrant(owner.crypto, parts.keys.kem.secret, owner.local.instance.credential.signingKey, owner.local.peerId, device.instanceId, hash, sealed);
  if (!byJoiner || !byHost || !reveal || !statement) throw new Error('somebody said nothing');
  const compared = { peerId: owner.local.peerId, spkiHash: owner.local.identity.spkiHash, instanceId: owner.local.instanceId };
  const text = encodeDeviceLink(owner.crypto, link);
  return [
    {
      name: 'device-link',
      seeds: [Buffer.from(text), Buffer.from(`<${text.slice(0, 90)}\n${text.slice(90)}>`)],
      run: (bytes) =>
        outcomeOf([KeyshiftError], () => {
          if (encodeDeviceLink(owner.crypto, parseDeviceLink(owner.crypto, Buffer.from(bytes).toString('utf8'), testNow)) !== text) throw new Error('an altered link was read');
          return 'read';
        }),
    },
    layoutTarget({ name: 'link-reveal', seeds: [reveal], parse: parseJoinerReveal, encode: encodeJoinerReveal }),
    {
      name: 'link-host',
      costly: true,
      seeds: [byJoiner, byJoiner.subarray(0, 1_500)],
      run: (bytes) => {
        const role = hostRole(here, hash);
        for (const frame of framesIn(bytes)) {
          role.on({ kind: 'frame', frame });
          role.on({ kind: 'confirm', same: true });
        }
        const agreed = agreedOf(role);
        if (agreed && !isConsent(owner.crypto, owner.local.peerId, agreed, agreed.consent)) throw new Error('a device was let in that did not consent');
        return role.told.map(({ kind }) => kind).join(' ') || (role.over ? 'over' : 'waits');
      },
    },
    {
      name: 'link-joiner',
      costly: true,
      seeds: [byHost, byHost.subarray(0, 6_000)],
      run: (bytes) => {
        const role = joinerRole(parts, hash);
        for (const frame of framesIn(bytes)) {
          role.on({ kind: 'frame', frame });
          role.on({ kind: 'confirm', same: true });
        }
        const granted = role.told.flatMap((news) => (news.kind === 'granted' ? [news.linked] : []));
        if (granted.length > 0 && !Buffer.from(bytes).includes(Buffer.from(sealed.subarray(0, 1_000)))) throw new Error('somebody else’s grant was taken');
        return role.told.map(({ kind }) => kind).join(' ') || (role.over ? 'over' : 'waits');
      },
    },
    layoutTarget({ name: 'link-grant-layout', seeds: [statement], parse: parseLinkGrant, encode: encodeLinkGrant }),
    {
      name: 'link-grant',
      costly: true,
      seeds: [statement],
      run: (bytes) =>
        outcomeOf([WireError, KeyshiftError], () => {
          const { record, devices } = recordOfGrant(owner.crypto, bytes, { ...parts.keys, deviceName: parts.deviceName }, compared, testNow);
          if (record.identityKeys.some((key) => 'privateKey' in key)) throw new Error('a private identity key was taken');
          const party = openLocalParty(owner.crypto, record);
          const right = party.peerId === owner.local.peerId && party.instanceId === device.instanceId && devices[0]?.instanceId === owner.local.instanceId;
          party.wipe();
          if (!right) throw new Error('another person or device came of it');
          return 'whole';
        }),
    },
  ];
}

function framesIn(bytes: Uint8Array): ChannelFrame[] {
  return inRow(bytes).map(({ head, body }) => ({ kind: kinds.find((known) => known === head) ?? kinds[head % kinds.length] ?? channelKinds.linkHello, payload: body }));
}
