import { useEffect, useState } from 'react';

/** The time, looked at again every `every` milliseconds: clock text changes silently, outside live regions. */
export function useNow(every = 30_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}
