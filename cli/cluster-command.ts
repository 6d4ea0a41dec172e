import { readFileSync } from 'node:fs';
import type { Cluster, ClusterOptions } from '../cluster/index.ts';
import type { Command, CommandLine, OptionTable } from './command-line.ts';
import { UsageError } from './usage-error.ts';
import { countOf, labelsOf } from './host-command.ts';
import { readAuthkey } from './key-file.ts';
import type { Printer } from './printer.ts';
import { serveUntilClosed } from './server-options.ts';

const OPTIONS: OptionTable = {
  servers: { type: 'string', multiple: true, short: 'b' },
  namespace: { type: 'string', short: 'n' },
  'authkey-file': { type: 'string', short: 'k' },
  creds: { type: 'string' },
  user: { type: 'string' },
  'pass-file': { type: 'string' },
  'token-file': { type: 'string' },
  'nkey-file': { type: 'string' },
  ca: { type: 'string' },
  cert: { type: 'string' },
  'cert-key': { type: 'string' },
  ttl: { type: 'string' },
  json: { type: 'boolean' },
  modules: { type: 'string', multiple: true, short: 'm' },
  listen: { type: 'string', multiple: true, short: 'l' },
  id: { type: 'string' },
  slots: { type: 'string' },
  label: { type: 'string', multiple: true },
  build: { type: 'string' },
};

/** The options that name a file with a secret for the brokers, and the option of `Cluster.connect` that takes its content. */
const SECRETS = { creds: 'creds', 'pass-file': 'pass', 'token-file': 'token', 'nkey-file': 'nkey' } as const;

/** The same for TLS to the brokers. */
const TLS = { ca: 'ca', cert: 'cert', 'cert-key': 'key' } as const;

const ACTIONS = ['serve', 'hosts', 'ps', 'drain', 'stop'] as const;
type Action = (typeof ACTIONS)[number];

/** `uactor cluster`: makes this process a host of a cluster, or shows and ends hosts and actors of the cluster. */
export const clusterCommand: Command = {
  name: 'cluster',
  summary: 'run named actors on many hosts, and manage them',
  help: `Usage: uactor cluster ACTION --servers HOST:PORT --namespace NAME --authkey-file FILE

  serve --modules MODULE    make this process a host of the cluster, until SIGTERM, Ctrl-C or a drain
  hosts                     show the hosts
  ps                        show the names and the hosts of their actors
  drain HOST                end a host in an orderly way; other hosts take over its names
  stop NAME                 end a named actor and free its name

  -b, --servers HOST:PORT   a NATS broker with JetStream; may be repeated. Default: $UACTOR_NATS_SERVERS
  -n, --namespace NAME      the cluster's name at the brokers. Default: $UACTOR_NAMESPACE
  -k, --authkey-file FILE   the file with the cluster's authkey. Default: $UACTOR_AUTHKEY_FILE
      --creds FILE          the .creds file with this process's credentials for the brokers
      --user NAME           this process's user at the brokers, with --pass-file
      --pass-file FILE      the file with the password of the user
      --token-file FILE     the file with a token for the brokers
      --nkey-file FILE      the file with the seed of an nkey
      --ca FILE             the CA certificates that verify the brokers; turns TLS on
      --cert FILE, --cert-key FILE
                            this process's certificate and its key, for brokers that require one
      --json                print one line of JSON
      --verbose             show errors with their stacks

Further options of serve:
  -m, --modules MODULE      the path of a module whose classes the host spawns; may be repeated
  -l, --listen ADDRESS      an address where callers reach the host, such as tcp://10.0.0.7:0. Default: none, so that
                            callers reach it over the brokers
      --id NAME             the host's name in the cluster. Default: the machine's name and some digits
      --slots N             the maximum number of actors. Default: one per processor
      --label NAME=VALUE    a label that classes can require with label: { NAME: 'VALUE' }; may be repeated
      --build ID            the name of the build, instead of a hash of the modules' files
      --ttl MS              the time that its lease stays valid without a renewal. Default: 15000
`,
  options: OPTIONS,
  run: cluster,
};

async function cluster(line: CommandLine, printer: Printer): Promise<void> {
  const [action, subject, surplus] = line.positionals;
  if (!isAction(action)) throw new UsageError(`cluster needs an action: ${ACTIONS.join(', ')}`);
  const needsSubject = action === 'drain' || action === 'stop';
  if (needsSubject && subject === undefined) {
    throw new UsageError(action === 'drain' ? 'drain needs the id of a host' : 'stop needs the name of an actor');
  }
  const extra = needsSubject ? surplus : subject;
  if (extra !== undefined) throw new UsageError(`cluster ${action} does not take the argument '${extra}'`);
  // The other commands do not need the NATS packages.
  const { Cluster } = await import('../cluster/index.ts');
  await using joined = await Cluster.connect(clusterOptions(line, printer));
  if (action === 'serve') await serve(joined, line, printer);
  else if (action === 'hosts') await showHosts(joined, line, printer);
  else if (action === 'ps') await showNames(joined, line, printer);
  else if (action === 'drain') await joined.drain(subject ?? '');
  else await joined.stop(subject ?? '');
}

function isAction(text: string | undefined): text is Action {
  return ACTIONS.some((action) => action === text);
}

function clusterOptions(line: CommandLine, printer: Printer): ClusterOptions {
  const given = line.texts('servers');
  const servers = given.length > 0 ? given : (process.env['UACTOR_NATS_SERVERS'] ?? '').split(',').filter(Boolean);
  if (servers.length === 0) throw new UsageError('the brokers are missing: add --servers HOST:PORT');
  const namespace = line.text('namespace') ?? process.env['UACTOR_NAMESPACE'];
  if (namespace === undefined) throw new UsageError('the name of the cluster is missing: add --namespace NAME');
  const [user, ttl, tls] = [line.text('user'), line.milliseconds('ttl'), textsOf(line, TLS)];
  return {
    servers,
    namespace,
    authkey: readAuthkey(line.text('authkey-file'), (text) => printer.warning(text)),
    ...(user !== undefined && { user }),
    ...textsOf(line, SECRETS),
    ...(Object.keys(tls).length > 0 && { tls }),
    ...(ttl !== undefined && { ttl }),
  };
}

/** Returns the content of the files that these options name. */
function textsOf<Name extends string>(
  line: CommandLine,
  table: Readonly<Record<string, Name>>,
): { [name in Name]?: string } {
  const texts: { [name in Name]?: string } = {};
  for (const [option, name] of Object.entries(table)) {
    const path = line.text(option);
    if (path !== undefined) texts[name] = textOf(path, `--${option}`);
  }
  return texts;
}

/** Returns the content of a file without the line end at its end. */
function textOf(path: string, option: string): string {
  try {
    return readFileSync(path, 'utf8').trimEnd();
  } catch (error) {
    throw new UsageError(`${option}: ${path} cannot be read: ${String(error)}`, { cause: error });
  }
}

async function serve(joined: Cluster, line: CommandLine, printer: Printer): Promise<void> {
  const modules = line.texts('modules');
  if (modules.length === 0) throw new UsageError('serve needs at least one module: --modules ./actors.js');
  const [id, slots, build] = [line.text('id'), line.text('slots'), line.text('build')];
  const server = await joined.serve({
    modules,
    addresses: line.texts('listen'),
    handleSignals: true,
    labels: labelsOf(line.texts('label')),
    ...(id !== undefined && { id }),
    ...(slots !== undefined && { slots: countOf(slots) }),
    ...(build !== undefined && { build }),
  });
  await serveUntilClosed(server, line, printer);
}

async function showHosts(joined: Cluster, line: CommandLine, printer: Printer): Promise<void> {
  const hosts = await joined.hosts();
  if (line.flag('json')) return printer.json(hosts);
  printer.section(
    'hosts',
    hosts.map(({ id, machine, pid, labels, slots, free, draining, addresses, lost, silentMs }) => {
      const labelled = Object.entries(labels).map(([name, value]) => ` ${name}=${value}`);
      const state = draining ? ', draining' : '';
      const room = lost
        ? `lost, silent for ${Math.round(silentMs / 1_000)} s`
        : `${free} of ${slots} slots free${state}`;
      return `${id} on ${machine}, process ${pid}: ${room}${labelled.join('')}; ${addresses.join(', ')}`;
    }),
  );
}

async function showNames(joined: Cluster, line: CommandLine, printer: Printer): Promise<void> {
  const names = await joined.names();
  if (line.flag('json')) return printer.json(names);
  printer.section(
    'names',
    names.map(({ name, className, state, host, pid, restart }) => {
      const on = `${state === 'lost' ? 'with' : 'on'} ${host}${pid === undefined ? '' : `, process ${pid}`}`;
      const where = host === undefined ? 'for a host' : on;
      return `${name} (${className}, restart ${restart}): ${state} ${where}`;
    }),
  );
}
