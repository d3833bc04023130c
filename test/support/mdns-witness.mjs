// Runs on a host of its own: writes every datagram that reaches the mDNS group there as a line of hex.
// Usage: mdns-witness.mjs ADDRESS-OF-THE-CARD
import { createSocket } from 'node:dgram';

const socket = createSocket({ type: 'udp4', reuseAddr: true });
socket.on('message', (bytes) => process.stdout.write(`${bytes.toString('hex')}\n`));
socket.bind(5353, '0.0.0.0', () => {
  socket.addMembership('224.0.0.251', process.argv[2] ?? '127.0.0.1');
  process.stdout.write('ready\n');
});
process.stdin.on('end', () => process.exit()).resume();
