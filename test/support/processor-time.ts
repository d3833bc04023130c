/** Milliseconds of processor time that this process has taken for something. What the clock says besides is how many others are at work on the machine. */
export function processorTimeOf(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
