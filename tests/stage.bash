# stage.bash - the tools where the tests want them; for run.sh and bats

# stage BUILD DIR: copy the tools of BUILD to DIR, and export what every test
# goes by.
stage() {
	local part program
	umask 022
	# What a test makes of niceness starts at 0, also under nice(1).
	renice -n 0 -p $$ >/dev/null 2>&1
	mkdir -p "$2/results" "$2/tests" && mkdir -m 1777 "$2/tmp" || return
	# Everybody is to reach it, wherever the checkout is: an ordinary
	# user runs the tools from here.
	chmod 755 "$2" || return
	for part in bin libexec share; do
		# share links to the templates of the checkout.
		[ ! -d "$1/$part" ] || cp -rL "$1/$part" "$2/" || return
	done
	for program in "$1"/tests/*; do
		[ ! -x "$program" ] || cp "$program" "$2/tests/" || return
	done
	export RUNGS_STAGE=$2 TMPDIR=$2/tmp
	RUNGS_DATA=${RUNGS_DATA:-$(dirname "${BASH_SOURCE[0]}")/../../shared/data}
	export RUNGS_DATA PATH=$2/bin:$PATH:/usr/sbin:/sbin
	# What a caller's own set-up may hold must not decide a test.
	unset RUNGS_TEMPLATES RUNGS_MIRROR XDG_CACHE_HOME
	# Nor what make told us, and would tell another.
	unset MAKEFLAGS MAKELEVEL MFLAGS MAKEOVERRIDES
	if grep -qa __asan_init "$2/bin/jailexec"; then
		export RUNGS_SANITIZED=1
	fi
}

# stage_remove DIR: a test that was killed may have left a directory without x.
stage_remove() {
	find "$1" -type d ! -perm -700 -exec chmod u+rwx {} + 2>/dev/null
	rm -rf --one-file-system "$1"
}
