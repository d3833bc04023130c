import { expect, it } from 'vitest';
import { Depositing } from '../../../electron/network/mailbox/depositing';
import { readRegistration } from '../../../electron/network/mailbox/registration-text';
import type { Link } from '../../../electron/engine/ports';
import { createMemoryNetwork } from '../../support/memory-transport';
import vectors from '../../vectors/ways.json';

/** As much of a server as a deposit meets; each deposit is answered with the next of `answers`. Gives what was published, byte for byte. */
function serve(link: Link, answers: string[], published: Buffer[]): void {
  let waiting: Buffer = Buffer.alloc(0);
  let subscription = '1';
  const say = (text: string): void => void link.send(Buffer.from(text));
  link.onData((bytes) => {
    waiting = Buffer.concat([waiting, bytes]);
    for (let end = waiting.indexOf('\r\n'); end >= 0; end = waiting.indexOf('\r\n')) {
      const [verb, ...words] = waiting.subarray(0, end).toString().split(' ');
      const whole = verb === 'HPUB' ? end + 2 + Number(words.at(-1)) + 2 : end + 2;
      if (waiting.length < whole) return;
      if (verb === 'PING') say('PONG\r\n');
      if (verb === 'SUB') subscription = words.at(-1) ?? '';
      if (verb === 'HPUB') {
        published.push(waiting.subarray(0, whole));
        const answer = answers.shift() ?? '';
        say(`MSG ${words[1]} ${subscription} ${Buffer.byteLength(answer)}\r\n${answer}\r\n`);
      }
      waiting = waiting.subarray(whole);
    }
  });
  say('INFO {"server_id":"N","version":"2.9.10","proto":1,"headers":true,"max_payload":1048576,"nonce":"AbC"}\r\n');
}

it('S1-01: a deposit is published in exactly those bytes, and what the server answers is told as that, whatever it is', async () => {
  const network = createMemoryNetwork();
  const published: Buffer[] = [];
  const answers = vectors.receipts.map(({ answer }) => answer);
  const { address } = await network.transport.listen({ host: '127.0.0.1', port: 0 }, (link) => serve(link, answers, published));
  const [slot] = readRegistration(vectors.registration.text).slots;
  if (!slot) throw new Error('no slot');
  const { authority: _none, ...capability } = { ...slot, servers: [`nats://127.0.0.1:${address.port}`] };
  const depositing = new Depositing(network.transport);
  const { id, deposit, inbox, bytes } = vectors.published;
  const outcomes: string[] = [];
  for (const { answer } of vectors.receipts) outcomes.push(`${answer} ${await depositing.deposit(capability, Buffer.from(deposit, 'hex'), id)}`);
  await depositing.close();
  expect(outcomes).toEqual(vectors.receipts.map(({ answer, outcome }) => `${answer} ${outcome}`));
  for (const each of published) {
    // The last part of the inbox is the library's to choose.
    const chosen = /^HPUB \S+ (\S+) /.exec(each.toString('latin1'))?.[1] ?? '';
    expect(chosen.startsWith(inbox.slice(0, -1))).toBe(true);
    expect(each.toString('latin1').replace(chosen, inbox)).toBe(Buffer.from(bytes, 'hex').toString('latin1'));
  }
});
