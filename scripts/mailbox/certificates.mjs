// Certificates of a mailbox without a domain of its own: an authority made for it alone, which devices are told of in their registration.
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import forge from 'node-forge';

const YEARS = 10;
const ECDSA_SHA256 = '1.2.840.10045.4.3.2';

/** @param {string[]} hosts  names and addresses, one certificate each */
export function makeCertificates(hosts) {
  const authorityKey = newKey();
  const name = [{ name: 'commonName', value: 'Keyshift mailbox' }];
  const authority = certificate({ subject: name, issuer: name, key: authorityKey, signer: authorityKey, extensions: [{ name: 'basicConstraints', cA: true, critical: true }, { name: 'keyUsage', keyCertSign: true, critical: true }] });
  const servers = hosts.map((host) => {
    const key = newKey();
    const made = certificate({
      subject: [{ name: 'commonName', value: host.slice(0, 64) }],
      issuer: name,
      key,
      signer: authorityKey,
      extensions: [
        { name: 'basicConstraints', cA: false, critical: true },
        // Servers of a cluster are each other's clients.
        { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
        { name: 'subjectAltName', altNames: [isIP(host) ? { type: 7, ip: host } : { type: 2, value: host }] },
      ],
    });
    return { certificate: pem(made), key: key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
  });
  // The authority's key is not kept: with it gone nobody can make another server believable.
  return { authority: pem(authority), authorityDer: authority.toString('base64url'), servers };
}

/** P-256: small, since every right to deposit carries the authority along. */
const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** DER. forge lays it out; it knows RSA only, so key and signature are put in by hand. */
function certificate({ subject, issuer, key, signer, extensions }) {
  const { asn1, pki } = forge;
  const made = pki.createCertificate();
  made.serialNumber = `01${randomBytes(15).toString('hex')}`;
  made.validity.notBefore = new Date(Date.now() - 86_400_000);
  made.validity.notAfter = new Date(Date.now() + YEARS * 365 * 86_400_000);
  made.setSubject(subject);
  made.setIssuer(issuer);
  made.setExtensions(extensions);
  const seq = (...parts) => asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SEQUENCE, true, parts);
  const algorithm = () => seq(asn1.create(asn1.Class.UNIVERSAL, asn1.Type.OID, false, asn1.oidToDer(ECDSA_SHA256).getBytes()));
  // Any RSA key holds the place until the real one is there.
  made.publicKey = pki.setRsaPublicKey(new forge.jsbn.BigInteger('3'), new forge.jsbn.BigInteger('3'));
  made.signatureOid = pki.oids.sha256WithRSAEncryption;
  made.siginfo.algorithmOid = made.signatureOid;
  // Typings know `getTBSCertificate` not at all, and the content of a sequence as text or parts.
  const tbs = /** @type {any} */ (pki).getTBSCertificate(made);
  tbs.value[2] = algorithm();
  tbs.value[6] = asn1.fromDer(key.publicKey.export({ type: 'spki', format: 'der' }).toString('latin1'));
  const bytes = Buffer.from(asn1.toDer(tbs).getBytes(), 'latin1');
  const signature = sign('sha256', bytes, signer.privateKey).toString('latin1');
  return Buffer.from(asn1.toDer(seq(tbs, algorithm(), asn1.create(asn1.Class.UNIVERSAL, asn1.Type.BITSTRING, false, `\0${signature}`))).getBytes(), 'latin1');
}

function pem(der) {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
