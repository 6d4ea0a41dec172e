import type { Command, OptionTable } from './command-line.ts';
import { UsageError } from './usage-error.ts';

/** `uactor completion`: prints a shell's definitions for completing commands and options. */
export function completionCommand(commands: () => readonly Command[], general: OptionTable): Command {
  return {
    name: 'completion',
    summary: 'print the completion for a shell: bash, zsh or fish',
    help: `Usage: uactor completion bash|zsh|fish

Prints a script that completes commands and options:

  bash   uactor completion bash > ~/.local/share/bash-completion/completions/uactor
  zsh    uactor completion zsh > ~/.zfunc/_uactor, a folder of fpath
  fish   uactor completion fish > ~/.config/fish/completions/uactor.fish
`,
    options: {},
    run: ({ positionals: [shell, ...others] }, printer) => {
      const write = shell === undefined || others.length > 0 ? undefined : SHELLS.get(shell);
      if (write === undefined) throw new UsageError('completion takes the name of a shell: bash, zsh or fish');
      const words = commands().map((command) => ({
        ...command,
        flags: Object.keys({ ...command.options, ...general }).map((name) => `--${name}`),
      }));
      for (const line of write(words).split('\n')) printer.line(line);
      return Promise.resolve();
    },
  };
}

interface Completed extends Pick<Command, 'name' | 'summary'> {
  readonly flags: readonly string[];
}

const SHELLS = new Map<string, (commands: readonly Completed[]) => string>([
  ['bash', bash],
  ['zsh', zsh],
  ['fish', fish],
]);

function bash(commands: readonly Completed[]): string {
  const cases = commands.map(({ name, flags }) => `    ${name}) words='${flags.join(' ')}' ;;`);
  return `_uactor() {
  local words current=\${COMP_WORDS[COMP_CWORD]}
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
    *) words='' ;;
  esac
  [ "$COMP_CWORD" -eq 1 ] && words='${commands.map(({ name }) => name).join(' ')} --help --version'
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _uactor uactor`;
}

function zsh(commands: readonly Completed[]): string {
  const names = commands.map(({ name, summary }) => `    '${name}:${summary.replaceAll("'", "'\\''")}'`);
  const cases = commands.map(({ name, flags }) => `    ${name}) compadd -- ${flags.join(' ')}; _files ;;`);
  return `#compdef uactor
local -a commands
commands=(
${names.join('\n')}
)
if (( CURRENT == 2 )); then
  _describe command commands
else
  case $words[2] in
${cases.join('\n')}
  esac
fi`;
}

function fish(commands: readonly Completed[]): string {
  const names = commands.map(
    ({ name, summary }) =>
      `complete -c uactor -n __fish_use_subcommand -f -a ${name} -d '${summary.replaceAll("'", String.raw`\'`)}'`,
  );
  const flags = commands.flatMap(({ name, flags: own }) =>
    own.map((flag) => `complete -c uactor -n '__fish_seen_subcommand_from ${name}' -l ${flag.slice(2)}`),
  );
  return [...names, ...flags].join('\n');
}
