/**
 * Downloads nats-server for the tests over real brokers: `node scripts/nats-server.mjs [RELEASE…]`, by default those of Debian's
 * `trixie` (2.10) and of the system's own release. apt downloads each from the system's own sources, checks its signature with
 * the system's keyrings, and the script unpacks it to `.cache/nats/RELEASE/`; nothing is installed, and existing servers stay.
 * Prints the paths of the servers. Also for other scripts: `natsServers(releases)`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const cache = resolve(import.meta.dirname, '..', '.cache', 'nats');
const PACKAGE = 'nats-server';
const REMEDY =
  'These tests need nats-server 2.10 from Debian: run them on Debian or Ubuntu with apt, a network and the keyrings ' +
  '(`apt-get install debian-archive-keyring`), or put a server there yourself: ';

/** The release with which cluster features are tested. */
export const NEWER = 'trixie';

/** Returns the name of the system's own release, such as `bookworm`. */
export function ownRelease() {
  return /^VERSION_CODENAME=(\S+)$/m.exec(readIfThere('/etc/os-release'))?.[1];
}

/** Returns the path of a release's downloaded server. */
export function serverOf(release) {
  return join(cache, release, 'usr', 'sbin', 'nats-server');
}

/** Downloads missing servers of these releases; returns their paths by release. */
export function natsServers(releases) {
  return new Map(releases.map((release) => [release, bring(release)]));
}

function bring(release) {
  const server = serverOf(release);
  if (existsSync(server)) return server;
  const work = join(cache, `${release}.${process.pid}`);
  try {
    download(release, work);
    if (!existsSync(join(work, 'unpacked', 'usr', 'sbin', PACKAGE)))
      throw new Error(`${PACKAGE} of ${release} does not contain usr/sbin/${PACKAGE}.`);
    rmSync(join(cache, release), { recursive: true, force: true });
    renameSync(join(work, 'unpacked'), join(cache, release));
    return server;
  } catch (error) {
    throw new Error(`${error.message}\n${REMEDY}${server}`, { cause: error });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** With separate state, so that apt neither needs nor changes the system's. */
function download(release, work) {
  const folders = ['lists/partial', 'archives/partial', 'unpacked', 'empty'];
  for (const folder of folders) mkdirSync(join(work, folder), { recursive: true });
  const sources = join(work, 'sources.list');
  writeFileSync(sources, `deb ${archive()} ${release} main\n`);
  writeFileSync(join(work, 'status'), '');
  const options = {
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': join(work, 'empty'),
    'Dir::State::lists': join(work, 'lists'),
    'Dir::State::status': join(work, 'status'),
    'Dir::Cache': work,
    'Dir::Cache::archives': join(work, 'archives'),
    'Acquire::Languages': 'none',
    'APT::Update::Post-Invoke-Success::': 'true',
    'APT::Sandbox::User': 'root',
  };
  const apt = (...words) =>
    run(
      'apt-get',
      ['-q', ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]), ...words],
      work,
    );
  // Fails without a valid signature of the release's index; the download must have the hash in the index.
  apt('update', '--error-on=any');
  apt('download', PACKAGE);
  const [file] = readdirSync(work).filter((name) => name.endsWith('.deb'));
  if (file === undefined) throw new Error(`apt downloaded no package ${PACKAGE} of ${release}.`);
  run('dpkg', ['-x', join(work, file), join(work, 'unpacked')], work);
}

/** Returns the source of Debian's archive in the system's own source lists, with its keyring, in the format of a source list. */
function archive() {
  for (const text of sourceTexts()) {
    for (const paragraph of text.split(/\n\s*\n/)) {
      const uri = /^URIs:\s*(\S+\/debian)\/?\s/m.exec(`${paragraph}\n`)?.[1];
      const keyring = /^Signed-By:\s*(\/\S+)$/m.exec(paragraph)?.[1];
      if (uri !== undefined) return keyring === undefined ? uri : `[signed-by=${keyring}] ${uri}`;
    }
    const [, options = '', uri] = /^deb\s+(\[[^\]]*\]\s+)?(\S+\/debian)\/?\s/m.exec(text) ?? [];
    if (uri !== undefined) return `${options}${uri}`;
  }
  throw new Error("The system's apt sources do not contain an archive of Debian.");
}

function sourceTexts() {
  const folder = '/etc/apt/sources.list.d';
  const files = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  return ['/etc/apt/sources.list', ...files].filter((file) => /\.(?:list|sources)$/.test(file)).map(readIfThere);
}

function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function run(command, words, cwd) {
  const { error, status, stdout, stderr } = spawnSync(command, words, { cwd, encoding: 'utf8', timeout: 300_000 });
  if (error?.code === 'ENOENT') throw new Error(`The program ${command} is not installed.`);
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${words.at(-1)} failed (${status}):\n${stdout}${stderr}`);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const asked = process.argv.slice(2);
  const releases = asked.length > 0 ? asked : [NEWER, ownRelease()].filter((release) => release !== undefined);
  try {
    for (const [release, server] of natsServers([...new Set(releases)])) console.log(`${release}: ${server}`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
