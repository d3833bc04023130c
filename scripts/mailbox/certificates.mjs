// Certificates of a mailbox without a domain of its own: an authority made for it alone, which devices are told of in their registration.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import forge from 'node-forge';

const YEARS = 10;

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
    return { certificate: forge.pki.certificateToPem(made), key: key.pem };
  });
  const der = Buffer.from(forge.asn1.toDer(forge.pki.certificateToAsn1(authority)).getBytes(), 'latin1');
  // The authority's key is not kept: with it gone nobody can make another server believable.
  return { authority: forge.pki.certificateToPem(authority), authorityDer: der.toString('base64url'), servers };
}

function newKey() {
  const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { pem, forge: forge.pki.privateKeyFromPem(pem) };
}

function certificate({ subject, issuer, key, signer, extensions }) {
  const made = forge.pki.createCertificate();
  made.publicKey = forge.pki.setRsaPublicKey(key.forge.n, key.forge.e);
  made.serialNumber = `01${randomBytes(15).toString('hex')}`;
  made.validity.notBefore = new Date(Date.now() - 86_400_000);
  made.validity.notAfter = new Date(Date.now() + YEARS * 365 * 86_400_000);
  made.setSubject(subject);
  made.setIssuer(issuer);
  made.setExtensions(extensions);
  made.sign(signer.forge, forge.md.sha256.create());
  return made;
}
