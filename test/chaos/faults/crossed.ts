import { crossed, crossedOrders } from '../../support/crossed-connections';
import { fastClock } from '../../support/fast-clock';
import { SpoiledPair } from '../../support/spoiled-pair';
import type { Fault } from '../fault';
import { Lost } from '../pair';

/** Two whole programs in this process, with every connection between them through a way that can hold it back. */
export const crossedConnections: Fault = {
  name: 'connections that are heard in another order than they were begun',
  async run({ random, amount }) {
    const pair = await SpoiledPair.make(fastClock(10));
    const orders = Object.keys(crossedOrders);
    const rounds = Math.ceil(6 * amount);
    try {
      for (let round = 0; round < rounds; round += 1) {
        const order = orders[round % orders.length] ?? '';
        await crossed(pair, order, random).catch((error: unknown) => {
          throw new Lost(`${order}: ${error instanceof Error ? error.message : String(error)}`);
        });
      }
      return `${rounds} times among ${pair.ann.said.length + pair.bo.said.length} messages: ${orders.join(', ')}`;
    } finally {
      await pair.close();
    }
  },
};
