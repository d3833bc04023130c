import { beforeAll, describe, expect, it } from 'vitest';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { encodeRecoveryCode, parseRecoveryCode, recoveryQrText } from '../../../../electron/engine/identity/recovery-code';
import { testCrypto } from '../../../support/dialog-kit';

const seed = Uint8Array.from({ length: 32 }, (_, index) => index * 7 + 1);

describe('the recovery code', () => {
  let crypto: Crypto;
  let groups: readonly string[];
  beforeAll(async () => {
    crypto = await testCrypto();
    groups = encodeRecoveryCode(crypto, seed);
  });

  // By hand, from the description in protocol.md.
  it('S5-19: is twelve groups of five, always the same for one key', () => {
    expect(groups.join(' ')).toBe('0440Y 5GX4G NK4EA 08X75 AQ33D 9RQGZ W6HPA 9Q8N9 P2VVX HECTF DER47 27MQ0');
  });

  it('S5-19: is read as people write it, and as the QR code has it', () => {
    const code = groups.join('');
    const written = [groups.join(' '), groups.join('-').toLowerCase(), ` ${groups.slice(0, 6).join('  ')}\n${groups.slice(6).join('\t')}\n`, groups.join(' – '), code.replaceAll('0', 'o').replaceAll('1', 'l'), code.replaceAll('1', 'I'), recoveryQrText(groups)];
    for (const text of written) expect(parseRecoveryCode(crypto, text)).toEqual(seed);
  });

  it('S5-19: any single wrong character, any two swapped ones and any missing group are noticed', () => {
    const code = groups.join('');
    const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
    for (let at = 0; at < code.length; at += 1) {
      const wrong = alphabet.charAt((alphabet.indexOf(code.charAt(at)) + 1 + (at % 30)) % 32);
      const texts = [code.slice(0, at) + wrong + code.slice(at + 1), code.slice(0, at) + code.slice(at + 1)];
      if (at > 0 && code[at - 1] !== code[at]) texts.push(code.slice(0, at - 1) + code.charAt(at) + code.charAt(at - 1) + code.slice(at + 1));
      for (const text of texts) expect(() => parseRecoveryCode(crypto, text)).toThrow(expect.objectContaining({ code: 'recovery.wrong-code', facts: { issues: ['code: mistyped'] } }) as Error);
    }
    for (const text of ['', groups.slice(1).join(' '), `${code}0`, code.replace(/.$/, 'U'), `${code.slice(0, -1)}🦊`, 'KEYSHIFT-RECOVERY:2:' + code]) {
      expect(() => parseRecoveryCode(crypto, text)).toThrow(expect.objectContaining({ code: 'recovery.wrong-code', facts: { issues: ['code: mistyped'] } }) as Error);
    }
  });

  it('S5-19: what is wrong with a code is said without the code', () => {
    const wrong = [...groups.slice(0, -1), 'ABCDE'].join(' ');
    for (const text of [wrong, wrong.slice(6)]) {
      try {
        parseRecoveryCode(crypto, text);
        expect.unreachable();
      } catch (error) {
        for (const group of groups.slice(1, -1)) expect(String(error)).not.toContain(group);
      }
    }
  });
});
