# groups.bash - loaded by the tests that look into control groups
# shellcheck shell=bash

# held V1-CONTROLLER V1-FILE V2-FILE: of the groups that the command is in.
held() {
	local group
	if group=$(control_group "$1") && [ -e "$group/$2" ]; then
		cat "$group/$2"
	else
		group=$(awk '$(NF-2) == "cgroup2" { print $5; exit }' \
			/proc/self/mountinfo)
		cat "$group$(sed -n 's/^0:://p' /proc/self/cgroup)/$3"
	fi
}

# beside SETUP CMD...: in a group of version 2 that has nothing but a group
# with processes, after SETUP in the upper one.  Nothing else may be left.
beside() {
	local own upper status=0
	own=$(control_group memory)
	# Ours has processes; the one above is as systemd has it.
	upper=$(dirname "$own")/tests-of-rungs-$BASHPID
	mkdir "$upper" "$upper/leaf" || return
	bash -c 'cd "$0" && echo +memory +pids +cpu >cgroup.subtree_control && eval "$1" && echo $$ >leaf/cgroup.procs && exec "${@:2}"' \
		"$upper" "$@" || status=$?
	poll removed "$upper/leaf" && poll removed "$upper" || return
	return "$status"
}

removed() {
	[ ! -d "$1" ] || rmdir "$1" 2>/dev/null
}

# apart CMD...: in groups for memory and pids that nobody else uses.  Nothing
# may be left in them.
apart() {
	local memory pids status=0
	if ! grep -q ' - cgroup ' /proc/self/mountinfo; then
		beside true "$@"
		return
	fi
	memory=$(control_group memory)/tests-of-rungs-$BASHPID
	pids=$(control_group pids)/tests-of-rungs-$BASHPID
	mkdir "$memory" "$pids" || return
	bash -c 'echo $$ | tee "$0/tasks" >"$1/tasks" && exec "${@:2}"' \
		"$memory" "$pids" "$@" || status=$?
	poll removed "$memory" && poll removed "$pids" || return
	return "$status"
}

# ours CONTROLLER: the groups of tools in the one that apart made.
ours() {
	local own top
	own=$(control_group "$1")
	top=$(grep -o '.*/tests-of-rungs-[0-9]*' <<<"$own")
	find "$top" -mindepth 1 -type d -name 'rungs-*'
}

# attach FILE: as a loop device, until detach: $loop, $number.
attach() {
	loop=$(losetup -f --show "$1")
	# shellcheck disable=SC2034 # for the test
	number=$(cat "/sys/block/${loop##*/}/dev")
}

# For teardown: the loop devices of the test's own files.
detach() {
	local device
	[ "$(id -u)" -eq 0 ] || return 0
	for device in $(losetup -nO NAME,BACK-FILE 2>/dev/null |
		awk -v dir="$BATS_TEST_TMPDIR/" 'index($2, dir) == 1 { print $1 }'); do
		losetup -d "$device"
	done
}

export -f held control_group ours
