import { X509Certificate } from 'node:crypto';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { Connection, Listener } from '../../core/seam/transport.ts';
import { socket, type TcpCertificates } from '../../transports/socket/index.ts';
import { failure, Side, within } from '../conformance/transport-pair.ts';
import { Authority } from '../support/certificates.ts';

const authority = new Authority();
const stranger = new Authority();
const good = authority.issue();
const listeners: Listener[] = [];
const sides: Side[] = [];

afterEach(async () => {
  for (const listener of listeners.splice(0)) await listener.close();
  for (const side of sides.splice(0)) {
    side.connection.destroy();
    await within('closed', side.hasClosed());
  }
});

afterAll(() => {
  for (const each of [authority, stranger]) each[Symbol.dispose]();
});

const authkey = (): Uint8Array => new Uint8Array(32);

/** Accepts a connection like an actor, which sends the first message. */
function accept(connection: Connection): void {
  connection.write([Buffer.from('hello')]);
  sides.push(new Side(connection));
}

/** Listens with certificates, and returns the address. */
async function listen(tls: TcpCertificates, host = '127.0.0.1'): Promise<string> {
  const listener = await socket.listen(`tcp://${host}:0`, accept, { authkey, transport: { tls } });
  listeners.push(listener);
  return listener.address;
}

async function connect(address: string, tls: TcpCertificates): Promise<Side> {
  const signal = AbortSignal.timeout(4_000);
  const side = new Side(await socket.connect(address, { authkey, signal, transport: { tls } }));
  sides.push(side);
  return side;
}

describe('F46 U53 certificates', () => {
  test.each([
    ['of another authority', () => stranger.issue(), /not accepted \((?:UNABLE|SELF|DEPTH|CERT)\w+\)/],
    ['that has expired', () => authority.issue({ expired: true }), /not accepted \(CERT_HAS_EXPIRED\)/],
    [
      'for another host',
      () => authority.issue({ name: 'IP:127.0.0.2' }),
      /not accepted \(ERR_TLS_CERT_ALTNAME_INVALID\)/,
    ],
  ])("an actor's certificate %s is rejected with the reason", async (_, issue, message) => {
    const address = await listen({ ...issue(), ca: good.ca });
    expect(await failure(connect(address, good))).toMatchObject({
      name: 'TransportError',
      message: expect.stringMatching(message),
    });
  });

  test.each([
    ['of another authority', () => stranger.issue()],
    ['that has expired', () => authority.issue({ expired: true })],
  ])("a client's certificate %s is rejected, and both ends learn the reason", async (_, issue) => {
    const address = await listen(good);
    const client = await connect(address, { ...issue(), ca: good.ca });
    await within('closed', client.hasClosed());
    expect(client.byteCount).toBe(0);
    expect(client.causes[0]?.message).toMatch(/did not accept the certificate of this end/);
    await within('closed', sides[0]?.hasClosed() ?? Promise.reject(new Error('nobody came')));
    expect(sides[0]?.causes[0]?.message).toMatch(/^its certificate is not accepted \(\w+\)$/);
  });

  test('servername sets the name that the certificate must contain', async () => {
    const named = authority.issue({ name: 'DNS:actors.example.org' });
    const address = await listen(named);
    const client = await connect(address, { ...good, servername: 'actors.example.org' });
    await within('the greeting', client.received(5));
    expect(await failure(connect(address, good))).toMatchObject({ message: expect.stringMatching(/ALTNAME_INVALID/) });
  });

  test('both ends reject an invalid certificate, and no key is shown', async () => {
    const wrong = { ...good, key: 'this is private' };
    for (const attempt of [listen(wrong), connect('tcp://127.0.0.1:1', wrong)]) {
      const error = await failure(attempt);
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toMatch(/^options\.transport\.tcp\.tls cannot be used/);
      expect(error.message).not.toContain('private');
    }
  });

  test.each([
    ['an empty text', ''],
    ['a path', '/etc/ssl/ca.crt'],
    ['the bytes of a certificate in another form', new X509Certificate(good.ca).raw],
  ])('both ends reject %s as the authority, which OpenSSL would ignore', async (_, ca) => {
    for (const attempt of [listen({ ...good, ca }), connect('tcp://127.0.0.1:1', { ...good, ca })]) {
      const error = await failure(attempt);
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toMatch(
        /^options\.transport\.tcp\.tls cannot be used .* must be the PEM texts of files, not/,
      );
    }
  });

  test('an authority may be one of several certificates, with comments between them', async () => {
    const ca = `# ours\n${stranger.ca}\n# theirs\n${good.ca}`;
    const address = await listen({ ...good, ca });
    const client = await connect(address, { ...good, ca: Buffer.from(ca) });
    await within('the greeting', client.received(5));
  });

  test.each([
    [{ encryption: 'no' }, /encryption must be true or false/],
    [{ encryption: false, tls: good }, /certificates in tls, and encryption: false/],
    [{ tls: 'cert' }, /tls must be an object of cert, key and ca/],
    [{ tls: { cert: good.cert, key: good.key } }, /tls\.ca must be a PEM text or its bytes/],
    [
      { tls: { ...good, passphrase: 'x' } },
      /tls\.passphrase is not an option; the options are cert, key, ca, servername/,
    ],
    [{ tls: { ...good, servername: 5 } }, /tls\.servername must be the name/],
    [{ psk: 'x' }, /tcp\.psk is not an option; the options are encryption, tls/],
  ])('misuse of the options causes a TypeError: %#', async (transport, message) => {
    const signal = AbortSignal.timeout(4_000);
    for (const attempt of [
      socket.listen('tcp://127.0.0.1:0', () => undefined, { authkey, transport }),
      socket.connect('tcp://127.0.0.1:1', { authkey, signal, transport }),
    ]) {
      const error = await failure(attempt);
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toMatch(message);
    }
  });
});
