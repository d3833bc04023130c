// Loaded into a peer by `node --require`: names below `people.test` are this machine, as if a name service of one's own said so. No question leaves it.
const dns = require('node:dns/promises');

const here = { address: '127.0.0.1', family: 4 };
const { lookup } = dns;
dns.lookup = async (name, options) => {
  if (!name.endsWith('.people.test')) return lookup(name, options);
  return options?.all ? [here] : here;
};
