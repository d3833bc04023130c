// Strangers on this machine's loopback, in a process of their own: `node attack-script.mjs '{"port": …}'`. Each connection comes from an
// address of its own below 127.0.0.0/8, as those of many machines would. Prints "begun" when it has begun as many as `first` says, and its
// counts at the end of standard input.
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

/**
 * @typedef {object} Attack
 * @property {number} port
 * @property {number} [perSecond] new connections a second
 * @property {number} [atOnce] connections that are kept open, a new one for each that is lost (at `perSecond`)
 * @property {string} [frames] file of frames, each behind its length (u32): one is sent on each connection. Without it: a byte of a first frame, and one more a second
 * @property {number} [holdMs] how long a connection is kept when the other side does not end it
 * @property {number} [sources] how many addresses the connections come from
 * @property {number} [first] how many connections are begun before it says that it has
 */

/** @type {Attack} */
const { port, perSecond = 100, atOnce = Infinity, frames: file, holdMs = 5_000, sources = 60_000, first = 0 } = JSON.parse(process.argv[2] ?? '{}');
const frames = file === undefined ? [] : framesOf(readFileSync(file));
const counts = { begun: 0, connected: 0, forMs: 0, open: 0, mostOpen: 0, answered: 0, refused: 0, endedThere: 0, endedHere: 0, failed: 0 };
let next = Math.floor(Math.random() * 1_000);

function begin() {
  const number = next;
  next += 1;
  counts.begun += 1;
  // 127.0.0.x is where the people of the test live.
  const source = number % sources;
  const socket = connect({ port, host: '127.0.0.1', localAddress: `127.${1 + Math.floor(source / 62_500)}.${Math.floor(source / 250) % 250}.${1 + (source % 250)}`, noDelay: true, allowHalfOpen: true });
  let drip;
  let mine = false;
  let connected = false;
  let refused = false;
  const refuse = () => {
    if (!refused) counts.refused += 1;
    refused = true;
  };
  const hold = setTimeout(() => {
    mine = true;
    socket.destroy();
  }, holdMs);
  socket.on('connect', () => {
    connected = true;
    counts.connected += 1;
    counts.open += 1;
    counts.mostOpen = Math.max(counts.mostOpen, counts.open);
    const frame = frames[number % Math.max(1, frames.length)];
    if (frame) socket.write(frame);
    else {
      socket.write(Buffer.of(1));
      drip = setInterval(() => socket.write(Buffer.of(2)), 1_000);
    }
  });
  socket.once('data', () => (counts.answered += 1));
  socket.on('data', () => undefined);
  socket.on('error', () => undefined);
  socket.on('close', () => {
    clearTimeout(hold);
    clearInterval(drip);
    if (connected) counts.open -= 1;
    if (!connected) counts.failed += 1;
    else if (mine) counts.endedHere += 1;
    else {
      counts.endedThere += 1;
      refuse();
    }
  });
  // Not closing one's own side costs the other one more.
  socket.on('end', refuse);
}

const since = performance.now();
let given = 0;
let said = false;
const timer = setInterval(() => {
  counts.forMs = performance.now() - since;
  const due = Math.floor((counts.forMs / 1000) * perSecond);
  for (; given < due; given += 1) if (counts.open < atOnce) begin();
  if (said || counts.begun < first) return;
  said = true;
  process.stdout.write('begun\n');
}, 10);
process.stdin.resume();
process.stdin.on('end', () => {
  clearInterval(timer);
  process.stdout.write(`${JSON.stringify(counts)}\n`, () => process.exit(0));
});

function framesOf(bytes) {
  const found = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    found.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return found;
}
