// Loaded into a peer by `node --require`: where KEYSHIFT_TEST_ONLY_PORT is set, its connections reach this port of this machine, and every other one
// is refused, as behind a router that lets nobody in. It stands here because it is no part of the program.
const net = require('node:net');

const { connect } = net;
const only = process.env.KEYSHIFT_TEST_ONLY_PORT;
// Nobody listens on port 1.
if (only) net.connect = (options, ...more) => connect(String(options.port) === only ? options : { ...options, host: '127.0.0.1', port: 1 }, ...more);
