import type { Crypto } from '../../electron/engine/crypto/crypto';
import type { Secret } from '../../electron/engine/crypto/secret';
import { encodeContent } from '../../electron/engine/dialog/content';
import { createSealState, sealMessage } from '../../electron/engine/dialog/seal-message';
import { type DskHeader, encodeDskHeader, wrapDsk } from '../../electron/engine/dialog/session-key';
import { createKekBlock, type KekHeader } from '../../electron/engine/exchange/kek-block';
import { certName, issued, type ServicePairNames } from '../../electron/engine/exchange/service-pair';
import type { DialogId, InstanceId } from '../../electron/engine/ids';
import { dialogIdFromBytes, dskIdFromBytes, kekIdFromBytes } from '../../electron/engine/wire/ids';
import type { Person } from './dialog-person';

/** A malicious but authenticated contact: it holds its own keys and puts together what it likes. */
export class Forger {
  readonly crypto: Crypto;
  readonly from: Person;
  readonly to: Person;
  kek: Secret<'kek'>;
  kekHeader: KekHeader;
  dsk: Secret<'dsk-send'>;
  dskHeader: DskHeader;
  dialogId: DialogId;

  constructor(crypto: Crypto, from: Person, to: Person) {
    this.crypto = crypto;
    this.from = from;
    this.to = to;
    this.kek = crypto.randomSecret('kek', 32);
    this.kekHeader = { kekId: kekIdFromBytes(crypto.random(16)), creatingInstance: from.local.instanceId, epoch: 1, notBefore: 1, notAfter: 2 };
    this.dsk = crypto.randomSecret('dsk-send', 32);
    this.dskHeader = { dskId: dskIdFromBytes(crypto.random(16)), epoch: 1, firstSequence: 1, compromise: false };
    this.dialogId = dialogIdFromBytes(crypto.random(16));
  }

  newKek(): void {
    this.kek = this.crypto.randomSecret('kek', 32);
  }

  newDsk(): void {
    this.dsk = this.crypto.randomSecret('dsk-send', 32);
  }

  newDskId(): DskHeader['dskId'] {
    return dskIdFromBytes(this.crypto.random(16));
  }

  newDialog(): DialogId {
    this.dialogId = dialogIdFromBytes(this.crypto.random(16));
    return this.dialogId;
  }

  block(options: { signWith?: Secret<'instance-signing'>; names?: Person; to?: Person; changed?: Partial<ServicePairNames> } = {}): Uint8Array {
    const named = (options.names ?? this.from).local;
    const to = options.to ?? this.to;
    const { credential } = to.local.exchange.current;
    const block = createKekBlock(this.crypto, {
      names: {
        initiatorCert: certName(named.identity, named.instance.credential),
        initiatorIssued: issued(named.instance.credential),
        targetCert: certName(to.local.identity, credential),
        targetIssued: issued(credential),
        ...options.changed,
      },
      header: this.kekHeader,
      kek: this.kek,
      recipientKem: credential.kemKey,
      signing: options.signWith ?? this.from.local.instance.signing.secret,
    });
    if (!block) throw new Error('the recipient has a malformed key');
    return block;
  }

  message(sequence: number, text: string, options: { block?: Uint8Array; control?: boolean; plaintext?: Uint8Array; time?: number; senderInstance?: InstanceId } = {}): Uint8Array {
    const { crypto, from, to } = this;
    const block = options.block ?? this.block();
    const { senderInstance = from.local.instanceId } = options;
    const context = { sender: from.local.peerId, recipient: to.local.peerId, dialogId: this.dialogId, senderInstance, kekId: this.kekHeader.kekId };
    const bytes = encodeDskHeader(this.dskHeader, wrapDsk(crypto, this.kek, context, this.dskHeader, this.dsk));
    const state = createSealState({
      block: { bytes: block, hash: crypto.sha256(block) },
      dskHeader: { bytes, hash: crypto.sha256(bytes) },
      dialogId: this.dialogId,
      senderInstance,
      key: this.dsk,
    });
    const content = encodeContent({ kind: 'text', text });
    const plaintext = options.plaintext ?? Buffer.concat([crypto.random(16), content]);
    return sealMessage(crypto, state, { control: options.control ?? false, sequence, time: options.time ?? 5, plaintext }, crypto.random(16));
  }
}
