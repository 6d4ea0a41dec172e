import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The certificates of one end for TLS, as PEM. */
export interface EndCertificates {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

/** The content of a certificate. */
export interface CertificatePlan {
  /** `DNS:…` or `IP:…`. */
  readonly name?: string;
  readonly expired?: true;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** A certificate authority for one test file, created with the `openssl` program. */
export class Authority {
  readonly #folder = mkdtempSync(join(tmpdir(), 'ca-'));
  #issued = 0;

  constructor() {
    this.#openssl([
      'req',
      '-x509',
      ...NEW_KEY,
      '-days',
      '2',
      '-subj',
      '/CN=test',
      '-keyout',
      'ca.key',
      '-out',
      'ca.crt',
    ]);
  }

  get ca(): string {
    return this.#read('ca.crt');
  }

  /** Issues a certificate that is valid for both ends. */
  issue({ name = 'IP:127.0.0.1', expired }: CertificatePlan = {}): EndCertificates {
    const id = `end${this.#issued++}`;
    this.#openssl(['req', ...NEW_KEY, '-subj', `/CN=${id}`, '-keyout', `${id}.key`, '-out', `${id}.csr`]);
    writeFileSync(join(this.#folder, `${id}.ext`), `subjectAltName=${name}\n`);
    const until = expired ? '-1' : '2';
    const signer = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', `${id}.ext`];
    this.#openssl(['x509', '-req', '-in', `${id}.csr`, ...signer, '-days', until, '-out', `${id}.crt`]);
    return { cert: this.#read(`${id}.crt`), key: this.#read(`${id}.key`), ca: this.ca };
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #openssl(args: readonly string[]): void {
    execFileSync('openssl', args, { cwd: this.#folder, stdio: 'pipe' });
  }

  #read(file: string): string {
    return readFileSync(join(this.#folder, file), 'utf8');
  }
}
