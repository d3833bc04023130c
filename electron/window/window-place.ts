/** Where and how large the window was, in device-independent pixels. */
export interface WindowPlace {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly maximized: boolean;
}

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The smallest window every screen of the app fits into. */
export const smallestWindow = { width: 480, height: 560 } as const;
const usual = { width: 1180, height: 780 } as const;

/** A title bar this much of which is visible can be grasped. */
const grip = { width: 120, height: 40 } as const;

/** Where the window opens: where it was, if that is still on a display, else in the middle of the first one. Never larger than it. */
export function placeWindow(saved: WindowPlace | undefined, workAreas: readonly Area[]): WindowPlace {
  const fallback: Area = workAreas[0] ?? { x: 0, y: 0, ...usual };
  const home = saved === undefined ? undefined : workAreas.find((area) => isGraspable(saved, area));
  const area = home ?? fallback;
  const width = within(saved?.width ?? usual.width, smallestWindow.width, area.width);
  const height = within(saved?.height ?? usual.height, smallestWindow.height, area.height);
  const maximized = saved?.maximized ?? false;
  if (saved === undefined || home === undefined) {
    return { x: area.x + Math.max(0, Math.round((area.width - width) / 2)), y: area.y + Math.max(0, Math.round((area.height - height) / 2)), width, height, maximized };
  }
  return { x: saved.x, y: saved.y, width, height, maximized };
}

function isGraspable(place: WindowPlace, area: Area): boolean {
  const visible = Math.min(place.x + place.width, area.x + area.width) - Math.max(place.x, area.x);
  return visible >= grip.width && place.y >= area.y && place.y <= area.y + area.height - grip.height;
}

/** Not below the smallest window even where the display is smaller still. */
function within(size: number, smallest: number, largest: number): number {
  return Math.max(smallest, Math.min(size, largest));
}
