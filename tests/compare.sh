#!/usr/bin/env bash
# compare.sh BUILD - what a program can do in the default jail, and in others
#
# Runs one probe (tests/programs/probe) in each of them, as root and as an
# ordinary user, and prints a table of it, the same as rows for rungs(7), and
# who was measured.  Nothing is installed for it: what is missing or does not
# run here is left out, with the reason.
#
# compare.sh BUILD COLUMN root|user - only that, in the words of the probe
#
# COLUMN is bare (no jail at all), rungs, bwrap, unshare, nspawn or crun.
set -eu -o pipefail

usage='usage: compare.sh BUILD [COLUMN root|user]'
[ $# -eq 1 ] || [ $# -eq 3 ] || {
	echo "$usage" >&2
	exit 2
}
build=$(cd "$1" && pwd)

# A place that everybody can reach, with a name that nothing else has.
umask 022
work=$(mktemp -d "${TMPDIR:-/tmp}/rungs-compare.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
chmod 755 "$work"
cp "$build/bin/jailexec" "$build/tests/probe" "$build/tests/witness" "$work/"
export ROOT=$work/root
mkdir -p "$ROOT"/{bin,dev,etc,proc,root,run,sys,tmp,usr}
cp "$work/probe" "$ROOT/bin/probe"
printf '%s\n' "secret-of-${work##*.}" >"$work/secret"
printf '%s\n' 'jail 1' "mkroot dir=$ROOT scratch" end >"$work/jail"

# In mounts of its own, with an empty /run: what it leaves there is gone.
# Where no systemd runs, nspawn starts with these two options only.
nspawn='mount -t tmpfs none /run
exec systemd-nspawn -q --register=no --keep-unit -D "$ROOT" /bin/probe "$@"'

# Likewise.  Some versions do not start where control groups of both versions
# have controllers.  Its command is in a file, and the probe's words, too.
crun='mount -t tmpfs none /run
! mountpoint -q /sys/fs/cgroup/unified || umount /sys/fs/cgroup/unified
mkdir /run/bundle && cd /run/bundle && crun spec || exit
words="\"/bin/probe\""
for word; do words="$words, \"$word\""; done
sed -i -e "s|\"path\": \"rootfs\"|\"path\": \"$ROOT\"|" \
	-e "s|\"sh\"|$words|" config.json
exec crun run "rungs-compare-$$"'

# words_of COLUMN: set words, to which the witness adds some for the probe,
# and program, which has to be there.
words_of() {
	program=$1
	case $1 in
	bare) words=("$work/probe") program=env ;;
	rungs) words=("$work/jailexec" -f "$work/jail" -- /bin/probe) program=env ;;
	bwrap) words=(bwrap --unshare-all --ro-bind "$ROOT" / --proc /proc
		--dev /dev --tmpfs /tmp -- /bin/probe) ;;
	unshare) words=(unshare -Umuipnr -f --mount-proc --root="$ROOT" /bin/probe) ;;
	nspawn) words=(unshare --mount sh -c "$nspawn" sh) program=systemd-nspawn ;;
	crun) words=(unshare --mount sh -c "$crun" sh) ;;
	*)
		echo "$usage" >&2
		exit 2
		;;
	esac
}

# measure COLUMN CALLER: what the probe says, and the witness.
measure() {
	local words program as=()
	words_of "$1"
	case $2-$(id -u) in
	user-0) as=(setpriv --reuid=1234 --regid=1234 --clear-groups --) ;;
	root-0 | user-*) ;;
	*)
		echo "needs root"
		return 1
		;;
	esac
	command -v "$program" >/dev/null || {
		echo "$program is not installed"
		return 1
	}
	"${as[@]}" timeout 600 "$work/witness" "$work/secret" "${words[@]}" \
		</dev/null
}

if [ $# -eq 3 ]; then
	measure "$2" "$3"
	exit
fi

# The columns in their order; of a jail of root's only, nothing is said of
# users.
columns=()
for column in bare-root bare-user rungs-root rungs-user bwrap-root bwrap-user \
	unshare-root unshare-user nspawn-root crun-root; do
	out=$work/$column.out
	if measure "${column%-*}" "${column#*-}" >"$out" 2>&1; then
		columns+=("$column")
	else
		printf 'left out: %s as %s: %s\n' "${column%-*}" "${column#*-}" \
			"$(tail -n 1 "$out")"
	fi
done
((${#columns[@]} > 0))

# table text|mdoc: "yes" for what was allowed, "-" for what was not, blank
# where there was nothing to try it on.  A row that is nowhere "yes" says
# only that this kernel has no such thing.
table() {
	cd "$work" && awk -v style="$1" '
	BEGIN { FS = ": " }
	FNR == 1 {
		column = FILENAME
		sub(/\.out$/, "", column)
		split(column, part, "-")
		columns[++width] = column
		name[column] = part[2] == "user" && part[1] == last ? "user" : part[1]
		last = part[1]
	}
	NF == 2 && $2 ~ /^(allowed|absent|denied .*|[0-9]+)$/ {
		if (!($1 in seen))
			rows[++height] = $1
		seen[$1]
		cell = $2
		sub(/^allowed$/, "yes", cell)
		sub(/^denied.*/, "-", cell)
		sub(/^absent$/, "", cell)
		value[$1, column] = cell
		if (cell != "-" && cell != "")
			somewhere[$1]
	}
	# The default jail is the same for all callers, or has to say so.
	function both(row,    root, user) {
		root = value[row, "rungs-root"]
		user = value[row, "rungs-user"]
		return root == user || root == "" ? user : user == "" ? root : root "/" user
	}
	# Whether a column has its own place on the page.
	function is_of_page(column) {
		if (column == "rungs-user")
			return name["rungs-root"] == ""
		return column !~ /^bare/
	}
	function line(row, heading,    n, out) {
		out = style == "mdoc" ? ".It " row : sprintf("%-30s", row)
		for (n = 1; n <= width; n++) {
			column = columns[n]
			cell = heading ? name[column] : value[row, column]
			if (style != "mdoc") {
				out = out sprintf(" %-7s", cell)
				continue
			}
			if (!is_of_page(column))
				continue
			if (!heading && column ~ /^rungs/)
				cell = both(row)
			out = out " Ta " (heading ? "Sy " : "") (cell == "" ? "\\&" : cell)
		}
		sub(/ +$/, "", out)
		print out
	}
	END {
		line(style == "mdoc" ? "\\&" : "", 1)
		for (n = 1; n <= height; n++)
			if (rows[n] in somewhere)
				line(rows[n], 0)
			else
				nowhere = nowhere (nowhere == "" ? "" : ", ") rows[n]
		if (style != "mdoc" && nowhere != "")
			print "nowhere here: " nowhere
	}' "${columns[@]/%/.out}"
}

# versions: of all that was measured.
versions() {
	local column
	for column in "${columns[@]}"; do
		case $column in
		bwrap-root) bwrap --version ;;
		unshare-root) unshare --version ;;
		nspawn-root) systemd-nspawn --version | head -n 1 ;;
		crun-root) crun --version | head -n 1 ;;
		esac
	done
	uname -sr
}

table text
echo
table mdoc
echo
versions
