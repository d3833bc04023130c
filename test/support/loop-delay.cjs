// Loaded into a peer by `node --require`: on SIGUSR2 it writes one line about how long the event loop kept things waiting since the
// last one, and how much memory the process holds. It stands here because it is no part of the program.
const { monitorEventLoopDelay } = require('node:perf_hooks');

const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
let since = process.cpuUsage();
let at = performance.now();

process.on('SIGUSR2', () => {
  const { user, system } = process.cpuUsage(since);
  const now = performance.now();
  const report = {
    p50: delay.percentile(50) / 1e6,
    p99: delay.percentile(99) / 1e6,
    max: delay.max / 1e6,
    busy: (user + system) / 1000 / (now - at),
    rss: process.memoryUsage().rss,
  };
  delay.reset();
  since = process.cpuUsage();
  at = now;
  process.stderr.write(`loop-delay ${JSON.stringify(report)}\n`);
});
