// Real sockets against the TLS rules of foundations §6.6.
import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import tls from 'node:tls';
import { type Authority, openAuthority, type TlsIdentity } from './authority.ts';
import { type CertificateChecks, clientCertificate, closeRefusedConnections } from './client-certificate.ts';
import { clientTls, serverTls } from './tls.ts';

const clock = Date.now;
const DAY = 86_400_000;
let folder: string;
let authority: Authority;
let otherAuthority: Authority;
let serverIdentity: TlsIdentity;
let consumer: TlsIdentity;
const closers: (() => void)[] = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trust-tls-'));
  [authority, otherAuthority] = await Promise.all([
    openAuthority(join(folder, 'ours'), { clock }),
    openAuthority(join(folder, 'theirs'), { clock }),
  ]);
  [serverIdentity, consumer] = await Promise.all([
    authority.identity('gateway', {
      commonName: 'gateway.example.nhs.uk',
      dnsNames: ['gateway.example.nhs.uk', 'localhost'],
      ipAddresses: ['127.0.0.1', '::1'],
      usages: 'both',
    }),
    authority.identity('consumer', { commonName: 'consumer.example.nhs.uk', usages: 'client' }),
  ]);
});

after(async () => {
  for (const close of closers) close();
  await rm(folder, { recursive: true, force: true });
});

/** Starts a TLS server that writes one JSON line about its client and ends. */
function listen(options: tls.TlsOptions, checks: CertificateChecks, prepare?: (server: tls.Server) => void) {
  const server = tls.createServer(options, (socket) => {
    socket.on('error', () => {});
    socket.end(`${JSON.stringify(clientCertificate(socket, checks))}\n`);
  });
  server.on('tlsClientError', () => {});
  prepare?.(server);
  closers.push(() => server.close());
  return new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
}

interface Outcome {
  connected: boolean;
  cipher?: string;
  protocol?: string | null;
  answer?: { ok: boolean; reason?: string; status?: number; commonName?: string; serialNumber?: string };
  session?: Buffer;
  reused?: boolean;
  error?: string;
}

/** Connects, reads what the server says, and reports; never throws. */
function connect(port: number, options: tls.ConnectionOptions): Promise<Outcome> {
  return new Promise((resolve) => {
    let text = '';
    const outcome: Outcome = { connected: false };
    const socket = tls.connect({ host: '127.0.0.1', port, ...options });
    socket.on('secureConnect', () => {
      outcome.cipher = socket.getCipher().standardName ? socket.getCipher().name : '';
      outcome.protocol = socket.getProtocol();
      outcome.reused = socket.isSessionReused();
    });
    socket.on('session', (session) => {
      outcome.session = session;
    });
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', (problem) => {
      outcome.error = (problem as NodeJS.ErrnoException).code ?? problem.message;
    });
    socket.on('close', () => {
      if (text !== '') {
        outcome.connected = true;
        outcome.answer = JSON.parse(text);
      }
      resolve(outcome);
    });
  });
}

const ours = (extra: tls.ConnectionOptions = {}): tls.ConnectionOptions => ({
  ...clientTls(consumer),
  ...extra,
});
const nameless = (extra: tls.ConnectionOptions = {}): tls.ConnectionOptions => ({
  ca: authority.ca,
  ...extra,
});

describe('suites and versions (foundations §6.6)', () => {
  let port: number;
  let permissive: number;
  before(async () => {
    port = await listen(serverTls(serverIdentity, { clients: 'reject' }), { clock });
    permissive = await listen(
      {
        ...serverTls(serverIdentity, { clients: 'reject' }),
        minVersion: 'TLSv1',
        ciphers: 'ALL:eNULL:@SECLEVEL=0',
      },
      { clock },
    );
  });

  const mustConnect = [
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-SHA384',
    'ECDHE-RSA-AES256-SHA',
    'DHE-RSA-AES128-GCM-SHA256',
    'DHE-RSA-AES256-GCM-SHA384',
    'DHE-RSA-AES256-SHA256',
    'DHE-RSA-AES256-SHA',
  ];
  for (const suite of mustConnect) {
    test(`${suite} connects`, async () => {
      const outcome = await connect(port, ours({ ciphers: suite, maxVersion: 'TLSv1.2' }));
      assert.equal(outcome.connected, true, outcome.error);
      assert.equal(outcome.cipher, suite);
      assert.equal(outcome.protocol, 'TLSv1.2');
    });
  }

  const mustBeRefused = [
    'NULL-MD5',
    'NULL-SHA256',
    'AES128-SHA256',
    'AES256-SHA',
    'AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-SHA',
  ];
  for (const suite of mustBeRefused) {
    test(`${suite} is refused, and would connect to a careless server`, async () => {
      const client = ours({ ciphers: `${suite}:@SECLEVEL=0`, maxVersion: 'TLSv1.2' });
      assert.equal((await connect(permissive, client)).cipher, suite);
      const outcome = await connect(port, client);
      assert.equal(outcome.connected, false);
      assert.match(outcome.error ?? '', /HANDSHAKE_FAILURE/);
    });
  }

  for (const version of ['TLSv1', 'TLSv1.1'] as const) {
    test(`${version} is refused, and would connect to a careless server`, async () => {
      const client = ours({ minVersion: version, maxVersion: version, ciphers: 'ALL:@SECLEVEL=0' });
      assert.equal((await connect(permissive, client)).protocol, version);
      const outcome = await connect(port, client);
      assert.equal(outcome.connected, false);
      assert.match(outcome.error ?? '', /PROTOCOL_VERSION/);
    });
  }

  test('TLS 1.3 is allowed in addition', async () => {
    const outcome = await connect(port, ours({ minVersion: 'TLSv1.3' }));
    assert.equal(outcome.connected, true, outcome.error);
    assert.equal(outcome.protocol, 'TLSv1.3');
  });

  test('the server’s order of preference is honoured', async () => {
    const ciphers = 'DHE-RSA-AES256-SHA:ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES256-GCM-SHA384';
    const outcome = await connect(port, ours({ ciphers, maxVersion: 'TLSv1.2' }));
    assert.equal(outcome.cipher, 'ECDHE-RSA-AES256-GCM-SHA384');
  });

  test('plain HTTP on the TLS port is closed without an answer', async () => {
    const received = await new Promise<string>((resolve) => {
      const socket = createConnection(port, '127.0.0.1', () =>
        socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
      );
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(text));
    });
    assert.doesNotMatch(received, /HTTP\/1\.1 [1-5]/);
  });

  test('a client refuses a server whose certificate is for another name', async () => {
    const outcome = await connect(port, {
      ...clientTls(consumer, { servername: 'elsewhere.example.nhs.uk' }),
    });
    assert.equal(outcome.connected, false);
    assert.equal(outcome.error, 'ERR_TLS_CERT_ALTNAME_INVALID');
  });
});

describe('client certificates (foundations §6.6, §22)', () => {
  const past = () => ({ notBefore: new Date(Date.now() - 30 * DAY), notAfter: new Date(Date.now() - DAY) });
  const future = () => ({ notBefore: new Date(Date.now() + DAY), notAfter: new Date(Date.now() + 30 * DAY) });
  const commonName = 'consumer.example.nhs.uk';
  const bad: [reason: string, status: number, make: () => Promise<tls.ConnectionOptions>][] = [
    ['none', 496, async () => nameless()],
    [
      'expired',
      495,
      async () => clientTls(await authority.issue({ commonName, usages: 'client', validity: past() })),
    ],
    [
      'not-yet-valid',
      495,
      async () => clientTls(await authority.issue({ commonName, usages: 'client', validity: future() })),
    ],
    ['wrong-usage', 495, async () => clientTls(await authority.issue({ commonName, usages: 'server' }))],
    [
      'untrusted',
      495,
      async () => ({
        ...clientTls(await otherAuthority.issue({ commonName, usages: 'client' })),
        ca: authority.ca,
      }),
    ],
    [
      'revoked',
      495,
      async () => {
        const identity = await authority.issue({ commonName, usages: 'client' });
        authority.revocations.revoke(identity.serialNumber);
        return clientTls(identity);
      },
    ],
    [
      'wrong-name',
      495,
      async () => clientTls(await authority.issue({ commonName: 'stranger.example', usages: 'client' })),
    ],
  ];

  let answering: number;
  let rejecting: number;
  before(async () => {
    const checks: CertificateChecks = {
      clock,
      revocations: authority.revocations,
      commonNames: new Set([commonName]),
    };
    answering = await listen(serverTls(serverIdentity, { clients: 'answer' }), checks);
    rejecting = await listen(serverTls(serverIdentity, { clients: 'reject' }), checks, (server) =>
      closeRefusedConnections(server, checks),
    );
  });

  for (const [reason, status, make] of bad) {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      test(`${reason}: answered ${status} by a server that answers, closed by one that rejects (${version})`, async () => {
        const client = { ...(await make()), minVersion: version, maxVersion: version };
        const answered = await connect(answering, client);
        assert.deepEqual(
          [answered.answer?.ok, answered.answer?.reason, answered.answer?.status],
          [false, reason, status],
        );
        assert.equal((await connect(rejecting, client)).connected, false);
      });
    }
  }

  test('a good certificate gives its common name and serial number', async () => {
    for (const port of [answering, rejecting]) {
      const { answer } = await connect(port, ours());
      assert.equal(answer?.ok, true);
      assert.equal(answer?.commonName, commonName);
      assert.equal(answer?.serialNumber, consumer.serialNumber);
    }
  });

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    test(`a resumed session without a certificate is still without one (${version})`, async () => {
      const client = nameless({ minVersion: version, maxVersion: version });
      const first = await connect(answering, client);
      assert.ok(first.session);
      const second = await connect(answering, { ...client, session: first.session });
      assert.equal(second.reused, true);
      assert.equal(second.answer?.reason, 'none');
    });

    test(`a resumed session with a certificate keeps it (${version})`, async () => {
      const client = ours({ minVersion: version, maxVersion: version });
      const first = await connect(answering, client);
      assert.ok(first.session);
      const second = await connect(answering, { ...client, session: first.session });
      assert.equal(second.reused, true);
      assert.equal(second.answer?.commonName, commonName);
    });
  }

  test('a certificate revoked by another process is refused once the file is read again', async () => {
    let now = Date.now();
    const reader = await openAuthority(join(folder, 'ours'), { clock: () => now });
    const identity = await authority.issue({ commonName, usages: 'client' });
    const port = await listen(serverTls(serverIdentity, { clients: 'answer' }), {
      clock,
      revocations: reader.revocations,
    });
    assert.equal((await connect(port, clientTls(identity))).answer?.ok, true);
    authority.revocations.revoke(identity.serialNumber);
    now += 1000;
    assert.equal((await connect(port, clientTls(identity))).answer?.reason, 'revoked');
  });
});

describe('the authority keeps its word', () => {
  test('key files are readable by their owner only, and the root key is not kept', async () => {
    const modes = await Promise.all(
      ['authority/sub.key', 'identities/consumer.key'].map(
        async (file) => (await stat(join(folder, 'ours', file))).mode,
      ),
    );
    assert.deepEqual(
      modes.map((mode) => mode & 0o777),
      [0o600, 0o600],
    );
    await assert.rejects(stat(join(folder, 'ours', 'authority', 'root.key')), { code: 'ENOENT' });
  });

  test('an identity is reused by a later start, and made anew when its names change or it nears its end', async () => {
    const spec = {
      commonName: 'gateway.example.nhs.uk',
      usages: 'both' as const,
      ipAddresses: ['127.0.0.1', '::1'],
    };
    const reopened = await openAuthority(join(folder, 'ours'), { clock });
    const first = await reopened.identity('practice', spec);
    assert.equal((await authority.identity('practice', spec)).serialNumber, first.serialNumber);
    const renamed = await reopened.identity('practice', { ...spec, dnsNames: ['a.example', 'b.example'] });
    assert.notEqual(renamed.serialNumber, first.serialNumber);
    const later = await openAuthority(join(folder, 'ours'), { clock: () => Date.now() + 300 * DAY });
    const renewed = await later.identity('practice', { ...spec, dnsNames: ['a.example', 'b.example'] });
    assert.notEqual(renewed.serialNumber, renamed.serialNumber);
    assert.equal(later.ca, authority.ca);
  });

  test('two first starts in one folder end with one authority', async () => {
    const shared = join(folder, 'shared');
    const [one, two] = await Promise.all([
      openAuthority(shared, { clock }),
      openAuthority(shared, { clock }),
    ]);
    assert.equal(one.ca, two.ca);
  });

  test('a name that could leave the folder is refused', () => {
    assert.throws(() => authority.identity('../outside', { commonName: 'x', usages: 'both' }), RangeError);
  });
});
