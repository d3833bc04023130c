import { createContext, useEffect, useState } from 'react';

/** Whether lines are so short that long words have to be divided in them. */
export const LittleRoom = createContext(false);

/** Letters' heights beside each other from which on the window has lines for whole words. */
const roomy = 45;

/** `textSize`: of the letters, as it was chosen; what it makes of them is looked at once that is done. */
export function useLittleRoom(textSize: number): boolean {
  const [isLittle, setLittle] = useState(hasLittle);
  useEffect(() => {
    const look = (): void => setLittle(hasLittle());
    look();
    window.addEventListener('resize', look);
    return () => window.removeEventListener('resize', look);
  }, [textSize]);
  return isLittle;
}

function hasLittle(): boolean {
  const size = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  return window.innerWidth < roomy * (Number.isNaN(size) ? 16 : size);
}
