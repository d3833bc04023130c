import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

/** Where connections to a port of this machine really go; ports that are not in here are left alone. */
const ways = new Map<number, number>();
const original = net.connect;

/** The connection as it was asked for, whatever is rerouted. */
export const connectDirectly: typeof net.connect = original;

/** From now on, connections of this process to `from` lead to `to`. Takes all of them back with the returned function. */
export function reroute(from: number, to: number): () => void {
  if (ways.size === 0) {
    // The overloads of `connect` are many; the product uses the one with options.
    const rerouted = (options: net.NetConnectOpts, listener?: () => void): net.Socket =>
      original('port' in options ? { ...options, port: ways.get(options.port) ?? options.port } : options, listener);
    Object.assign(net, { connect: rerouted });
    syncBuiltinESMExports();
  }
  ways.set(from, to);
  return () => {
    ways.clear();
    Object.assign(net, { connect: original });
    syncBuiltinESMExports();
  };
}
