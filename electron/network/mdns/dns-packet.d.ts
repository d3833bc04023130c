/** The part of dns-packet 5.6.1 that is used here. What comes out of `decode` was written by strangers: nothing about `data` is known. */
declare module 'dns-packet' {
  export interface Question {
    readonly name: string;
    readonly type: string;
  }
  export interface Answer {
    readonly name: string;
    readonly type: string;
    readonly ttl: number;
    readonly flush?: boolean;
    readonly data: string | Buffer[] | { readonly port: number; readonly target: string };
  }
  export interface DecodedAnswer {
    readonly name: string;
    readonly type: string;
    /** Absent for OPT. */
    readonly ttl?: number;
    readonly data?: unknown;
  }
  export interface Decoded {
    readonly type: 'query' | 'response';
    readonly questions: readonly Question[];
    readonly answers: readonly DecodedAnswer[];
    readonly additionals: readonly DecodedAnswer[];
  }
  export const AUTHORITATIVE_ANSWER: number;
  export function encode(packet: {
    readonly type: 'query' | 'response';
    readonly flags?: number;
    readonly questions?: readonly Question[];
    readonly answers?: readonly Answer[];
    readonly additionals?: readonly Answer[];
  }): Buffer;
  /** Throws for what cannot be read. */
  export function decode(bytes: Buffer): Decoded;
}
