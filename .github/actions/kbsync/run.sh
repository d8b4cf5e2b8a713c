#!/usr/bin/env bash
# One kbsync command as a step: settings come in by environment, results leave by the runner's files.
# What a person or a branch name can choose is only ever the value of a variable, never shell text.
set -euo pipefail

# The current directory is the workspace, which a branch fills: Python imports nothing from there, whatever the job tells it.
unset "${!PYTHON@}"
export PYTHONNOUSERSITE=1 PYTHONSAFEPATH=1

main() {
  results="${INPUT_RESULTS:-$RUNNER_TEMP/kbsync}"
  mkdir -p "$results"
  allow_git
  common=(--dir "$INPUT_DIRECTORY")
  choose_target
  [[ -z $INPUT_TARGET ]] || common+=(--target "$INPUT_TARGET")
  case "$INPUT_COMMAND" in
    validate) validate ;;
    plan) plan ;;
    apply) apply ;;
    drift) drift ;;
    *) misused 'command must be validate, plan, apply or drift' ;;
  esac
  ended
}

# A wrong use of the action, told as kbsync tells a wrong command line.
misused() {
  printf '::error title=kbsync::%s\n' "$1"
  code=2
  ended
}

ended() {
  printf 'exit-code=%s\nresults=%s\n' "$code" "$results" >>"$GITHUB_OUTPUT"
  [[ $code == 3 ]] && exit 0
  exit "$code"
}

# Checkouts need no stored credentials: git is handed the token by variables that end with this step.
allow_git() {
  [[ -n ${INPUT_TOKEN:-} ]] || return 0
  local basic count="${GIT_CONFIG_COUNT:-0}"
  [[ $count =~ ^[0-9]{1,9}$ ]] || misused "GIT_CONFIG_COUNT of the job's environment must be a number"
  basic="$(printf 'x-access-token:%s' "$INPUT_TOKEN" | base64 | tr -d '\n')"
  unset INPUT_TOKEN
  printf '::add-mask::%s\n' "$basic"
  # Behind the entries that the job has already. The empty value drops a header that the job or the checkout may have set: the
  # server refuses to be told twice.
  count=$((10#$count))
  export GIT_CONFIG_COUNT=$((count + 2))
  export "GIT_CONFIG_KEY_$count=http.$GITHUB_SERVER_URL/.extraheader" "GIT_CONFIG_VALUE_$count="
  export "GIT_CONFIG_KEY_$((count + 1))=http.$GITHUB_SERVER_URL/.extraheader"
  export "GIT_CONFIG_VALUE_$((count + 1))=AUTHORIZATION: basic $basic"
  # Git before 2.31 knows these variables only in the form in which it hands its own -c on.
  [[ ! "$(git version 2>/dev/null)" =~ ^git\ version\ 2\.([0-9]|[12][0-9]|30)\. ]] || export GIT_CONFIG_PARAMETERS="\
'http.$GITHUB_SERVER_URL/.extraheader=' 'http.$GITHUB_SERVER_URL/.extraheader=AUTHORIZATION: basic $basic'"
}

# GitHub gives a fork no variable that could name the target: where the files have one real target it is that, else their default.
choose_target() {
  local name driver rest real=()
  [[ -z $INPUT_TARGET ]] || return 0
  # Whatever is wrong with the settings, the command itself tells.
  while read -r name driver rest; do
    [[ $driver == sandbox ]] || real+=("$name")
  done < <("$INPUT_PROGRAM" targets "${common[@]}" 2>/dev/null)
  [[ ${#real[@]} != 1 ]] || INPUT_TARGET="${real[0]}"
}

# A pull request without the key, such as Dependabot's, or before there is one, is planned as a fork's is.
lacks_key() {
  local name
  [[ ${GITHUB_EVENT_NAME:-} == pull_request ]] || return 1
  for name in "${!KBSYNC_@}"; do
    [[ ! $name =~ (SECRET_KEY|USERSIG)$ || -z ${!name} ]] || return 1
  done
  printf '::notice title=kbsync::%s\n' "this job has no KBSYNC_SECRET_KEY, so the plan is made offline: against the branch to be joined"
}

validate() {
  # The annotations are the result; ten of a kind are shown, and kbsync says how many are withheld.
  run validate "${common[@]}" --format github
}

plan() {
  local options=(--out "$results/plan.json" --detailed-exitcode --format github)
  local base="$INPUT_BASE"
  if [[ $INPUT_OFFLINE == true ]] || lacks_key; then
    options+=(--offline)
    [[ -n $base || -z ${GITHUB_BASE_REF:-} ]] || base="origin/$GITHUB_BASE_REF"
  fi
  [[ -z $base ]] || options+=(--base "$base")
  rm -f "$results/plan.json" "$results/library.html"
  run plan "${common[@]}" "${options[@]}"
  if [[ $code == 0 || $code == 3 ]]; then
    "$INPUT_PROGRAM" show "$results/plan.json" --format markdown >"$results/comment.md"
    "$INPUT_PROGRAM" show "$results/plan.json" --format html >"$results/plan.html"
    [[ ${INPUT_LIBRARY:-} != true ]] || "$INPUT_PROGRAM" export "${common[@]}" --format html >"$results/library.html"
  else
    failed "No plan${INPUT_TARGET:+ for $INPUT_TARGET}" >"$results/comment.md"
  fi
}

apply() {
  local options=(--yes --receipt "$results/receipt.json" --format markdown)
  # Empty is what a lost output looks like, so it never stands for "no approval is needed".
  [[ -n $INPUT_EXPECT_DIGEST ]] || misused 'apply needs expect-digest: the digest that was approved, or the word any'
  [[ $INPUT_EXPECT_DIGEST == any ]] || options+=(--expect-digest "$INPUT_EXPECT_DIGEST")
  [[ -z $INPUT_ALLOW_REMOVE ]] || options+=(--allow-remove "$INPUT_ALLOW_REMOVE")
  [[ $INPUT_OVERWRITE_CONFLICTS != true ]] || options+=(--overwrite-conflicts)
  [[ $INPUT_OVERWRITE_DRIFT != true ]] || options+=(--overwrite-drift)
  [[ -z $INPUT_BASE ]] || options+=(--base "$INPUT_BASE")
  [[ -z $INPUT_PLAN ]] || options+=(-- "$INPUT_PLAN")
  run apply "${common[@]}" "${options[@]}" >"$results/report.md"
  [[ -s $results/report.md ]] || failed "Nothing was applied${INPUT_TARGET:+ to $INPUT_TARGET}" >"$results/report.md"
  [[ $code != 6 && $code != 7 ]] || start_anew >>"$results/report.md"
  cat "$results/report.md" >>"$GITHUB_STEP_SUMMARY"
}

drift() {
  local options=(--format markdown)
  [[ -z $INPUT_BASE ]] || options+=(--base "$INPUT_BASE")
  run drift "${common[@]}" "${options[@]}" >"$results/drift.md"
  case "$code" in
    0) cp "$results/drift.md" "$results/report.md" ;;
    3)
      {
        printf '%s was edited in the console, as told below. ' "${INPUT_TARGET:-The library}"
        printf '<code>kbsync pull</code> takes the edits into the files; an apply puts back what git declares.\n\n'
        cat "$results/drift.md"
      } >"$results/report.md"
      ;;
    *) failed "Drift${INPUT_TARGET:+ of $INPUT_TARGET} is not known" >"$results/report.md" ;;
  esac
  cat "$results/report.md" >>"$GITHUB_STEP_SUMMARY"
}

# Runs kbsync, shows what it says and keeps a copy of that in the file $messages; sets $code.
run() {
  local child teller interrupted=yes
  messages="$(mktemp "$RUNNER_TEMP/kbsync-messages.XXXXXX")"
  mkfifo "$messages.pipe"
  tee "$messages" <"$messages.pipe" >&2 &
  teller=$!
  "$INPUT_PROGRAM" "$@" 2>"$messages.pipe" &
  child=$!
  # A cancelled run sends SIGINT to this script alone, and SIGTERM soon after. One signal asks kbsync to finish the calls
  # in flight, report and give the lock back; a second one would end it at once, so it gets only the first.
  trap 'trap "" INT TERM; interrupted=yes; kill -TERM "$child"' INT TERM
  while [[ $interrupted == yes ]]; do
    interrupted=no code=0
    wait "$child" || code=$?
  done
  trap - INT TERM
  wait "$teller"
  rm -f "$messages.pipe"
}

# The button that helps after a refusal: the one above the log, "Re-run failed jobs", takes the same plan once more.
start_anew() {
  local file="${GITHUB_WORKFLOW_REF:-}"
  file="${file%%@*}"
  printf '\n**What now:** start the workflow anew, by *Run workflow* on [its page](%s/%s/actions/workflows/%s), so that it plans again. ' \
    "$GITHUB_SERVER_URL" "$GITHUB_REPOSITORY" "${file##*/}"
  printf 'Its input *allow-remove* takes the number of removals, and *overwrite-conflicts* and *overwrite-drift* let git win. '
  printf '*Re-run failed jobs* would try the old plan once more.\n'
}

# A page for people in place of a result that is missing.
failed() {
  printf '## %s\n\nkbsync ended with exit code %s in [this run](%s/%s/actions/runs/%s). It said:\n\n<pre>\n' \
    "$1" "$code" "$GITHUB_SERVER_URL" "$GITHUB_REPOSITORY" "$GITHUB_RUN_ID"
  # The reason comes last, and once more as an annotation, which is the runner's. Escaped, this stays below the 65,536
  # characters that a comment may have.
  sed '/^::error /d' "$messages" | tail -c 10000 | sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g'
  printf '</pre>\n'
}

main
