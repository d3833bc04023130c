import { join } from 'node:path';
import { HeadlessPeer, RpcError, type HeadlessOptions } from '../support/headless-peer';
import { passphrase, texts } from '../support/two-peers';

export { passphrase };

/** What was not as it had to be. */
export class Lost extends Error {}

/** One of two people: a real process on a real profile, which may end at any moment. */
export class Party {
  peer: HeadlessPeer;
  conversationId = '';
  /** Texts whose call was answered: they are kept whatever happens, and arrive. */
  readonly confirmed: string[] = [];
  /** Code and sentence of calls that were refused. */
  readonly refused = new Map<string, string>();
  #said = 0;

  private constructor(
    readonly name: string,
    readonly profile: string,
    peer: HeadlessPeer,
    readonly options: HeadlessOptions,
  ) {
    this.peer = peer;
  }

  static async create(name: string, profile: string, options: HeadlessOptions = {}): Promise<Party> {
    const peer = await HeadlessPeer.start(profile, { ...options, listen: '127.0.0.1:0' });
    await peer.call('vault.create', { passphrase, name });
    await peer.call('settings.set', { findOnNetwork: false });
    return new Party(name, profile, peer, options);
  }

  /** Starts it again on its port, unlocked. */
  async restart(): Promise<void> {
    this.peer = await HeadlessPeer.start(this.profile, this.options);
    await this.peer.call('vault.unlock', { passphrase });
  }

  /** One after the other; what is not answered, or refused, is owed to nobody. */
  async say(count: number, length = 40): Promise<void> {
    const calls = Array.from({ length: count }, async () => {
      const text = `${this.name} ${(this.#said += 1)} `.padEnd(length, '.').trimEnd();
      try {
        await this.peer.call('messages.send', { conversationId: this.conversationId, text });
        this.confirmed.push(text);
      } catch (error) {
        if (error instanceof RpcError) this.refused.set(error.code, error.message);
      }
    });
    await Promise.all(calls);
  }

  /** How it stands with the other one, for whoever looks for the reason of a fault. */
  async standing(): Promise<string> {
    const { peer, conversationId, name } = this;
    const [contact] = await peer.call('contacts.list');
    const contactId = contact?.contactId ?? '';
    const waiting = (await peer.call('messages.list', { conversationId, limit: 50 })).filter(({ direction, state }) => direction === 'out' && state !== 'delivered' && state !== 'read');
    return JSON.stringify({
      name, sessions: (await peer.call('network.status')).sessions, reach: await peer.call('network.reach', { contactId }), trouble: await peer.call('contacts.keyTrouble', { contactId }), mailbox: await peer.call('mailbox.status'),
      problems: (await peer.call('keys.status', { conversationId })).problems, waiting: waiting.map(({ state, waitingFor }) => `${state} ${waitingFor ?? ''}`), said: peer.stderr.slice(-12),
    });
  }

  read(direction: 'in' | 'out'): Promise<string[]> {
    // A file that came without words has none to be told apart by.
    return texts(this.peer, this.conversationId, direction).then((all) => all.filter((text) => text !== ''));
  }
}

/** Two people who know each other and write to each other, whatever is done to them. */
export class Pair {
  readonly #identities: readonly [string, string];

  private constructor(
    readonly ann: Party,
    readonly bo: Party,
    identities: readonly [string, string],
  ) {
    this.#identities = identities;
  }

  static async create(folder: string, options: { readonly annAt?: string; readonly ann?: HeadlessOptions; readonly bo?: HeadlessOptions } = {}): Promise<Pair> {
    const [ann, bo] = await Promise.all([Party.create('Ann', options.annAt ?? join(folder, 'ann'), options.ann), Party.create('Bo', join(folder, 'bo'), options.bo)]);
    const { link } = await ann.peer.call('contacts.createInvitation', {});
    const { contactId } = await bo.peer.call('contacts.acceptInvitation', { link });
    await bo.peer.until('they know each other', async () => (await bo.peer.call('contacts.list')).some((each) => !each.pending));
    bo.conversationId = (await bo.peer.call('conversations.open', { contactId, title: 'Talk' })).conversationId;
    await bo.say(1);
    await ann.peer.until('the conversation', async () => (await ann.peer.call('conversations.list')).length === 1);
    ann.conversationId = (await ann.peer.call('conversations.list'))[0]?.conversationId ?? '';
    return new Pair(ann, bo, [await identityOf(ann), await identityOf(bo)]);
  }

  get both(): readonly [Party, Party] {
    return [this.ann, this.bo];
  }

  /** Both write so long, and whoever is not there is waited for by nobody. */
  async talk(milliseconds: number, each = 3): Promise<void> {
    const until = performance.now() + milliseconds;
    while (performance.now() < until) {
      await Promise.all(this.both.map((one) => one.say(each)));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Both there: everything that was confirmed is at both, once, in its order, and both histories are the same. */
  async settle(timeoutMs = 90_000): Promise<void> {
    await this.#settle(timeoutMs).catch(async (error: unknown) => {
      const standing = await Promise.all(this.both.map((one) => one.standing().catch(String)));
      throw error instanceof Lost ? error : new Error(`${error instanceof Error ? error.message : String(error)}\n${standing.join('\n')}`, { cause: error });
    });
  }

  async #settle(timeoutMs: number): Promise<void> {
    await Promise.all(this.both.map((one) => one.say(1)));
    for (const [from, to] of [this.both, [this.bo, this.ann]] as const) {
      const last = from.confirmed.at(-1) ?? '';
      await to.peer.until(`"${last}" at ${to.name}`, async () => (await to.read('in')).includes(last), timeoutMs);
      await from.peer.until(`all of ${from.name} delivered`, async () => (await from.peer.call('messages.list', { conversationId: from.conversationId, limit: 500 })).every(({ direction, state }) => direction === 'in' || state === 'delivered' || state === 'read'), timeoutMs);
      const [here, there] = [await from.read('out'), await to.read('in')];
      const missing = from.confirmed.filter((text) => !here.includes(text) || !there.includes(text));
      if (missing.length > 0) throw new Lost(`${missing.length} confirmed messages of ${from.name} are not there, the first "${missing[0]}"`);
      const twice = there.filter((text, at) => there.indexOf(text) !== at);
      if (twice.length > 0) throw new Lost(`messages of ${from.name} are there twice: ${twice.length}, the first "${twice[0]}"`);
      if (JSON.stringify(here) !== JSON.stringify(there)) throw new Lost(`${to.name} has other messages of ${from.name} than these have: ${difference(here, there)}`);
      const { transcript } = await from.peer.call('keys.status', { conversationId: from.conversationId });
      if (!transcript.equal) throw new Lost('the transcripts differ');
    }
    const identities = [await identityOf(this.ann), await identityOf(this.bo)];
    if (identities.some((identity, at) => identity !== this.#identities[at])) throw new Lost('somebody has become somebody else');
  }

  async end(): Promise<void> {
    await Promise.all(this.both.map(({ peer }) => peer.kill()));
  }
}

async function identityOf({ peer }: Party): Promise<string> {
  return (await peer.call('identity.get')).peerId;
}

function difference(here: readonly string[], there: readonly string[]): string {
  const at = here.findIndex((text, index) => text !== there[index]);
  return `${here.length} and ${there.length}, at ${at} "${here[at]}" and "${there[at]}"`;
}
