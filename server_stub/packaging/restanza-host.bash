# SPDX-License-Identifier: GPL-3.0-or-later
# Completion of restanza-host's command line for bash.
_restanza_host() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  case $before in
    --config)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -X '!*.toml' -- "$word"; compgen -d -- "$word")
      ;;
    *) mapfile -t COMPREPLY < <(compgen -W '--config --webhook --check --deliveries --migrate --journal-copy --settings --help --version' -- "$word") ;;
  esac
}
complete -F _restanza_host restanza-host
