import type { AppEvent } from '../../shared/contract/contract';
import type { Contact } from '../../shared/model/contact';
import type { Conversation } from '../../shared/model/conversation';
import type { Message } from '../../shared/model/message';
import type { Settings } from '../../shared/model/settings';
import type { DesktopWords } from './desktop-words';
import { noticeText, plainText } from './notice-text';

/** A notification on the desktop. */
export interface Notice {
  close(): void;
}

export interface NoticeContent {
  readonly title: string;
  readonly body: string;
}

export interface NoticesParts {
  readonly conversations: () => Promise<readonly Conversation[]>;
  readonly contacts: () => Promise<readonly Contact[]>;
  readonly settings: () => Settings;
  readonly words: () => DesktopWords;
  readonly now: () => number;
  readonly setTimer: (milliseconds: number, run: () => void) => () => void;
  /** True while the person looks at this conversation. */
  readonly isLookedAt: (conversationId: string) => boolean;
  /** Shows one; `gone` is called when the desktop put it away by itself. */
  readonly show: (content: NoticeContent, clicked: () => void, gone: () => void) => Notice;
  readonly clicked: (target: { readonly conversationId?: string; readonly messageId?: string }) => void;
  /** How many messages wait to be read, muted conversations left out. */
  readonly unread: (count: number) => void;
  readonly failed: (error: unknown) => void;
}

/** Milliseconds from an arrival to the look at what there is: a burst is looked at once. */
const pause = 200;
/** A storm of requests shows no more than this many at a time. */
const mostRequests = 3;
/** Messages of a conversation that are remembered while it has a notification: what it says next when the newest is taken back. */
const mostKept = 20;

/** What stands on the desktop for a conversation. */
interface Shown {
  readonly notice: Notice;
  readonly content: NoticeContent;
  /** The person's name, as it is shown. */
  readonly name: string;
  /** The newest that it counts, oldest first. */
  readonly messages: readonly Message[];
  readonly count: number;
}

/** From least to most said. */
const choices: readonly Settings['notifications'][] = ['off', 'nothing', 'name', 'message'];

/** Milliseconds until the time is looked at again while something is muted: of a computer that sleeps timers wait as long as it slept. */
const glance = 10 * 60_000;

/**
 * What the desktop is told of messages: one notification for each conversation, gone when the conversation was read or looked at,
 * all it counts was taken back, or the vault closed; and the number of unread messages. What is worded anew or taken back is not said there any more. Muted conversations and the one that is looked at are quiet.
 * Follows the events, and asks for the conversations once for each burst of them.
 */
export class Notices {
  readonly #parts: NoticesParts;
  #arrived = new Map<string, Message[]>();
  /** What the look under way is about. */
  #lookedUp = new Map<string, Message[]>();
  readonly #shown = new Map<string, Shown>();
  readonly #requests = new Map<string, { readonly notice: Notice; readonly name: string; readonly body: string }>();
  /** What may be said, as it was when that was last looked at. */
  #choice: Settings['notifications'];
  #open = false;
  #looking: Promise<void> | undefined;
  #cancel: (() => void) | undefined;
  /** Of the look for when the next muted conversation counts again. */
  #cancelUnmuting: (() => void) | undefined;

  constructor(parts: NoticesParts) {
    this.#parts = parts;
    this.#choice = parts.settings().notifications;
  }

  hear(event: AppEvent): void {
    switch (event.type) {
      case 'vault.changed':
        this.#open = event.state === 'open';
        if (this.#open) this.#lookSoon();
        else this.forget();
        return;
      case 'message.received':
        // Messages of the own devices come the same way.
        if (event.message.direction === 'in') this.#arrived.set(event.conversationId, [...(this.#arrived.get(event.conversationId) ?? []).slice(-mostKept), event.message]);
        this.#lookSoon();
        return;
      case 'message.changed':
        this.#changed(event.message);
        return;
      case 'messages.removed':
        this.#becomes(event.conversationId, (message) => (event.messageIds.includes(message.messageId) ? undefined : message));
        this.#lookSoon();
        return;
      case 'conversation.changed':
      case 'messages.moved':
        this.#lookSoon();
        return;
      case 'contact.request':
        this.#request(event.requestId, event.name);
        return;
      case 'contact.requestOver':
        this.#endRequest(event.requestId);
        return;
      default:
    }
  }

  /** The person came to the window: requests are on the screen there, and so is one conversation. */
  lookedAt(): void {
    for (const id of this.#requests.keys()) this.#endRequest(id);
    for (const id of this.#shown.keys()) if (this.#parts.isLookedAt(id)) this.#putAway(id);
  }

  /** Where less is to be said from now on, what stands there says less, or goes. Where more is, nothing is shown once more. */
  settingsChanged(): void {
    const before = this.#choice;
    this.#choice = this.#parts.settings().notifications;
    if (choices.indexOf(this.#choice) >= choices.indexOf(before)) return;
    for (const id of this.#shown.keys()) this.#sayAnew(id, (message) => message);
    for (const [id, { name, body }] of this.#requests) {
      if (this.#requestBody(name) === body) continue;
      this.#endRequest(id);
      this.#request(id, name);
    }
  }

  /** Nothing of a closed vault stays on the desktop. */
  forget(): void {
    this.#open = false;
    this.#cancel?.();
    this.#cancel = undefined;
    this.#cancelUnmuting?.();
    this.#cancelUnmuting = undefined;
    this.#arrived.clear();
    this.#lookedUp.clear();
    for (const id of this.#shown.keys()) this.#putAway(id);
    for (const id of this.#requests.keys()) this.#endRequest(id);
    this.#parts.unread(0);
  }

  #changed(message: Message): void {
    this.#becomes(message.conversationId, (one) => (one.messageId !== message.messageId ? one : message.kind === 'deleted' ? undefined : message));
  }

  /** Messages are others now, or gone: those that wait to be told of, and those that stand on the desktop. */
  #becomes(conversationId: string, now: (message: Message) => Message | undefined): void {
    for (const waiting of [this.#arrived, this.#lookedUp]) {
      const messages = waiting.get(conversationId);
      if (messages !== undefined) waiting.set(conversationId, messages.flatMap((one) => now(one) ?? []));
    }
    this.#sayAnew(conversationId, now);
  }

  /** Where the words stay the same nothing is shown once more. */
  #sayAnew(conversationId: string, now: (message: Message) => Message | undefined): void {
    const shown = this.#shown.get(conversationId);
    if (shown === undefined) return;
    const messages = shown.messages.flatMap((one) => now(one) ?? []);
    const count = shown.count - (shown.messages.length - messages.length);
    const last = messages.at(-1);
    const content = last && this.#contentOf(shown.name, last, count);
    if (content === undefined) this.#putAway(conversationId);
    else if (content.title === shown.content.title && content.body === shown.content.body) this.#shown.set(conversationId, { ...shown, messages, count });
    else this.#show(conversationId, { content, name: shown.name, messages, count });
  }

  #lookSoon(): void {
    if (!this.#open || this.#cancel !== undefined) return;
    this.#cancel = this.#parts.setTimer(pause, () => {
      this.#cancel = undefined;
      // One look at a time; what comes meanwhile is looked at after it.
      if (this.#looking !== undefined) return void this.#looking.then(() => this.#lookSoon());
      this.#looking = this.#look()
        .catch((error: unknown) => {
          if (this.#open) this.#parts.failed(error);
        })
        .finally(() => {
          this.#looking = undefined;
          this.#lookedUp = new Map();
        });
    });
  }

  async #look(): Promise<void> {
    const arrived = this.#arrived;
    this.#lookedUp = arrived;
    this.#arrived = new Map();
    const conversations = await this.#parts.conversations();
    const wanted = this.#parts.settings().notifications !== 'off' && [...arrived.values()].some((messages) => messages.length > 0);
    const contacts = wanted ? await this.#parts.contacts() : [];
    if (!this.#open) return;
    const now = this.#parts.now();
    const isMuted = ({ mutedUntil }: Conversation): boolean => mutedUntil > now;
    this.#lookWhenHeard(conversations.filter((one) => (one.unread > 0 || one.markedUnread) && isMuted(one)), now);
    // One that was marked by hand counts as one.
    this.#parts.unread(conversations.reduce((sum, one) => sum + (isMuted(one) ? 0 : one.unread || Number(one.markedUnread)), 0));
    const known = new Map(conversations.map((one) => [one.conversationId, one]));
    for (const id of this.#shown.keys()) if ((known.get(id)?.unread ?? 0) === 0) this.#putAway(id);
    if (!wanted) return;
    const names = new Map(contacts.map(({ contactId, name }) => [contactId, name]));
    for (const [id, messages] of arrived) {
      const conversation = known.get(id);
      if (conversation === undefined || conversation.unread === 0 || isMuted(conversation) || this.#parts.isLookedAt(id)) continue;
      this.#tell(id, names.get(conversation.contactId) ?? '', messages);
    }
  }

  /** Nothing is told when the time of a mute is up. */
  #lookWhenHeard(muted: readonly Conversation[], now: number): void {
    this.#cancelUnmuting?.();
    const first = Math.min(...muted.map(({ mutedUntil }) => mutedUntil));
    this.#cancelUnmuting = muted.length === 0 ? undefined : this.#parts.setTimer(Math.min(first - now, glance), () => this.#lookSoon());
  }

  #tell(conversationId: string, name: string, arrived: readonly Message[]): void {
    const before = this.#shown.get(conversationId);
    const messages = [...(before?.messages ?? []), ...arrived].slice(-mostKept);
    const count = (before?.count ?? 0) + arrived.length;
    const last = arrived.at(-1);
    const content = last && this.#contentOf(name, last, count);
    if (content !== undefined) this.#show(conversationId, { content, name, messages, count });
  }

  /** Undefined where nothing is to be said. */
  #contentOf(name: string, message: Message, count: number): NoticeContent | undefined {
    const { notifications } = this.#parts.settings();
    return notifications === 'off' ? undefined : noticeText(notifications, this.#parts.words(), { name, message, count });
  }

  /** In the place of the one that was there. */
  #show(conversationId: string, next: Omit<Shown, 'notice'>): void {
    this.#putAway(conversationId);
    // It may be gone before `show` returns: where nobody shows notifications, the system says so at once.
    let gone = false;
    let notice: Notice | undefined;
    const isMine = (): boolean => notice !== undefined && this.#shown.get(conversationId)?.notice === notice;
    notice = this.#parts.show(
      next.content,
      () => {
        const { messages } = (isMine() ? this.#shown.get(conversationId) : undefined) ?? next;
        this.#putAway(conversationId);
        const messageId = messages.at(-1)?.messageId;
        this.#parts.clicked({ conversationId, ...(messageId !== undefined && { messageId }) });
      },
      () => {
        gone = true;
        if (isMine()) this.#shown.delete(conversationId);
      },
    );
    if (!gone) this.#shown.set(conversationId, { ...next, notice });
  }

  /** Undefined where nothing is to be said. */
  #requestBody(name: string): string | undefined {
    const { notifications } = this.#parts.settings();
    const words = this.#parts.words();
    if (notifications === 'off') return undefined;
    return notifications === 'nothing' ? words.request : words.requestFrom(plainText(name, 64));
  }

  #request(requestId: string, name: string): void {
    const body = this.#requestBody(name);
    if (!this.#open || body === undefined || this.#requests.has(requestId) || this.#requests.size >= mostRequests) return;
    let over = false;
    const gone = (): void => {
      over = true;
      this.#requests.delete(requestId);
    };
    const notice = this.#parts.show({ title: 'Keyshift', body }, () => {
      gone();
      this.#parts.clicked({});
    }, gone);
    if (!over) this.#requests.set(requestId, { notice, name, body });
  }

  #endRequest(requestId: string): void {
    const shown = this.#requests.get(requestId);
    this.#requests.delete(requestId);
    shown?.notice.close();
  }

  #putAway(conversationId: string): void {
    const shown = this.#shown.get(conversationId);
    this.#shown.delete(conversationId);
    shown?.notice.close();
  }
}
