import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';

/** How a key is made, in openssl's words. */
export type KeyKind = 'p256' | 'p384' | 'p521' | 'ed25519' | 'rsa3072' | 'rsa1024' | 'rsa2048';

const keyOptions: Readonly<Record<KeyKind, readonly string[]>> = {
  p256: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  p384: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  p521: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-521'],
  ed25519: ['-algorithm', 'ED25519'],
  rsa3072: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:3072'],
  rsa2048: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  rsa1024: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024'],
};

export const caExtensions = ['basicConstraints = critical, CA:true', 'keyUsage = critical, keyCertSign, cRLSign', 'subjectKeyIdentifier = hash'];
export const leafExtensions = ['basicConstraints = critical, CA:false', 'keyUsage = critical, digitalSignature', 'authorityKeyIdentifier = keyid'];

export interface Dates {
  /** Unix milliseconds. */
  readonly from: number;
  readonly to: number;
}

export interface CaOptions extends Dates {
  readonly key?: KeyKind;
  readonly extensions?: readonly string[];
  /** Left out for a root. */
  readonly issuer?: OpensslCa;
  /** `/CN=…`; the name given otherwise. */
  readonly subject?: string;
  readonly digest?: string;
  /** Path of a key that is there already. */
  readonly keyFile?: string;
}

let serials = 0x1000;

/** An organisation's CA, run by the real openssl in a folder of a test's own. */
export class OpensslCa {
  readonly pem: string;
  readonly keyFile: string;
  readonly #folder: string;
  readonly #name: string;

  private constructor(folder: string, name: string, keyFile: string, pem: string) {
    this.#folder = folder;
    this.#name = name;
    this.keyFile = keyFile;
    this.pem = pem;
    writeFileSync(this.#file('crt'), pem);
  }

  /** `name`: unique in the folder. */
  static create(folder: string, name: string, options: CaOptions): OpensslCa {
    const file = (ending: string): string => join(folder, `${name}.${ending}`);
    const keyFile = options.keyFile ?? file('key');
    const { key = 'p256', extensions = caExtensions, issuer, subject = `/O=${name} Ltd/CN=${name}`, digest } = options;
    if (!existsSync(keyFile)) openssl(['genpkey', ...keyOptions[key], '-out', keyFile]);
    openssl(['req', '-new', '-key', keyFile, '-subj', subject, '-utf8', '-out', file('csr')]);
    const signer = issuer ?? { certificateFile: undefined, keyFile };
    const pem = sign(folder, name, signer, { csr: readFileSync(file('csr'), 'utf8'), extensions, ...(digest === undefined ? {} : { digest }), from: options.from, to: options.to });
    return new OpensslCa(folder, name, keyFile, pem);
  }

  get certificateFile(): string {
    return this.#file('crt');
  }

  /** A certificate for a request (PEM in, PEM out). */
  issue(csr: string, { extensions = leafExtensions, ...dates }: Dates & { extensions?: readonly string[]; digest?: string; subject?: string }): string {
    return sign(this.#folder, `${this.#name}-leaf`, this, { csr, extensions, ...dates });
  }

  /** A list of revoked certificates; `number` undefined for a list without one. */
  revocations(revoked: readonly string[], { number, ...dates }: Dates & { number?: number; extensions?: readonly string[] }): string {
    const { extensions = [] } = dates;
    const base = this.#file('crl');
    const index = revoked.map((pem) => `R\t${utc(dates.to).slice(2)}\t${utc(dates.from).slice(2)}\t${serialOf(pem)}\tunknown\t/CN=x\n`).join('');
    writeFileSync(`${base}.index`, index);
    writeFileSync(`${base}.number`, `${(number ?? 0).toString(16).padStart(2, '0')}\n`);
    const lines = [...(number === undefined ? [] : ['authorityKeyIdentifier = keyid']), ...extensions];
    const numbered = number === undefined ? [] : [`crlnumber = ${base}.number`];
    const section = lines.length > 0 ? ['crl_extensions = crl_ext'] : [];
    writeFileSync(`${base}.cnf`, ['[ca]', 'default_ca = d', '[d]', `database = ${base}.index`, 'default_md = sha256', ...numbered, ...section, '[crl_ext]', ...lines].join('\n'));
    openssl(['ca', '-config', `${base}.cnf`, '-gencrl', '-cert', this.certificateFile, '-keyfile', this.keyFile, '-crl_lastupdate', utc(dates.from), '-crl_nextupdate', utc(dates.to), '-out', `${base}.pem`]);
    return readFileSync(`${base}.pem`, 'utf8');
  }

  #file(ending: string): string {
    return join(this.#folder, `${this.#name}.${ending}`);
  }
}

export function openssl(args: readonly string[], input?: string): string {
  return execFileSync('openssl', args, { encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'], ...(input === undefined ? {} : { input }) });
}

interface Order extends Dates {
  readonly csr: string;
  readonly extensions: readonly string[];
  readonly digest?: string;
  /** In the place of the request's. */
  readonly subject?: string;
}

function sign(folder: string, name: string, signer: { readonly certificateFile: string | undefined; readonly keyFile: string }, order: Order): string {
  serials += 1;
  const base = join(folder, `${name}-${serials}`);
  writeFileSync(`${base}.index`, '');
  writeFileSync(`${base}.serial`, `${serials.toString(16)}\n`);
  writeFileSync(`${base}.csr`, order.csr);
  writeFileSync(
    `${base}.cnf`,
    ['[ca]', 'default_ca = d', '[d]', `database = ${base}.index`, `serial = ${base}.serial`, `new_certs_dir = ${folder}`, 'unique_subject = no', 'policy = p', 'copy_extensions = copy', 'string_mask = utf8only',
      '[p]', 'organizationName = optional', 'commonName = optional', 'UID = optional', '[ext]', ...order.extensions].join('\n'),
  );
  const from = signer.certificateFile === undefined ? ['-selfsign'] : ['-cert', signer.certificateFile];
  const subject = order.subject === undefined ? [] : ['-subj', order.subject];
  openssl(['ca', '-batch', '-notext', '-utf8', '-preserveDN', '-config', `${base}.cnf`, ...from, '-keyfile', signer.keyFile, '-md', order.digest ?? 'sha256', '-startdate', utc(order.from), '-enddate', utc(order.to), '-extensions', 'ext', ...subject, '-in', `${base}.csr`, '-out', `${base}.crt`]);
  return readFileSync(`${base}.crt`, 'utf8');
}

/** Hex, as in openssl's index. */
function serialOf(pem: string): string {
  return openssl(['x509', '-noout', '-serial'], pem).trim().replace('serial=', '');
}

function utc(time: number): string {
  return new Date(time).toISOString().replace(/\.\d{3}Z$/, 'Z').replace(/[-:T]/g, '');
}
