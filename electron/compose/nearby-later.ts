import type { NearbyDoor } from '../services/nearby-door';
import type { NearbyService, NearbyServiceParts } from '../services/nearby-service';
import { ReadLater } from '../services/read-later';

/** The search for people nearby, read when somebody first asks for it: until then nobody may come to meet, and nothing is to be ended. */
export function nearbyLater(parts: NearbyServiceParts) {
  let service: NearbyService | undefined;
  const { handlers } = new ReadLater(
    ['start', 'stop', 'status', 'meet', 'answer', 'confirm'],
    async () => {
      const { NearbyService: Service } = await import('../services/nearby-service');
      service = new Service(parts);
      return service;
    },
    (read) => read.handlers,
  );
  const door: NearbyDoor = {
    accepts: () => service?.accepts() ?? false,
    answer: (channel, source) => service?.answer(channel, source),
    profileEnds: (tell) => service?.profileEnds(tell),
  };
  return { handlers, door, recheck: (): void => service?.recheck() };
}
