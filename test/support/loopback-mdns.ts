import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';

const group = '224.0.0.251';
const mdnsPort = 5_353;

/** A stranger's mDNS socket, on loopback only: hears what is said there, and says whatever a test wants. */
export interface LoopbackListener {
  /** Every datagram since the start, oldest first. */
  readonly packets: { readonly bytes: Buffer; readonly from: RemoteInfo }[];
  send(bytes: Uint8Array): Promise<void>;
  close(): void;
}

export async function listenOnLoopback(onPacket: (bytes: Buffer) => void = () => undefined): Promise<LoopbackListener> {
  const socket: Socket = createSocket({ type: 'udp4', reuseAddr: true });
  const packets: LoopbackListener['packets'] = [];
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(mdnsPort, '0.0.0.0', resolve);
  });
  socket.addMembership(group, '127.0.0.1');
  socket.setMulticastInterface('127.0.0.1');
  socket.on('message', (bytes, from) => {
    if (!from.address.startsWith('127.')) return; // other cards are nobody's business here
    packets.push({ bytes, from });
    onPacket(bytes);
  });
  return {
    packets,
    send: (bytes) =>
      new Promise((resolve, reject) => {
        socket.send(bytes, mdnsPort, group, (error) => (error === null ? resolve() : reject(error)));
      }),
    close: () => socket.close(),
  };
}

/** Sends under another loopback address, as another neighbour would. */
export async function strangerOnLoopback(address: `127.${string}`): Promise<Pick<LoopbackListener, 'send' | 'close'>> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(mdnsPort, address, resolve);
  });
  socket.setMulticastInterface('127.0.0.1');
  return {
    send: (bytes) =>
      new Promise((resolve, reject) => {
        socket.send(bytes, mdnsPort, group, (error) => (error === null ? resolve() : reject(error)));
      }),
    close: () => socket.close(),
  };
}

/** Fails with the reason and what to do when this machine's loopback carries no multicast: nothing is proven then. */
export async function requireLoopbackMulticast(): Promise<void> {
  const word = Buffer.from(`keyshift multicast trial ${process.pid}`);
  let heard: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => {
    heard = resolve;
  });
  let listener: LoopbackListener | undefined;
  try {
    listener = await listenOnLoopback((bytes) => {
      if (bytes.equals(word)) heard();
    });
    await listener.send(word);
    const late = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error('nothing arrived')), 5_000).unref();
    });
    await Promise.race([arrived, late]);
  } catch (error) {
    throw new Error(
      'Finding people on the network is NOT tested here: loopback carries no multicast on UDP port 5353 ' +
        `(${error instanceof Error ? error.message : 'unknown'}). Free that port for sharing, or as root run ` +
        '"ip link set lo multicast on; ip route add 224.0.0.0/4 dev lo" in a network namespace and the tests there.',
      { cause: error },
    );
  } finally {
    listener?.close();
  }
}
