import { createInterface } from 'node:readline';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import { readShownM1 } from '../../electron/engine/session/shown-m1';
import { sharingKey } from '../../electron/engine/sharing/sharing-keys';
import { instanceIdFromBytes } from '../../electron/engine/wire/ids';
import { createMailbox } from '../../electron/network/mailbox/create-mailbox';
import { createTcpTransport } from '../../electron/network/tcp-transport';
import { RepositorySource } from '../../electron/services/devices/handover-sources';
import type { SessionRepository } from '../../electron/services/ports/session-repository';

/** What a claiming device is told on its standard input, one line of JSON; bytes as base64. */
export interface ClaimOrder {
  readonly registration: string;
  readonly seed: string;
  /** 16 bytes each. */
  readonly self: string;
  readonly owner: string;
  /** The person key, of list version 1. */
  readonly person: string;
  readonly m1: string;
  /** How far its clock is ahead, milliseconds. */
  readonly aheadMs: number;
  /** Commits what it reserved; otherwise it only says that it has it, and stays. */
  readonly commits: boolean;
}

/** Said on standard output: before and after each write, and what came of it. */
export type ClaimNews = 'connected' | 'writes' | 'wrote' | 'lent' | 'refused' | 'taken' | 'not taken';

/** One device that claims a session in a repository on a real server, in a process of its own so that it can be killed at any point. */
async function claim(order: ClaimOrder): Promise<void> {
  const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
  const say = (news: ClaimNews): void => void process.stdout.write(`${news}\n`);
  const crypto = await createCrypto({ random: kernelRandom });
  const mailbox = createMailbox({ transport: createTcpTransport(), random: kernelRandom });
  const link = mailbox.open(await mailbox.read(order.registration), bytes(order.seed), { onMail: () => undefined, onState: () => undefined });
  while (link.current.state !== 'connected') await new Promise((resolve) => setTimeout(resolve, 10));
  say('connected');
  const repository: SessionRepository = {
    read: (name) => link.repository.read(name),
    write: async (name, record, expected) => {
      say('writes');
      const revision = await link.repository.write(name, record, expected);
      say('wrote');
      return revision;
    },
  };
  const person = sharingKey(crypto, bytes(order.person), 1);
  const shown = readShownM1(bytes(order.m1));
  if (!shown) throw new Error('no M1');
  const clock = { now: () => Date.now() + order.aheadMs, monotonic: () => performance.now(), setTimer: () => () => undefined };
  const source = new RepositorySource({ crypto, clock, self: instanceIdFromBytes(bytes(order.self)), repository, persons: () => [person] });
  const lent = await source.reserve({ shown, owner: instanceIdFromBytes(bytes(order.owner)), person }, () => true);
  say(lent ? 'lent' : 'refused');
  if (lent && order.commits) say((await source.commit(shown.message.keyId, lent.line)) ? 'taken' : 'not taken');
}

createInterface({ input: process.stdin }).once('line', (line) => {
  // A test wrote it, just now.
  void claim(JSON.parse(line) as ClaimOrder);
});
