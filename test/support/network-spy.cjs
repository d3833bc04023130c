// Loaded into a process with --require: writes every connection it begins, every name it asks for and every datagram it sends, one
// a line, into PROFILE.network. Lets all of it happen.
const { appendFileSync } = require('node:fs');
const net = require('node:net');
const dgram = require('node:dgram');
const dns = require('node:dns');

const file = `${process.argv[process.argv.indexOf('--profile') + 1]}.network`;
const write = (line) => appendFileSync(file, `${line}\n`);

const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...args) {
  const [first, second] = args.flat();
  const { host, port, path } = typeof first === 'object' ? first : { host: second, port: first };
  write(path === undefined ? `connect ${host}:${port}` : `connect ${path}`);
  return Reflect.apply(connect, this, args);
};

const { send } = dgram.Socket.prototype;
dgram.Socket.prototype.send = function (...args) {
  write('datagram');
  return Reflect.apply(send, this, args);
};

for (const place of [dns, dns.promises]) {
  for (const name of Object.keys(place).filter((one) => /^(lookup|resolve|reverse)/.test(one))) {
    const real = place[name];
    place[name] = (...args) => {
      // Listening on a literal asks, too, and is answered without asking anybody.
      if (net.isIP(args[0]) === 0) write(`${name} ${args[0]}`);
      return Reflect.apply(real, place, args);
    };
  }
}
write('spying');
