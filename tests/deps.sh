#!/usr/bin/env bash
# deps.sh PACKAGE ... - install what is missing of these, or say how
#
# The names are Debian's; Ubuntu has the same ones.  Root gets what is
# missing from apt-get.  Anybody else gets the command to give to root, and
# status 1.  On a machine without dpkg we cannot know what is there: then
# the names are shown, and the compiler has the last word.
set -u -o pipefail

say() {
	printf 'deps: %s\n' "$*"
}

# installed PACKAGE: whether it is, and whole.
installed() {
	dpkg-query -W -f='${db:Status-Status}\n' "$1" 2>/dev/null |
		grep -qx installed
}

# missing PACKAGE ...: those that are not installed.
missing() {
	local package
	for package; do
		installed "$package" || printf '%s\n' "$package"
	done
}

# known PACKAGE ...: those that apt has.  A release may have no package of
# that name because another one has its files.
known() {
	local package
	for package; do
		if [ -n "$(apt-cache show "$package" 2>/dev/null)" ]; then
			printf '%s\n' "$package"
		else
			say "apt knows no $package, going on without it" >&2
		fi
	done
}

# Whether apt has been told what there is; a fresh machine may not have been.
have_lists() {
	compgen -G '/var/lib/apt/lists/*Packages*' >/dev/null
}

if ! command -v dpkg-query >/dev/null; then
	say "this is no Debian or Ubuntu; what they call the packages:"
	say "  $*"
	exit 0
fi
mapfile -t wanted < <(missing "$@")
[ ${#wanted[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
	say "missing, and there is no apt-get: ${wanted[*]}"
	exit 1
fi
if have_lists; then
	mapfile -t found < <(known "${wanted[@]}")
	[ ${#found[@]} -gt 0 ] || exit 0
else
	found=("${wanted[@]}")
fi
install=(install -y --no-install-recommends)
if [ "$(id -u)" -ne 0 ]; then
	say "missing: ${found[*]}"
	say "install with this, and start again:"
	printf '\n\tsudo apt-get update\n\tsudo apt-get %s %s\n\n' \
		"${install[*]}" "${found[*]}"
	exit 1
fi

# Another apt-get may be at work on a fresh machine: wait for it.
apt=(apt-get -q -o DPkg::Lock::Timeout=120)
export DEBIAN_FRONTEND=noninteractive
say "installing ${found[*]}"
"${apt[@]}" update || say "the package lists could not be refreshed"
mapfile -t found < <(known "${found[@]}")
[ ${#found[@]} -gt 0 ] || exit 0
"${apt[@]}" "${install[@]}" "${found[@]}" || {
	say "apt-get could not install ${found[*]}"
	exit 1
}
