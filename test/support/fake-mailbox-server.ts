import type { Link } from '../../electron/engine/ports';

/** As much of a server as a link and a deposit meet, on one connection; it does what a test tells it. */
export interface FakeMailboxServer {
  /** What was published to it: subject and body. */
  readonly published: { readonly subject: string; readonly body: string }[];
  /** Hears everything from now on, and says nothing any more, as a machine that is off. */
  fallSilent(): void;
  /** Hands over so much mail at the next question, or at once where one is open: more than was asked for, too. `bytes`: each at least so long. */
  deliver(count: number, bytes?: number): void;
  /** Says so often to the question for mail that it is there. `bytes`: each time in at least so many. */
  idle(times: number, bytes?: number): void;
  readonly link: Link;
}

export interface FakeMailboxOptions {
  /** Of the device that takes its mail. */
  readonly key?: string;
  /** Accepts a connection and never greets. */
  readonly mute?: boolean;
  /** Lets the device in and has no place for it. */
  readonly lost?: boolean;
}

export function fakeMailboxServer(link: Link, { key = '', mute = false, lost = false }: FakeMailboxOptions = {}): FakeMailboxServer {
  let waiting: Buffer = Buffer.alloc(0);
  let silent = mute;
  let inbox: string | undefined;
  let [due, given, long] = [0, 0, 0];
  const subscriptions = new Map<string, string>();
  const published: FakeMailboxServer['published'] = [];
  const say = (text: string): void => void (silent || link.send(Buffer.from(text)));
  const sidFor = (subject: string): string | undefined => [...subscriptions].find(([pattern]) => pattern === subject || (pattern.endsWith('.*') && subject.startsWith(pattern.slice(0, -1))))?.[1];
  const answer = (to: string, body: unknown): void => {
    const text = JSON.stringify(body);
    say(`MSG ${to} ${sidFor(to)} ${Buffer.byteLength(text)}\r\n${text}\r\n`);
  };
  const hand = (): void => {
    if (inbox === undefined) return;
    const sid = sidFor(inbox);
    for (; due > 0; due -= 1) {
      given += 1;
      const body = `mail ${given}`.padEnd(long);
      say(`MSG mbx.in.${'a'.repeat(32)}.${'b'.repeat(16)} ${sid} $JS.ACK.MBX.${key}.1.${given}.${given}.1700000000000000000.0 ${body.length}\r\n${body}\r\n`);
    }
  };
  const take = (subject: string, reply: string | undefined, body: string): void => {
    published.push({ subject, body });
    if (lost && reply !== undefined) answer(reply, { type: 'io.nats.jetstream.api.v1.consumer_info_response', error: { code: 404, err_code: 10_014, description: 'consumer not found' } });
    else if (subject.startsWith('MBXAPI.CONSUMER.INFO') && reply !== undefined) answer(reply, { type: 'io.nats.jetstream.api.v1.consumer_info_response', stream_name: 'MBX', name: key, created: '2026-01-01T00:00:00Z', config: { durable_name: key, ack_policy: 'explicit', deliver_policy: 'all' }, delivered: { consumer_seq: 0, stream_seq: 0 }, ack_floor: { consumer_seq: 0, stream_seq: 0 }, num_ack_pending: 0, num_redelivered: 0, num_waiting: 0, num_pending: 0 });
    else if (subject.startsWith('MBXAPI.CONSUMER.MSG.NEXT')) {
      inbox = reply;
      hand();
    } else if (subject.startsWith('mbx.in.') && reply !== undefined) answer(reply, { stream: 'MBX', seq: published.length });
  };
  link.onData((bytes) => {
    waiting = Buffer.concat([waiting, bytes]);
    for (let end = waiting.indexOf('\r\n'); end >= 0; end = waiting.indexOf('\r\n')) {
      const [verb, ...words] = waiting.subarray(0, end).toString().split(' ');
      const sends = verb === 'PUB' || verb === 'HPUB';
      const size = sends ? Number(words.at(-1)) : 0;
      const head = verb === 'HPUB' ? Number(words.at(-2)) : 0;
      const whole = sends ? end + 2 + size + 2 : end + 2;
      if (waiting.length < whole) return;
      if (verb === 'PING') say('PONG\r\n');
      if (verb === 'SUB') subscriptions.set(words[0] ?? '', words.at(-1) ?? '');
      if (sends) take(words[0] ?? '', words.length > (verb === 'HPUB' ? 3 : 2) ? words[1] : undefined, waiting.subarray(end + 2 + head, end + 2 + size).toString());
      waiting = waiting.subarray(whole);
    }
  });
  say('INFO {"server_id":"N","version":"2.14.3","proto":1,"headers":true,"max_payload":1048576,"nonce":"AbC"}\r\n');
  return {
    link,
    published,
    fallSilent: () => (silent = true),
    deliver: (count, bytes = 0) => {
      long = bytes;
      due += count;
      hand();
    },
    idle: (times, bytes = 0) => {
      const [head, body] = ['NATS/1.0 100 Idle Heartbeat\r\n\r\n', ''.padEnd(bytes)];
      if (inbox !== undefined) for (let said = 0; said < times; said += 1) say(`HMSG ${inbox} ${sidFor(inbox)} ${head.length} ${head.length + body.length}\r\n${head}${body}\r\n`);
    },
  };
}
