#!/usr/bin/env bash
# Everything that can be said of infra/ without an account: `make test-terraform`.
#
# TERRAFORM is the program (`terraform`). It must be able to get the providers' schemas: from the registry,
# from a mirror, or by a stand-in. CHECKOV is checkov's; without it, a virtual environment under target/.
# With --allow-no-providers a machine that has no Terraform or cannot get them is one line, and no failure.
set -euo pipefail
cd "$(dirname "$0")/.."

allow=false
[ "${1:-}" != --allow-no-providers ] || allow=true
# What takes no provider.
static_checks() {
  step "the scripts, against an AWS that is made up"
  infra/tests/scripts/test.sh

  step "workflows: no permissions but those of a job, actions by their commit"
  for workflow in .github/workflows/*.yml; do
    if ! grep -qx 'permissions: {}' "$workflow"; then
      echo "$workflow: does not begin without permissions" >&2
      exit 1
    fi
    if grep -E '^ +(- )?uses: ' "$workflow" | grep -vE 'uses: (\./\.github/workflows/[a-z]+\.yml|[A-Za-z0-9_./-]+@[0-9a-f]{40} # v[0-9.]+)$' >&2; then
      echo "$workflow: uses what is not named by its commit" >&2
      exit 1
    fi
  done

  step "checkov"
  read -ra checkov <<<"${CHECKOV:-scripts/python.sh checkov==3.3.30 checkov}"
  # Not of downloaded things, nor of what it would ask its makers' server.
  "${checkov[@]}" --directory infra --framework terraform --skip-download --quiet --compact
  "${checkov[@]}" --directory .github --framework github_actions --skip-download --quiet --compact
}

untried() { # REASON
  echo "terraform-test: $1" >&2
  if $allow; then
    static_checks
    echo "infra/ was not validated, planned or tested" >&2
    exit 0
  fi
  exit 1
}

read -ra terraform <<<"${TERRAFORM:-terraform}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

step() { printf '\n== %s\n' "$1"; }

# Prints what a command says only when it fails.
quiet() { # WHAT COMMAND…
  local what=$1
  shift
  if ! "$@" >"$log" 2>&1; then
    cat "$log" >&2
    echo "failed: $what" >&2
    exit 1
  fi
}

command -v "${terraform[0]}" >/dev/null ||
  untried "no ${terraform[0]} here; install Terraform 1.11 or later, or name it by TERRAFORM"

scripts/need.sh jq=jq python3=python3 promtool=prometheus amtool=prometheus-alertmanager

step "format"
"${terraform[@]}" fmt -check -recursive -diff infra

step "validate: root, bootstrap, each module"
for dir in infra infra/bootstrap infra/modules/*/; do
  dir=${dir%/}
  if ! "${terraform[@]}" -chdir="$dir" init -backend=false -input=false -no-color >"$log" 2>&1; then
    if grep -qE 'query (the )?(available )?provider|registry|Missing required provider' "$log"; then
      untried "${terraform[*]} cannot get the providers of $dir; it needs their registry, or a stand-in named by TERRAFORM"
    fi
    cat "$log" >&2
    exit 1
  fi
  quiet "validate $dir" "${terraform[@]}" -chdir="$dir" validate -no-color
  echo "$dir is valid"
done

step "tests, with mocked providers"
# The two shapes come below; a file that asks about staging says so in its first lines.
modules=()
small=()
for file in infra/tests/*.tftest.hcl; do
  name=${file##*/}
  case $name in
  staging.* | production.*) continue ;;
  esac
  if grep -q -- '-var-file=staging.tfvars' "$file"; then
    small+=("-filter=tests/$name")
  else
    modules+=("-filter=tests/$name")
  fi
done
"${terraform[@]}" -chdir=infra test -no-color "${modules[@]}"
"${terraform[@]}" -chdir=infra test -no-color -var-file=staging.tfvars "${small[@]}"

step "staging and production: tests, and a look through the whole plans"
for shape in staging production; do
  "${terraform[@]}" -chdir=infra test -json -verbose -var-file="$shape.tfvars" -filter="tests/$shape.tftest.hcl" |
    scripts/terraform-plans.py
done

static_checks
echo "infra/ holds"
