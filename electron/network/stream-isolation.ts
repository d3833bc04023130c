import type { Random } from '../engine/ports';
import type { SocksLogin } from './socks-handshake';

/** Logins kept at once; the one used longest ago goes first. */
const MAX_KEPT = 1_024;
/** Bytes of chance in the name and in the password each: shown as hex. */
const LENGTH = 16;

/**
 * A login of pure chance for every person that is dialled, so that a proxy like Tor (IsolateSOCKSAuth) never carries two
 * people over one path. Kept in memory only: the next start has others.
 */
export class StreamIsolation {
  readonly #random: Random;
  readonly #logins = new Map<string, SocksLogin>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** The same for the same key; a new one each time without a key. */
  login(key: string | undefined): SocksLogin {
    const known = key === undefined ? undefined : this.#logins.get(key);
    const login = known ?? { user: this.#text(), password: this.#text() };
    if (key === undefined) return login;
    this.#logins.delete(key);
    this.#logins.set(key, login);
    if (this.#logins.size > MAX_KEPT) {
      const [oldest] = this.#logins.keys();
      if (oldest !== undefined) this.#logins.delete(oldest);
    }
    return login;
  }

  #text(): string {
    return Buffer.from(this.#random.bytes(LENGTH)).toString('hex');
  }
}
