import type { Secret } from '../crypto/secret';
import type { CachedHeader } from '../exchange/header-cache';
import type { KekHeader } from '../exchange/kek-block';
import type { DskHeader } from './session-key';
import type { OpenState } from './open-message';
import type { DialogKey } from './dialog-store';
import type { InstanceId } from '../ids';

/**
 * 628 and 640 of figure 6: a service pair and KEK header whose signature verified, and its opened key. They are one
 * signed block here, so one entry holds both.
 */
export class BlockEntry implements CachedHeader {
  readonly bytes: Buffer;
  /** hdr1. */
  readonly hash: Uint8Array;
  readonly header: KekHeader;
  readonly check: Uint8Array;
  readonly kek: Secret<'kek'>;
  /** H(instance credential) whose key signed it. */
  readonly signer: Uint8Array;
  /** H(own exchange credential) it was wrapped to. */
  readonly target: Uint8Array;

  constructor(parts: Omit<BlockEntry, 'wipe'>) {
    this.bytes = parts.bytes;
    this.hash = parts.hash;
    this.header = parts.header;
    this.check = parts.check;
    this.kek = parts.kek;
    this.signer = parts.signer;
    this.target = parts.target;
  }

  wipe(): void {
    this.kek.wipe();
  }
}

/** 652 of figure 7: a DSK header with dialog and sending instance behind it, and its unwrapped key. */
export class DskEntry implements CachedHeader {
  /** DSK header ‖ dialogId ‖ senderInstance, as they stand side by side in the message. */
  readonly bytes: Buffer;
  /** hdr2: of the DSK header alone. */
  readonly hash: Uint8Array;
  readonly header: DskHeader;
  readonly check: Uint8Array;
  readonly dialog: DialogKey;
  readonly instanceId: InstanceId;
  /** The block it was unwrapped under: another block, another associated data. */
  readonly hdr1: Uint8Array;
  readonly state: OpenState;

  constructor(parts: Omit<DskEntry, 'wipe'>) {
    this.bytes = parts.bytes;
    this.hash = parts.hash;
    this.header = parts.header;
    this.check = parts.check;
    this.dialog = parts.dialog;
    this.instanceId = parts.instanceId;
    this.hdr1 = parts.hdr1;
    this.state = parts.state;
  }

  wipe(): void {
    this.state.key.wipe();
  }
}
