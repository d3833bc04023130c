import { randomInt } from 'node:crypto';
import { ask } from './gateway-http';
import type { Neighbourhood } from './neighbourhood';
import { LEASE_SECONDS, RouterRefusal, type Grant, type Router } from './router';
import { searchRouters, type UpnpSearch } from './ssdp';
import { contents, wanServices, type WanService } from './upnp-xml';

/** Error codes of WANIPConnection §2.4.16. */
const CONFLICT = 718;
const ONLY_PERMANENT = 725;
/** Ports tried when another device holds the one wanted. */
const OTHER_PORTS = 3;
/** Services of one router that are tried. */
const MAX_SERVICES = 3;
/** One order of taking back, unless the whole has less: miniupnpd looks through its firewall for one entry, and nobody waits. Milliseconds. */
const TAKING_BACK_MS = 10_000;

/** Every router that answers, in turn: whoever takes one and is content asks no further. */
export async function* findUpnp(near: Neighbourhood, signal: AbortSignal, search: UpnpSearch): AsyncGenerator<Router> {
  for (const place of await searchRouters(near, signal, search)) {
    const description = await ask(place, near.local, signal).catch(() => undefined);
    if (description?.status !== 200) continue;
    for (const service of wanServices(description.body, place).slice(0, MAX_SERVICES)) yield routerOf(service, near.local);
  }
}

function routerOf(service: WanService, local: string): Router {
  const order: Order = (action, values, signal, limitMs) => act({ service, local, action, values, limitMs }, signal);
  return {
    method: 'upnp',
    map: async (port, wanted, signal, onAsking) => {
      const { body } = await order('GetExternalIPAddress', {}, signal);
      const [outside = ''] = contents(body, 'NewExternalIPAddress', 1);
      if (outside === '' || outside === '0.0.0.0') throw new RouterRefusal('not connected');
      return { outside, ...(await add(order, { port, wanted, local, onAsking }, signal)) };
    },
    unmap: async (port, outsidePort, signal) => {
      // Whose it is, first: the word that another device holds this port may have been lost.
      const { body } = await order('GetSpecificPortMappingEntry', entry(outsidePort), signal, TAKING_BACK_MS);
      const [client, inside] = ['NewInternalClient', 'NewInternalPort'].map((name) => contents(body, name, 1)[0]);
      if (client === local && inside === String(port)) await order('DeletePortMapping', entry(outsidePort), signal, TAKING_BACK_MS);
    },
  };
}

type Values = Readonly<Record<string, string | number>>;
interface Answer {
  readonly body: string;
  /** The router's error code; undefined when it did what was asked. */
  readonly error?: number;
}

type Order = (action: string, values: Values, signal: AbortSignal, limitMs?: number) => Promise<Answer>;

async function add(
  order: Order,
  { port, wanted, local, onAsking }: { readonly port: number; readonly wanted: number; readonly local: string; readonly onAsking: (outsidePort: number) => void },
  signal: AbortSignal,
): Promise<Pick<Grant, 'port' | 'seconds'>> {
  let outsidePort = wanted;
  let seconds = LEASE_SECONDS;
  for (let tries = 0; tries <= OTHER_PORTS; tries += 1) {
    onAsking(outsidePort);
    const { error } = await order('AddPortMapping', { ...entry(outsidePort), ...target(port, local), NewLeaseDuration: seconds }, signal);
    if (error === undefined) return { port: outsidePort, seconds: LEASE_SECONDS };
    if (error === ONLY_PERMANENT && seconds !== 0) seconds = 0;
    else if (error === CONFLICT) outsidePort = randomInt(20_000, 60_000);
    else throw new RouterRefusal('no mapping');
  }
  throw new RouterRefusal('no free port');
}

const entry = (outsidePort: number): Values => ({ NewRemoteHost: '', NewExternalPort: outsidePort, NewProtocol: 'TCP' });
const target = (port: number, local: string): Values => ({
  NewInternalPort: port,
  NewInternalClient: local,
  NewEnabled: 1,
  NewPortMappingDescription: 'Keyshift',
});

interface Act {
  readonly service: WanService;
  readonly local: string;
  readonly action: string;
  readonly values: Values;
  readonly limitMs: number | undefined;
}

/** One order over SOAP. Its values are numbers and addresses of our own: nothing in them needs escaping. */
async function act({ service: { type, control }, local, action, values, limitMs }: Act, signal: AbortSignal): Promise<Answer> {
  const fields = Object.entries(values).map(([name, value]) => `<${name}>${value}</${name}>`);
  const body =
    '<?xml version="1.0"?>\r\n<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" ' +
    's:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>' +
    `<u:${action} xmlns:u="${type}">${fields.join('')}</u:${action}></s:Body></s:Envelope>\r\n`;
  const headers = { 'Content-Type': 'text/xml; charset="utf-8"', SOAPAction: `"${type}#${action}"` };
  const answer = await ask(control, local, signal, { post: { headers, body }, ...(limitMs !== undefined && { limitMs }) });
  if (answer.status === 200) return { body: answer.body };
  const code = Number(contents(answer.body, 'errorCode', 1)[0] ?? Number.NaN);
  if (answer.status !== 500 || !Number.isInteger(code)) throw new RouterRefusal('no answer to an order');
  return { body: '', error: code };
}
