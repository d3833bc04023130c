import type { Device } from '../../../shared/model/device';
import { useDevices } from '../../app/model-context';
import { useText, type Text } from '../../i18n/use-text';
import { useTimes, type Times } from '../../i18n/use-times';
import { deviceName } from './device-words';

/** So many digits of its number tell a device from others: 32 bits. */
const digits = 8;

interface Apart {
  /** Behind its name, in brackets. */
  readonly behind: string;
  /** A line of its own; absent where the page says the same beside its name. */
  readonly line?: string;
}

/**
 * What tells a device from others of the same name; undefined where none has it. That it is this one, else since when it is known here, else how its
 * number begins: a device that joined heard of all the others at once.
 */
function apartWords(device: Device, all: readonly Device[], text: Text, times: Times): Apart | undefined {
  const named = deviceName(device, text);
  const others = all.filter((one) => one.instanceId !== device.instanceId && deviceName(one, text) === named);
  if (others.length === 0) return undefined;
  if (device.current) return { behind: text('devices.apart.this') };
  const since = ({ addedAt }: Device): string | undefined => (addedAt === undefined ? undefined : times.dateTime(addedAt));
  const when = since(device);
  const isAlone = others.every((one) => one.current || since(one) !== when);
  if (when !== undefined && isAlone) return { behind: text('devices.apart.since', { when }), line: text('devices.apart.since.line', { when }) };
  const id = device.instanceId.slice(0, digits);
  return { behind: text('devices.apart.id', { id }), line: text('devices.apart.id.line', { id }) };
}

/** How sentences call an own device, by its name and where another has the same also by what tells them apart; and the line that says so where it is listed. */
export function useDeviceName(): (device: Device) => { readonly name: string; readonly apart: string | undefined } {
  const text = useText();
  const times = useTimes();
  const all = useDevices((state) => state.devices);
  return (device) => {
    const name = deviceName(device, text);
    const apart = apartWords(device, all ?? [], text, times);
    return { name: apart === undefined ? name : text('devices.apart', { name, apart: apart.behind }), apart: apart?.line };
  };
}
