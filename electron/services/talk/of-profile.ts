import type { Content, MessageRef } from '../../engine/dialog/content';
import type { InstanceId, PeerId } from '../../engine/ids';
import type { OpenProfile } from '../open-profile';
import type { ConversationRow } from '../ports';
import type { Surroundings } from '../surroundings';
import { Disappearing } from './disappearing';
import { MessageChanges } from './message-changes';
import { Together } from './together';
import { Typing } from './typing';

/** What an open profile has because people do more with messages than write them. */
export class ProfileTalk {
  readonly changes: MessageChanges;
  readonly disappearing: Disappearing;
  readonly typing: Typing;
  readonly together: Together;
  readonly #profile: OpenProfile;
  readonly #isReadTold: () => boolean;

  /** The profile is still being put together: only what is read later may be asked of it. */
  constructor(profile: OpenProfile, { clock, events, settings, logger }: Surroundings) {
    const { stores } = profile;
    const shared = { stores, events, clock, waiting: profile.waitingFor, replica: () => profile.devices.replica };
    this.#profile = profile;
    this.#isReadTold = () => settings().readReceipts;
    this.changes = new MessageChanges(shared);
    this.disappearing = new Disappearing({ ...shared, commit: (work) => profile.commit(work), commitBehind: (work) => profile.commit(work, true), erase: (rows) => this.changes.erase(rows, 'expired') });
    this.together = new Together({ conversations: stores.conversations, events, commit: (work) => profile.commit(work), logger });
    this.typing = new Typing({ stores, events, clock, isWanted: () => settings().typing, tell: (peerId, item) => profile.delivery.tell(peerId, item) });
  }

  /** Whether the other person's word of what they read is shown: only to whoever gives theirs. */
  get showsRead(): boolean {
    return this.#isReadTold();
  }

  /** Content that changes what is there. False: it is to be shown itself. */
  heard(conversation: ConversationRow, message: MessageRef & { readonly content: Content; readonly sentAt: number }): boolean {
    const { content, instanceId, sequence } = message;
    if (content.kind === 'edit' || content.kind === 'delete' || content.kind === 'reaction') {
      this.changes.heard(conversation, { ...message, content });
      return true;
    }
    if (content.kind !== 'timer') return false;
    this.#profile.stores.changes.addPlace(conversation.conversationId, { instanceId, sequence }, undefined);
    this.disappearing.heard(conversation, content.seconds, content.revision);
    return true;
  }

  /** This person read up to these places, here or on another own device. In the caller's transaction; what it makes due is sent by `flush`. */
  read(conversation: ConversationRow, places: readonly { readonly instanceId: InstanceId; readonly sequence: number }[]): void {
    if (this.#isReadTold()) for (const { instanceId, sequence } of places) this.#profile.engine.read(conversation, instanceId, sequence);
    this.disappearing.begin(conversation.conversationId);
  }

  start(): void {
    this.together.start();
    this.disappearing.start();
  }

  /** Nobody of this person is connected any more. */
  gone(peerId: PeerId): void {
    this.typing.gone(peerId);
  }

  close(): void {
    this.disappearing.close();
    this.typing.close();
    this.together.close();
    this.changes.close();
  }
}

/**
 * Messages of this conversation disappear from here on after so many seconds, on both sides; 0: they stay. In the caller's transaction, which then
 * flushes what waits for the person.
 */
export function setDisappearing(profile: OpenProfile, conversation: ConversationRow, seconds: number): void {
  if ((conversation.disappearAfter ?? 0) === seconds) return;
  const revision = profile.talk.disappearing.choose(conversation, seconds);
  const { instanceId, sequence } = profile.engine.send(conversation, { kind: 'timer', revision, seconds });
  profile.stores.changes.addPlace(conversation.conversationId, { instanceId, sequence }, undefined);
}
