import { randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

/** PEM texts of a server's certificate and its key. */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
}

/** What a server is called and where it listens, beside localhost, 127.0.0.1 and ::1. */
export interface ServerIdentity {
  readonly names: readonly string[];
  readonly addresses: readonly string[];
}

/** Makes a certificate of its authority for a server. */
export type Issue = (identity: ServerIdentity) => Promise<ServerCertificate>;

/** Makes a P-256 authority: its certificate as PEM, and what issues in its name. All holds from a day ago for three days. */
export async function createIssuer(): Promise<{ readonly ca: string; readonly issue: Issue }> {
  x509.cryptoProvider.set(webcrypto);
  const keys = await generateKeys();
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(),
    name: 'CN=mp-bench run authority',
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const issue: Issue = async (identity) => {
    const { publicKey, privateKey } = await generateKeys();
    const server = await x509.X509CertificateGenerator.create({
      ...validity(),
      subject: 'CN=localhost',
      issuer: authority.subject,
      publicKey,
      signingKey: keys.privateKey,
      extensions: await serverExtensions(authority, identity),
    });
    return { cert: server.toString('pem'), key: await exportKey(privateKey) };
  };
  return { ca: authority.toString('pem'), issue };
}

async function serverExtensions(
  authority: x509.X509Certificate,
  { names, addresses }: ServerIdentity,
): Promise<x509.Extension[]> {
  const ips = new Set(['127.0.0.1', '::1', ...addresses]);
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    new x509.SubjectAlternativeNameExtension([
      ...['localhost', ...names].map((value) => ({ type: 'dns' as const, value })),
      ...Array.from(ips, (value) => ({ type: 'ip' as const, value })),
    ]),
    await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
  ];
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

function validity(): { serialNumber: string; notBefore: Date; notAfter: Date; signingAlgorithm: typeof ALGORITHM } {
  const nowMs = new Date().getTime();
  // The first bit is cleared: a serial number is a positive integer (RFC 5280, 4.1.2.2).
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return {
    serialNumber: serial.toString('hex'),
    notBefore: new Date(nowMs - DAY_MS),
    notAfter: new Date(nowMs + 3 * DAY_MS),
    signingAlgorithm: ALGORITHM,
  };
}
