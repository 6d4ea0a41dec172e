import { type ChildProcess, spawn } from 'node:child_process';
import { clearTimeout, process, setTimeout } from '../../seam/environment.ts';

/** How long actors may take to end by themselves after their owner died, in tenths of a second. */
const GRACE_TENTHS = 10;

/** How long a guardian without charges waits for new ones, in milliseconds. */
const LINGER_MS = 2_000;

/**
 * The guardian's program. It reads `+PID`, `-PID` and `dFOLDER` from its owner; when the owner is gone, it gives the
 * actors that are left a moment to end by themselves, kills those that did not, and removes the folder of their sockets.
 */
const PROGRAM = `
trap '' HUP INT QUIT TERM
pids=' '
folder=
while IFS= read -r line; do
  value=\${line#?}
  case $line in
    +*) pids="$pids$value " ;;
    -*) case $pids in *" $value "*) pids="\${pids%% $value *} \${pids#* $value }" ;; esac ;;
    d*) folder=$value ;;
  esac
done
tenths=0
while [ $tenths -lt ${GRACE_TENTHS} ]; do
  alive=
  for pid in $pids; do kill -0 "$pid" 2>/dev/null && alive=1; done
  [ -n "$alive" ] || break
  sleep 0.1
  tenths=$((tenths + 1))
done
for pid in $pids; do kill -KILL "$pid" 2>/dev/null; done
case $folder in */uactor-*) rm -rf -- "$folder" ;; esac
`;

/**
 * Sees to it that actors do not outlive this process, whatever it dies of and whatever they are doing.
 *
 * An actor notices the end of its pipe by itself, unless its event loop is blocked. For that case a shell, one for all
 * actors of this process, waits at the end of a pipe of its own: 2 ms and 1.7 MB once, where a watching thread in every
 * actor would cost 25 ms and 9 MB each. Windows needs none of it: there a job object ends the children with their parent.
 */
export class Guardian {
  readonly #charges = new Set<number>();
  #shell: ChildProcess | undefined;
  #folder: string | undefined;
  #linger: NodeJS.Timeout | undefined;

  /** Takes charge of an actor's process, until {@link Guardian.release}. */
  guard(pid: number): void {
    if (process.platform === 'win32') return;
    clearTimeout(this.#linger);
    this.#charges.add(pid);
    if (this.#shell) this.#tell(`+${pid}`);
    else this.#start();
  }

  /** The process has ended: its id may soon be somebody else's. */
  release(pid: number): void {
    if (!this.#charges.delete(pid)) return;
    this.#tell(`-${pid}`);
    if (this.#charges.size > 0) return;
    this.#linger = setTimeout(() => this.#dismiss(), LINGER_MS);
    this.#linger.unref();
  }

  /** A folder to remove when this process dies without doing it. */
  cleanUp(folder: string): void {
    this.#folder = folder;
    if (this.#shell) this.#tell(`d${folder}`);
  }

  #start(): void {
    const shell = spawn('/bin/sh', ['-c', PROGRAM], { stdio: ['pipe', 'ignore', 'ignore'], env: {} });
    this.#shell = shell;
    shell.on('error', (error) => {
      process.emitWarning(
        `There is no /bin/sh (${error.message}): an actor that is busy when this process is killed will outlive it.`,
        { type: 'UActorWarning', code: 'UACTOR_NO_GUARDIAN' },
      );
    });
    // A guardian that died cannot be told anything; the next actor gets a new one, which is told of all.
    shell.stdin?.on('error', () => this.#lose(shell));
    shell.on('exit', () => this.#lose(shell));
    shell.unref();
    unrefStream(shell.stdin);
    if (this.#folder !== undefined) this.#tell(`d${this.#folder}`);
    for (const pid of this.#charges) this.#tell(`+${pid}`);
  }

  #lose(shell: ChildProcess): void {
    if (this.#shell === shell) this.#shell = undefined;
  }

  #dismiss(): void {
    const shell = this.#shell;
    this.#shell = undefined;
    // Its charges are none and its folder is still in use: without the folder it just ends.
    shell?.stdin?.end('d\n');
  }

  #tell(line: string): void {
    this.#shell?.stdin?.write(`${line}\n`);
  }
}

function unrefStream(stream: unknown): void {
  if (typeof stream === 'object' && stream !== null && 'unref' in stream && typeof stream.unref === 'function') {
    stream.unref();
  }
}
