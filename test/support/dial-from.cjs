// Loaded into a peer by `node --require`: every connection it begins comes from the address in KEYSHIFT_TEST_DIAL_FROM.
const net = require('node:net');

const { connect } = net;
net.connect = (options, ...more) => connect({ ...options, localAddress: process.env.KEYSHIFT_TEST_DIAL_FROM }, ...more);
