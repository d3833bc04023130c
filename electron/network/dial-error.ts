/** Why nothing was reached; none of it says anything about the person behind the address. */
export type DialFailure =
  | 'address-invalid'
  | 'name-unknown'
  /** Only a proxy leads there, and none is set. */
  | 'needs-proxy'
  /** The proxy was not reached, did not speak as one, or would not. */
  | 'proxy-failed'
  | 'refused'
  | 'timeout'
  | 'unreachable'
  /** Nobody waited any more. */
  | 'not-needed';

export class DialError extends Error {
  readonly reason: DialFailure;

  constructor(reason: DialFailure) {
    super(`could not connect: ${reason}`);
    this.name = 'DialError';
    this.reason = reason;
  }
}

/** What stopped the talk with the proxy: whether the proxy or the target behind it. */
export class SocksRefusal extends DialError {
  /** The proxy spoke as one does; only this target was not reached. */
  readonly proxyWorks: boolean;

  constructor(reason: DialFailure, proxyWorks: boolean) {
    super(reason);
    this.proxyWorks = proxyWorks;
  }
}

/** From an error code of the operating system. */
export function dialFailureOf(code: string | undefined): DialFailure {
  switch (code) {
    case 'ECONNREFUSED':
    case 'ECONNRESET':
      return 'refused';
    case 'ETIMEDOUT':
      return 'timeout';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'name-unknown';
    default:
      return 'unreachable';
  }
}
