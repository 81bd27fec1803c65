import { createPrivateKey, X509Certificate } from 'node:crypto';
import { fail, ok, type Result } from '../core/result.ts';
import type { Secret } from '../core/secret.ts';
import { readBounded } from './files.ts';

/** The list of all authorities of a system has some 250 KB. */
const largestCertificates = 1024 * 1024;

/** Certificates in PEM, or the end of a sentence that begins with the key that names the file. */
export const readCertificates = async (file: string): Promise<Result<Buffer, string>> => {
  const content = await readBounded(file, largestCertificates);
  if (!content.ok) return fail(`the file named here ${content.failure}`);
  try {
    new X509Certificate(content.value.bytes);
    return ok(content.value.bytes);
  } catch {
    return fail('the file named here does not begin with a certificate in PEM');
  }
};

/** Why this key is of no use with this certificate; undefined where it is. */
export const keyComplaint = (key: Secret, cert: Buffer | undefined): string | undefined => {
  try {
    const privateKey = createPrivateKey(key.reveal());
    if (!cert || new X509Certificate(cert).checkPrivateKey(privateKey)) return undefined;
    return 'the private key given here does not belong to the certificate of certFile';
  } catch {
    return 'what is given here is no private key in PEM without a passphrase';
  }
};
