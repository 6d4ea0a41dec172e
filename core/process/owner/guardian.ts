import { type ChildProcess, spawn } from 'node:child_process';
import { clearTimeout, performance, process, setTimeout } from '../../seam/environment.ts';
import { startOf } from '../../seam/ownership.ts';

/** How long actors may take to end by themselves after their owner's death, in tenths of a second. */
const GRACE_TENTHS = 10;

/** How long a guardian without processes to guard waits for new ones, in milliseconds. */
const LINGER_MS = 2_000;

/** A guardian that ended sooner than this was not killed: it cannot run. */
const MIN_LIFE_MS = 50;

/**
 * The guardian's program. It reads `+PID:START`, `-PID` and `dFOLDER` from its owner. When the owner is gone, it gives the
 * remaining actors a moment to end by themselves, kills those that do not, and removes the folder of their sockets.
 *
 * An id may be reused by another process. So the program kills a process only if its start time is still the recorded one, and
 * forgets an id that it has seen without a process.
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
 * Makes sure that actors do not outlive this process, whatever ends it and whatever the actors are doing.
 *
 * An actor notices the end of its pipe by itself, unless its event loop is blocked. For that case a shell, one for all actors of
 * this process, waits at the end of its own pipe: it costs 2 ms and 1.7 MB once, where a watching thread in every actor would
 * cost 25 ms and 9 MB each. Windows needs no guardian: there a job object ends the children with their parent.
 */
export class Guardian {
  /** The ids of the guarded processes, with their start times where the system reports them. */
  readonly #charges = new Map<number, string>();
  #shell: ChildProcess | undefined;
  #folder: string | undefined;
  #linger: NodeJS.Timeout | undefined;

  /** Guards an actor's process until {@link Guardian.release}. */
  guard(pid: number): void {
    if (process.platform === 'win32') return;
    this.#charges.set(pid, startOf(pid));
    const isTold = this.#shell === undefined;
    this.watch();
    if (!isTold) this.#tellOf(pid);
  }

  /**
   * Starts to watch this process, unless it already does. Called before this process creates anything that its death would leave
   * behind.
   */
  watch(): void {
    if (process.platform === 'win32') return;
    clearTimeout(this.#linger);
    if (this.#shell === undefined) this.#start();
    if (this.#charges.size === 0) this.#lingerOn();
  }

  /** Stops guarding a process that has ended: its id may be reused. */
  release(pid: number): void {
    if (!this.#charges.delete(pid)) return;
    this.#tell(`-${pid}`);
    if (this.#charges.size === 0) this.#lingerOn();
  }

  /** Makes the guardian remove a folder if this process dies without doing so. */
  cleanUp(folder: string): void {
    this.#folder = folder;
    if (this.#shell) this.#tell(`d${folder}`);
  }

  #start(): void {
    // A separate session, because an interrupt may arrive before the shell ignores it.
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
    // After a guardian died, a new one receives all processes. If it died at once, a new one would too.
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
    // The guardian guards no process and the folder is still in use: with the folder forgotten, it just ends.
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
