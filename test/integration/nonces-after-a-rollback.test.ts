import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HeadlessPeer } from '../support/headless-peer';
import { passphrase, temporaryFolder, texts } from '../support/two-peers';

const witness = join(__dirname, '../support/seal-witness.cjs');
const words = 'seven words that open one backup only';

/**
 * Of everything that was sealed, how often for each purpose; what was sealed under a key and a nonce that something else was sealed under before; and which
 * message got a salt that another one had.
 */
function sealedIn(file: string): { readonly count: ReadonlyMap<string, number>; readonly again: readonly string[]; readonly saltsAgain: number } {
  const count = new Map<string, number>();
  const contents = new Map<string, string>();
  const again: string[] = [];
  const salts = new Set<string>();
  let saltsAgain = 0;
  for (const line of readFileSync(file, 'utf8').split('\n').slice(0, -1)) {
    const [purpose = '', under = '', content = '', salt = ''] = line.split(' ');
    if (purpose === 'body' && salts.has(salt)) saltsAgain += 1;
    if (purpose === 'body') salts.add(salt);
    count.set(purpose, (count.get(purpose) ?? 0) + 1);
    if ((contents.get(under) ?? content) !== content) again.push(purpose);
    contents.set(under, content);
  }
  return { count, again, saltsAgain };
}

/** Two people, of whom everything that any of their processes seals is written down. */
class Life {
  readonly folder = temporaryFolder();
  readonly sealed = join(this.folder.path, 'sealed');
  readonly #started = new Set<HeadlessPeer>();
  ann!: HeadlessPeer;
  bo!: HeadlessPeer;
  contactId = '';
  atAnn = '';
  atBo = '';

  at(name: string): string {
    return join(this.folder.path, name);
  }

  /** On a port of its own, or on the one it had before. */
  async start(name: string, port: 'own' | 'as before'): Promise<HeadlessPeer> {
    process.env['KEYSHIFT_TEST_SEALED'] = this.sealed;
    const peer = await HeadlessPeer.start(this.at(name), { ...(port === 'own' && { listen: '127.0.0.1:0' }), nodeOptions: ['--require', witness] });
    this.#started.add(peer);
    return peer;
  }

  async again(name: string, port: 'own' | 'as before' = 'as before'): Promise<HeadlessPeer> {
    const peer = await this.start(name, port);
    await peer.call('vault.unlock', { passphrase });
    return peer;
  }

  async begin(): Promise<void> {
    [this.ann, this.bo] = await Promise.all(['ann', 'bo'].map(async (name) => {
      const peer = await this.start(name, 'own');
      await peer.call('vault.create', { passphrase, name });
      await peer.call('settings.set', { findOnNetwork: false });
      return peer;
    })) as [HeadlessPeer, HeadlessPeer];
    const { link } = await this.ann.call('contacts.createInvitation', {});
    await this.bo.call('contacts.acceptInvitation', { link });
    await this.bo.until('they know each other', async () => (await this.bo.call('contacts.list'))[0]?.pending === false);
    this.contactId = (await this.ann.call('contacts.list'))[0]?.contactId ?? '';
    this.atAnn = (await this.ann.call('conversations.open', { contactId: this.contactId })).conversationId;
    await this.ann.call('messages.send', { conversationId: this.atAnn, text: 'the first' });
    await this.bo.until('the conversation', async () => (await this.bo.call('conversations.list')).length === 1);
    this.atBo = (await this.bo.call('conversations.list'))[0]?.conversationId ?? '';
    await this.bo.call('messages.send', { conversationId: this.atBo, text: 'the second' });
  }

  /** Everything that is sealed with nobody there: messages under keys old and new, a file of envelopes, a file to be sent, a backup. */
  async alone(ann: HeadlessPeer, text: string): Promise<void> {
    const say = (more: string) => ann.call('messages.send', { conversationId: this.atAnn, text: `${text} ${more}` });
    await say('one');
    await ann.call('keys.shift', { conversationId: this.atAnn });
    await say('two');
    await ann.call('envelopes.save', { contactId: this.contactId, path: this.at(`${text}.keyshift-envelopes`) });
    writeFileSync(this.at(`${text}.bin`), `${text} `.repeat(20_000));
    await ann.call('files.send', { conversationId: this.atAnn, path: this.at(`${text}.bin`) });
    await ann.call('backup.create', { path: this.at(`${text}.keyshift-backup`), passphrase: words });
    await say('three');
  }

  async hears(text: string): Promise<void> {
    await this.bo.until(text, async () => (await texts(this.bo, this.atBo, 'in')).includes(text), 90_000);
  }

  async end(): Promise<void> {
    delete process.env['KEYSHIFT_TEST_SEALED'];
    await Promise.all([...this.#started].map((peer) => peer.kill()));
    this.folder.release();
  }
}

describe('keys and nonces of a profile that was set back', () => {
  let life: Life;

  beforeEach(async () => {
    life = new Life();
    await life.begin();
  }, 60_000);

  afterEach(() => life.end());

  /** As a snapshot of a file system is: everything at one moment, while the program runs. */
  function snapshot(peer: HeadlessPeer, name: string, to: string): void {
    process.kill(peer.pid, 'SIGSTOP');
    cpSync(life.at(name), life.at(to), { recursive: true });
    process.kill(peer.pid, 'SIGCONT');
  }

  function nothingTwice(...purposes: readonly string[]): void {
    const { count, again, saltsAgain } = sealedIn(life.sealed);
    // What none of this came by would be proved for nothing.
    for (const purpose of purposes) expect([purpose, count.get(purpose) ?? 0]).toEqual([purpose, expect.toSatisfy((times: number) => times > 1)]);
    expect([again, saltsAgain]).toEqual([[], 0]);
  }

  it('A06 A38 A39: set back to a snapshot from before later keys, it becomes another device and goes on by itself, and nothing is ever sealed under a key and nonce that were used', async () => {
    await life.hears('the first');
    snapshot(life.ann, 'ann', 'an hour ago');
    const before = (await life.ann.call('identity.get')).instance.id;
    // An hour that is lost: under sessions, session keys and exchange keys the snapshot has, and under later ones.
    await life.bo.kill();
    await life.alone(life.ann, 'lost');
    life.bo = await life.again('bo');
    await life.ann.call('keys.shiftPair', { conversationId: life.atAnn });
    await life.ann.call('messages.send', { conversationId: life.atAnn, text: 'lost four' });
    await life.hears('lost four');
    await life.ann.kill();
    await life.bo.kill();

    rmSync(life.at('ann'), { recursive: true });
    cpSync(life.at('an hour ago'), life.at('ann'), { recursive: true });
    life.ann = await life.again('ann');
    await life.alone(life.ann, 'again');
    life.bo = await life.again('bo');
    await life.ann.until('a new device', async () => (await life.ann.call('identity.get')).instance.id !== before, 90_000);
    await life.ann.call('messages.send', { conversationId: life.atAnn, text: 'again four' });
    await life.hears('again four');
    const heard = await texts(life.bo, life.atBo, 'in');
    for (const text of ['lost one', 'lost two', 'lost three', 'lost four', 'again one', 'again two', 'again three', 'again four']) expect(heard.filter((one) => one === text)).toEqual([text]);
    nothingTwice('body', 'dsk', 'kek-wrap', 'record', 'file-chunk', 'backup', 'deposit');
  }, 180_000);

  it('A06 A38 A39: copied while it runs, and both go on at once: nothing is sealed under a key and nonce that the other one used', async () => {
    await life.hears('the first');
    snapshot(life.ann, 'ann', 'copy');
    await life.bo.kill();
    const copy = await life.again('copy', 'own');
    await Promise.all([life.alone(life.ann, 'original'), life.alone(copy, 'copy')]);
    life.bo = await life.again('bo');
    await copy.until('two devices', async () => (await life.ann.call('identity.get')).instance.id !== (await copy.call('identity.get')).instance.id, 120_000);
    for (const peer of [life.ann, copy]) await peer.call('messages.send', { conversationId: life.atAnn, text: peer === copy ? 'copy later' : 'original later' });
    await life.hears('copy later');
    await life.hears('original later');
    nothingTwice('body', 'dsk', 'kek-wrap', 'record', 'file-chunk', 'backup', 'deposit');
  }, 240_000);
});
