import { type ChildProcess, spawn } from 'node:child_process';
import { clearTimeout, performance, process, setTimeout } from '../../seam/environment.ts';
import { startOf } from '../../seam/ownership.ts';

/** How long actors may take to end by themselves after their owner died, in tenths of a second. */
const GRACE_TENTHS = 10;

/** How long a guardian without charges waits for new ones, in milliseconds. */
const LINGER_MS = 2_000;

/** A guardian that ended earlier than this was not killed, but cannot run. */
const MIN_LIFE_MS = 50;

/**
 * The guardian's program. It reads `+PID:START`, `-PID` and `dFOLDER` from its owner; when the owner is gone, it gives the
 * actors that are left a moment to end by themselves, kills those that did not, and removes the folder of their sockets.
 *
 * An id may soon be another process's. So a process is one of ours only while it began when ours did, and an id that was seen
 * without its process is forgotten.
 */
const PROGRAM = `
trap '' HUP INT QUIT TERM
pids=' '
folder=
born() {
  start=
  if [ -r /proc/self/stat ]; then
    read -r stat < "/proc/$1/stat" || return 0
    set -- \${stat##*) }
    [ "$1" = Z ] || start=\${20}
  else
    start=$(ps -o lstart= -p "$1" | tr -s ' ' _)
  fi
}
forget_dead() {
  left=' '
  for entry in $pids; do
    born "\${entry%%:*}"
    [ "$start" = "\${entry#*:}" ] && left="$left$entry "
  done
  pids=$left
}
while IFS= read -r line; do
  value=\${line#?}
  case $line in
    +*:) born "\${value%:}"; [ -n "$start" ] && pids="$pids$value$start " ;;
    +*) pids="$pids$value " ;;
    -*) case $pids in *" $value:"*) after=\${pids#* $value:}; pids="\${pids%% $value:*} \${after#* }" ;; esac ;;
    d*) folder=$value ;;
  esac
done
tenths=0
while [ $tenths -lt ${GRACE_TENTHS} ]; do
  forget_dead
  [ "$pids" != ' ' ] || break
  sleep 0.1
  tenths=$((tenths + 1))
done
forget_dead
for entry in $pids; do kill -KILL "\${entry%%:*}" 2>/dev/null; done
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
  /** The ids of the processes, with when they began as far as the system says. */
  readonly #charges = new Map<number, string>();
  #shell: ChildProcess | undefined;
  #folder: string | undefined;
  #linger: NodeJS.Timeout | undefined;

  /** Takes charge of an actor's process, until {@link Guardian.release}. */
  guard(pid: number): void {
    if (process.platform === 'win32') return;
    this.#charges.set(pid, startOf(pid));
    const isTold = this.#shell === undefined;
    this.watch();
    if (!isTold) this.#tellOf(pid);
  }

  /** Begins to watch over this process, if it does not: before there is anything that its death could leave behind. */
  watch(): void {
    if (process.platform === 'win32') return;
    clearTimeout(this.#linger);
    if (this.#shell === undefined) this.#start();
    if (this.#charges.size === 0) this.#lingerOn();
  }

  /** The process has ended: its id may soon be another process's. */
  release(pid: number): void {
    if (!this.#charges.delete(pid)) return;
    this.#tell(`-${pid}`);
    if (this.#charges.size === 0) this.#lingerOn();
  }

  /** A folder to remove when this process dies without doing it. */
  cleanUp(folder: string): void {
    this.#folder = folder;
    if (this.#shell) this.#tell(`d${folder}`);
  }

  #start(): void {
    // In a session of its own, because an interrupt may come before it ignores that.
    const shell = spawn('/bin/sh', ['-c', PROGRAM], {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { PATH: '/usr/bin:/bin' },
      detached: true,
    });
    const startedAt = performance.now();
    this.#shell = shell;
    shell.on('error', (error) => {
      process.emitWarning(
        `There is no /bin/sh (${error.message}): an actor that is busy when this process is killed will outlive it.`,
        { type: 'UActorWarning', code: 'UACTOR_NO_GUARDIAN' },
      );
    });
    // A guardian that died cannot be told anything; a new one is told of all. One that dies at once would do so again.
    shell.stdin?.on('error', () => this.#lose(shell));
    shell.on('exit', () => {
      this.#lose(shell);
      const lasted = performance.now() - startedAt > MIN_LIFE_MS;
      if (this.#shell === undefined && this.#charges.size > 0 && lasted) this.#start();
    });
    shell.unref();
    unrefStream(shell.stdin);
    if (this.#folder !== undefined) this.#tell(`d${this.#folder}`);
    for (const pid of this.#charges.keys()) this.#tellOf(pid);
  }

  #lingerOn(): void {
    clearTimeout(this.#linger);
    this.#linger = setTimeout(() => this.#dismiss(), LINGER_MS);
    this.#linger.unref();
  }

  #tellOf(pid: number): void {
    this.#tell(`+${pid}:${this.#charges.get(pid) ?? ''}`);
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
