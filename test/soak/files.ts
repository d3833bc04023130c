import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Conversation } from '../../shared/model/conversation';
import type { Transfer } from '../../shared/model/transfer';
import type { SoakDevice } from './device';
import type { Town } from './town';

interface SentFile {
  readonly title: string;
  readonly name: string;
  readonly hash: string;
  readonly by: string;
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
/** Beyond what anybody here fetches without a word (`device.ts`). */
const large = 1_500_000;
const small = 60_000;

/** Files that people send each other, no two alike, and what became of them. */
export class WeekFiles {
  readonly #folder: string;
  readonly #town: Town;
  readonly #sent: SentFile[] = [];
  #count = 0;

  constructor(folder: string, town: Town) {
    this.#folder = folder;
    this.#town = town;
  }

  begin(): void {
    mkdirSync(this.#folder, { recursive: true });
  }

  async send(device: SoakDevice, { conversationId, title }: Pick<Conversation, 'conversationId' | 'title'>, bytes = Math.ceil(small * (0.5 + this.#town.random() * 3))): Promise<string> {
    this.#count += 1;
    const name = `file-${String(this.#count).padStart(5, '0')}.bin`;
    const content = Buffer.alloc(bytes, `${name} of ${device.name}. `);
    const path = join(this.#folder, name);
    writeFileSync(path, content);
    await this.#town.during(Promise.resolve(device.calls.files.send({ conversationId, path })));
    rmSync(path);
    this.#sent.push({ title, name, hash: hashOf(content), by: device.name });
    return name;
  }

  /** A large one: it is paused while it comes, the receiver starts anew, and goes on. False where it did not get that far. */
  async overRestart(from: SoakDevice, to: SoakDevice, title: string, restart: (device: SoakDevice) => Promise<unknown>): Promise<boolean> {
    const of = async (device: SoakDevice): Promise<Conversation | undefined> => (await this.#town.during(Promise.resolve(device.calls.conversations.list(undefined)))).find((each) => each.title === title && each.state === 'open');
    const [there, here] = [await of(from), await of(to)];
    if (there === undefined || here === undefined) return false;
    const name = await this.send(from, there, large);
    const coming = async (): Promise<Transfer | undefined> => (await this.#all(to, here.conversationId)).find((each) => each.name === name);
    if (!(await this.#town.until(async () => (await coming())?.state === 'offered', 60_000))) return false;
    const { transferId = '' } = (await coming()) ?? {};
    // At once, before all of it is here.
    const accepting = Promise.resolve(to.calls.files.accept({ transferId }));
    await this.#town.during(Promise.all([accepting, Promise.resolve(to.calls.files.pause({ transferId }))]));
    const { state } = (await coming()) ?? {};
    await restart(to);
    const after = (await coming())?.state;
    if (state === 'paused' && after !== 'paused') throw new Error(`a paused file is ${after} after a restart`);
    if (after === 'paused') await this.#town.during(Promise.resolve(to.calls.files.resume({ transferId })));
    return state === 'paused';
  }

  /** Every file on every device of whoever got it, byte for byte. `excused`: its sender is gone, perhaps with the only copy. Gives what is wrong. */
  async compare(title: string, people: readonly number[], excused: (by: string) => boolean): Promise<string[]> {
    const wrong: string[] = [];
    const sent = this.#sent.filter((each) => each.title === title && !excused(each.by));
    if (sent.length === 0) return wrong;
    for (const person of people) {
      for (const device of this.#town.of(person)) {
        const conversation = (await this.#town.during(Promise.resolve(device.calls.conversations.list(undefined)))).find((each) => each.title === title);
        if (conversation === undefined) continue;
        const here = await this.#all(device, conversation.conversationId);
        for (const { name, hash } of sent) {
          const transfer = here.find((each) => each.name === name);
          if (transfer === undefined) wrong.push(`${device.name}, ${title}: no ${name}`);
          else if (transfer.direction === 'in') wrong.push(...(await this.#fetched(device, conversation.conversationId, transfer, hash)));
        }
      }
    }
    return wrong;
  }

  async #fetched(device: SoakDevice, conversationId: string, { transferId, name }: Transfer, hash: string): Promise<string[]> {
    const { files } = device.calls;
    const now = async (): Promise<Transfer | undefined> => (await this.#all(device, conversationId)).find((each) => each.transferId === transferId);
    const { state } = (await now()) ?? {};
    if (state === 'offered' || state === 'failed') await this.#town.during(Promise.resolve(files.accept({ transferId })));
    if (state === 'paused') await this.#town.during(Promise.resolve(files.resume({ transferId })));
    if (!(await this.#town.until(async () => (await now())?.state === 'done', 60 * 60_000))) return [`${device.name}: ${name} is ${(await now())?.state}, ${(await now())?.failure ?? 'no failure'}`];
    const path = join(this.#folder, `saved-${device.name.replaceAll(' ', '-')}-${name}`);
    await this.#town.during(Promise.resolve(files.save({ transferId, path })));
    const same = hashOf(readFileSync(path)) === hash;
    rmSync(path);
    return same ? [] : [`${device.name}: ${name} is another file than was sent`];
  }

  get count(): number {
    return this.#count;
  }

  async #all(device: SoakDevice, conversationId: string): Promise<Transfer[]> {
    const all: Transfer[] = [];
    for (;;) {
      const before = all.at(-1)?.transferId;
      const page = await this.#town.during(Promise.resolve(device.calls.files.list({ conversationId, limit: 100, ...(before !== undefined && { before }) })));
      if (page.length === 0) return all;
      all.push(...page);
    }
  }
}
