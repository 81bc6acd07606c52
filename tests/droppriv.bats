#!/usr/bin/env bats
# droppriv(1): ids, capabilities and what root means, alone and in a jail.

load helper

# What there is to be tried on, for powers.
setup_file() {
	local dir=$BATS_FILE_TMPDIR/powers
	mkdir -m 755 "$dir"
	touch "$dir/own" "$dir/foreign" "$dir/grouped"
	[ "$(id -u)" -ne 0 ] || {
		chown 1234:1234 "$dir/foreign"
		chgrp 5678 "$dir/grouped"
	}
}

setup() {
	caught=$RUNGS_STAGE/tests/whatigot
}

teardown() {
	[ -z "${other:-}" ] || stop "$other"
}

# A process of another user, for powers.
begin_other() {
	setpriv --reuid=1234 --regid=1234 --clear-groups sleep 1000 3>&- &
	other=$!
	poll belongs_to_1234
}

# powers CMD...: what root can do behind CMD, one word for each capability.
powers() {
	"$@" "$RUNGS_STAGE/tests/powers" "$BATS_FILE_TMPDIR/powers" "$other" \
		2>/dev/null | xargs
}

belongs_to_1234() {
	grep -q '^Uid:.1234' "/proc/$other/status" &&
		[ "$(cat "/proc/$other/comm")" = sleep ]
}

names='chown dac_override dac_read_search fowner fsetid kill setgid setuid
setpcap linux_immutable net_bind_service net_broadcast net_admin net_raw
ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct
sys_admin sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease
audit_write audit_control setfcap mac_override mac_admin syslog wake_alarm
block_suspend audit_read perfmon bpf checkpoint_restore'

# sets CMD...: the five sets of capabilities behind CMD, in their order in
# /proc: inheritable, permitted, effective, bounding, ambient.
sets() {
	"$@" sed -n 's/^Cap...:.0*\(.\)/\1/p' /proc/self/status | xargs
}

field() {
	awk -v name="$1:" '$1 == name { print $2 }' /proc/self/status
}

@test "a user, alone: ids, groups, no capabilities, and no way back" {
	requires root
	run -0 droppriv user=nobody nnp -- "$caught"
	assert_line 'uid 65534 65534 65534' 'gid 65534 65534 65534' \
		'groups 65534' 'permitted 0000000000000000' \
		'effective 0000000000000000' 'inheritable 0000000000000000' \
		'ambient 0000000000000000' 'no_new_privs 1' 'keepcaps 0' \
		'securebits 0'
	run -0 droppriv user=77 -- "$caught"
	assert_line 'uid 77 77 77' 'gid 77 77 77' 'groups 77' 'no_new_privs 0'
	run -0 droppriv user=77 group=5 -- "$caught"
	assert_line 'uid 77 77 77' 'gid 5 5 5' 'groups 5'
	run -0 droppriv group=5 -- "$caught"
	assert_line 'uid 0 0 0' 'gid 5 5 5' 'groups 5'
	# A later word of a name wins, and a later "none" over all.
	run -0 droppriv user=1 user=77 group=4 group=5 -- "$caught"
	assert_line 'uid 77 77 77' 'gid 5 5 5'
	run -0 droppriv user=77 nnp caps=none none -- "$caught"
	assert_line 'uid 0 0 0' 'no_new_privs 0'
	never grep -Fxq 'bounding 0000000000000000' <<<"$output"
}

@test "groups: the user's own, none, a list, by name and by number" {
	requires root
	local group
	with() { droppriv "$@" -- "$caught"; }
	group=$(awk -F: '$1 == "audio" { print $3 }' /etc/group)
	run -0 with user=77 groups=clear
	assert_line 'groups 77'
	run -0 with user=77 group=6 groups=5,4294967294,5
	assert_line 'groups 5 6 4294967294'
	run -0 with user=77 groups=audio,9
	assert_match "groups ([0-9]+ )*$group( [0-9]+)*"
	assert_match 'groups ([0-9]+ )*9( [0-9]+)*'
	assert_match 'groups ([0-9]+ )*77( [0-9]+)*'
	run -0 setpriv --reuid=7 --regid=7 --clear-groups -- env droppriv nnp -- \
		"$caught"
	assert_line 'uid 7 7 7'
	run -0 enterns user=0:100000:65536 -- setpriv --reuid=7 --keep-groups \
		--inh-caps=+setgid --ambient-caps=+setgid droppriv group=6 -- \
		"$caught"
	assert_line 'uid 7 7 7' 'gid 6 6 6' 'groups 6'
	# Of who we are.
	run -0 setpriv --reuid=0 --regid=3 --groups=1,2 droppriv groups=4 -- \
		"$caught"
	assert_line 'uid 0 0 0' 'gid 3 3 3' 'groups 3 4'
	refused with groups=init
	assert_output 'droppriv: groups=init: there is no name of a user
droppriv: user=NAME says whose groups: no number is looked up'
	refused with user=77 groups=init
	refused with user=no-such-user
	assert_line 'droppriv: user=no-such-user: /etc/passwd has no such user'
	refused with group=no-such-group
	assert_line 'droppriv: group=no-such-group: /etc/group has no such group'
	refused with groups=5,no-such-group
	assert_line 'droppriv: groups=no-such-group: /etc/group has no such group'
}

# What a jail's own files say, which is not what the host's do.
@test "names in a jail are the jail's, with -u and with words" {
	requires leaving-groups
	local root=$BATS_TEST_TMPDIR/root as words
	mkdir -m 755 "$root"
	cp -a "$(root_dir)/." "$root"
	echo 'web:x:1000:2000::/srv/web:/bin/sh' >>"$root/etc/passwd"
	printf 'web:x:2000:\nvideos:x:27:db,web\nlogs:x:33:web\n' \
		>>"$root/etc/group"
	jailed() {
		printf 'jail 1\nmkroot dir=%s ro\n%s\nend\n' "$root" "$words" |
			$as jailexec "$@" -- /test/whatigot
	}
	own() { sed -n '/^[ug]id\|^groups\|^perm\|^env.*HOME\|^env.*USER/p' <<<"$output"; }
	for as in "${callers[@]}"; do
		words='#' run -0 jailed -u web
		local want
		want=$(own)
		assert_line 'uid 1000 1000 1000' 'gid 2000 2000 2000' \
			'environment HOME=/srv/web' 'environment USER=web' \
			'permitted 0000000000000000'
		words='droppriv user=web' run -0 jailed
		same "$want" "$(own)"
		# -u takes the place of all that words said of it.
		words='droppriv user=5 group=6 groups=7' run -0 jailed -u web
		same "$want" "$(own)"
		words='droppriv user=nobodyknows' run -125 jailed
		assert_line 'jailexec: user=nobodyknows: /etc/passwd of the jail has no such user'
	done
	[ "$(id -u)" -eq 0 ] || return 0
	as=as_caller
	words='droppriv user=web' run -0 jailed
	assert_line 'groups 27 33 2000'
	words='droppriv user=web group=9' run -0 jailed
	assert_line 'gid 9 9 9' 'groups 9'
	words='droppriv user=web group=9 groups=init' run -0 jailed
	assert_line 'gid 9 9 9' 'groups 9 27 33'
	words='droppriv user=web groups=clear' run -0 jailed
	assert_line 'gid 2000 2000 2000' 'groups 2000'
	words='droppriv groups=videos,8' run -0 jailed
	assert_line 'uid 0 0 0' 'groups 0 8 27'
}

@test "what an ordinary caller's jail cannot give up is an error if asked for" {
	requires root user-namespaces
	a_root scratch >"$BATS_TEST_TMPDIR/jail"
	with_groups() {
		droppriv groups=clear <"$BATS_TEST_TMPDIR/jail" |
			enterns user=self |
			setpriv --reuid=1234 --regid=1234 "$1" \
				"$(command -v jailexec)" -- echo "$ran"
	}
	refused with_groups --groups=1234,5
	assert_match 'jailexec: groups=clear: set the groups to .*not permitted'
	run -0 with_groups --clear-groups
	assert_output "$ran"
}

@test "every capability, kept alone and dropped alone: in /proc and by doing" {
	requires root
	local name n=0 have rest one all prm
	begin_other
	have=$(powers env)
	[ "$(wc -w <<<"$have")" -ge 20 ]
	same '' "$(powers droppriv caps=none --)"
	for name in $have; do
		same "$name" "$(powers droppriv "caps=$name" --)"
		rest=" $have "
		same "$(xargs <<<"${rest/ $name / }")" \
			"$(powers droppriv "caps=-$name" --)"
	done
	all=$((16#$(field CapBnd))) prm=$((16#$(field CapPrm)))
	same "0 0 0 0 0" "$(sets droppriv caps=none --)"
	for name in $names; do
		one=$(printf %x $((1 << n & all & prm)))
		same "0 $one $one $one 0" "$(sets droppriv "caps=cap_$name" --)"
		one=$(printf %x $((all & prm & ~(1 << n))))
		same "0 $one $one $one 0" "$(sets droppriv "caps=all,-$name" --)"
		n=$((n + 1))
	done
}

# What neither a container nor a kernel without modules can show.
# bats test_tags=vm
@test "sys_module, sys_rawio and sys_resource, kept alone and dropped alone, by doing" {
	requires root sys-resource
	local name
	begin_other
	for name in sys_module sys_rawio sys_resource; do
		[[ " $(powers env) " == *" $name "* ]] || skip "requires a kernel that shows $name"
		same "$name" "$(powers droppriv "caps=$name" --)"
		never grep -qw "$name" <<<"$(powers droppriv "caps=-$name" --)"
	done
}

@test "ambient: what a command that is not root has, and inherits" {
	requires root
	same '2000 2000 2000 2000 2000' \
		"$(sets droppriv user=77 caps=net_raw ambient=net_raw --)"
	same '400 400 400 2400 400' \
		"$(sets droppriv user=77 caps=net_raw,net_bind_service ambient=net_bind_service --)"
	# Through another program, and by doing.
	begin_other
	same '2000 2000 2000 2000 2000' \
		"$(sets droppriv user=77 caps=net_raw ambient=net_raw nnp -- env)"
	same net_raw "$(powers droppriv user=77 caps=-chown ambient=net_raw --)"
	same '' "$(powers droppriv user=77 --)"
	# All that are kept, and those that somebody else made so.
	same 'a000 a000 a000 a000 a000' \
		"$(sets droppriv user=77 caps=ipc_owner,net_raw ambient=all --)"
	other_made() {
		setpriv --inh-caps=+chown,+kill --ambient-caps=+chown,+kill "$@"
	}
	run -0 other_made droppriv caps=all -- "$caught"
	assert_line 'ambient 0000000000000000' 'inheritable 0000000000000000'
	run -0 other_made droppriv user=77 -- "$caught"
	assert_line 'ambient 0000000000000000' 'permitted 0000000000000000'
	run -0 other_made droppriv caps=all ambient=kill -- "$caught"
	assert_line 'ambient 0000000000000020' 'inheritable 0000000000000020'
	refused droppriv caps=chown ambient=chown,net_raw -- echo "$ran"
	assert_output 'droppriv: ambient=net_raw: it is not kept
droppriv: caps=default,net_raw keeps it, too'
	never_had() { droppriv caps=-chown -- droppriv ambient=chown -- echo "$ran"; }
	refused never_had
	assert_line 'droppriv: ambient=chown: Operation not permitted'
}

@test "securebits: exactly these" {
	requires root
	with() { droppriv "securebits=$1" "${@:2}" -- "$caught"; }
	run -0 with noroot
	assert_line 'securebits 1' 'permitted 0000000000000000' 'uid 0 0 0'
	run -0 with noroot,noroot_locked,no_setuid_fixup_locked user=77
	assert_line 'securebits 11' 'uid 77 77 77'
	run -0 with no_cap_ambient_raise user=77 caps=chown ambient=chown
	assert_line 'securebits 64' 'ambient 0000000000000001'
	run -0 with keep_caps_locked
	assert_line 'securebits 32'
	# Without fix-ups a change of user keeps everything; not with us.
	run -0 with no_setuid_fixup user=77
	assert_line 'securebits 4' 'permitted 0000000000000000'
	within() { droppriv securebits=no_setuid_fixup -- droppriv "$@" -- "$caught"; }
	run -0 within user=77
	assert_line 'securebits 4' 'permitted 0000000000000000'
	run -0 setpriv --securebits=+no_setuid_fixup --inh-caps=+chown \
		--ambient-caps=+chown droppriv user=77 -- "$caught"
	assert_line 'permitted 0000000000000000' 'ambient 0000000000000000'
	run -0 within securebits=none
	assert_line 'securebits 0'
	locked() { droppriv securebits=noroot_locked -- droppriv securebits=none -- echo "$ran"; }
	refused locked
	assert_line 'droppriv: set the securebits: Operation not permitted'
}

@test "a session keyring of its own, that nobody else has" {
	local own first second
	key() { "$@" | sed -n 's/^keyring //p'; }
	look() {
		own=$(key "$as" "$caught")
		same "$own" "$(key "$as" droppriv nnp -- "$caught")"
		first=$(key "$as" droppriv keyring -- "$caught")
		second=$(key "$as" droppriv keyring -- "$caught")
		((first > 0 && first != own && second != own && second != first))
		same "$own" "$(key "$as" droppriv keyring none -- "$caught")"
	}
	for_each_caller look
	jailed() { a_root scratch | droppriv "$1" | jailexec -- /test/whatigot; }
	never [ "$(key jailed nnp)" = "$own" ]
}

@test "an ordinary user can have no_new_privs, and gets an error for the rest" {
	local words
	run -0 as_user droppriv nnp -- "$caught"
	assert_line 'no_new_privs 1'
	run -0 as_user droppriv none -- "$caught"
	assert_line 'no_new_privs 0'
	for words in caps=none caps=-chown user=0 user=77 group=77 groups=5 \
		ambient=chown securebits=noroot; do
		refused as_user droppriv "$words" -- echo "$ran"
		((${#lines[@]} == 2))
	done
	assert_line 'droppriv: set the securebits: Operation not permitted'
}

@test "in a user namespace of their own, everybody can drop capabilities" {
	requires user-namespaces
	look() {
		same '0 21 21 21 0' "$(sets "$as" enterns user -- droppriv caps=chown,kill --)"
		same '0 0 0 0 0' "$(sets "$as" enterns user -- droppriv caps=none nnp --)"
		run -0 "$as" enterns user -- droppriv caps=chown ambient=chown \
			securebits=noroot,noroot_locked -- "$caught"
		assert_line 'permitted 0000000000000001' 'securebits 3'
	}
	for_each_caller look
}

@test "a default jail has its capabilities, and others by a word that says so" {
	requires leaving-groups
	look() {
		jailed() { a_root scratch | droppriv "$@" | $as jailexec -- /test/whatigot; }
		caps() { sed -n 's/^\(inh\|per\|eff\|bou\|amb\).* 0*\(.\)/\2/p' <<<"$output" | xargs; }
		run -0 jailed securebits=none
		same '0 800425fb 800425fb 800425fb 0' "$(caps)"
		assert_line 'no_new_privs 1' 'uid 0 0 0'
		run -0 jailed caps=chown,kill
		same '0 21 21 21 0' "$(caps)"
		run -0 jailed caps=none
		same '0 0 0 0 0' "$(caps)"
		run -0 jailed caps=default,sys_nice
		same '0 808425fb 808425fb 808425fb 0' "$(caps)"
		run -0 jailed caps=-chown caps=-kill
		same '0 800425da 800425da 800425da 0' "$(caps)"
		run -0 jailed user=77 ambient=net_raw
		same '2000 2000 2000 800425fb 2000' "$(caps)"
		run -0 jailed caps=all,-chown
		assert_match 'permitted 000001[0-9a-f]*fe'
		assert_line 'no_new_privs 1'
		run -0 jailed none
		assert_match 'permitted 000001[0-9a-f]*ff'
		# A filter sets it, too.
		assert_line 'no_new_privs 1' 'uid 0 0 0'
		unfiltered() { a_root scratch | denycall none | droppriv "$@" | $as jailexec -- /test/whatigot; }
		run -0 unfiltered none
		assert_line 'no_new_privs 0'
		run -0 unfiltered none nnp
		assert_line 'no_new_privs 1'
		run -0 unfiltered none caps=default user=5
		assert_line 'no_new_privs 0' 'uid 5 5 5' \
			'bounding 00000000800425fb' 'permitted 0000000000000000'
		refused jailed caps=none ambient=net_raw
	}
	for_each_caller look
	[ "$(id -u)" -eq 0 ] || return 0
	# Not even the last steps are taken with more than it has.
	closed() { a_root scratch | droppriv "$@" | jailexec -C /root -- true; }
	run -0 closed ambient=net_raw
	run -125 closed ambient=net_raw user=77
	assert_output 'jailexec: /root: change to it: Permission denied'
}

@test "by doing, a layer alone is the same layer in a jail" {
	requires root user-namespaces
	local words dir=$BATS_TEST_TMPDIR/powers want
	# Both in a user namespace: over the host nobody there has power.
	alone() { enterns user=0:100000:65536 net uts ipc mount -- droppriv "$words" -- "$@"; }
	jailed() {
		{
			enterns -n user=0:100000:65536 net uts ipc mount |
				droppriv "$words"
		} | jailexec -x -- "$@"
	}
	mkdir -m 755 "$dir"
	touch "$dir/own" "$dir/foreign" "$dir/grouped"
	chown 101234:101234 "$dir/foreign"
	chown 100000:105678 "$dir/grouped"
	chown 100000:100000 "$dir" "$dir/own"
	tried() { "$1" "$RUNGS_STAGE/tests/powers" "$dir" 1 2>/dev/null | xargs; }
	words=none
	want=$(tried alone)
	[[ " $want " == *' chown '*' net_admin '*' sys_chroot '* ]]
	never grep -Eq 'sys_time|mknod|syslog' <<<"$want"
	for words in caps=none caps=default caps=chown,net_raw caps=-sys_chroot; do
		same "$(tried alone)" "$(tried jailed)" "$words"
	done
	words=caps=chown,net_raw
	same 'chown net_raw' "$(tried alone)"
}

@test "by doing, a default jail has its twelve and no more" {
	requires root
	local twelve='chown dac_override fowner fsetid kill setgid setuid setpcap net_bind_service net_raw sys_chroot setfcap'
	tried() {
		a_root scratch | addmount tmpfs=/d | droppriv "$1" | jailexec -- sh -c '
			cd /d && touch own foreign grouped && chown 1234 foreign &&
			chgrp 5678 grouped && exec /test/powers /d 1' 2>/dev/null | xargs
	}
	same "$twelve" "$(tried keyring)"
	same "$twelve" "$(tried caps=default)"
	same 'chown kill' "$(tried caps=chown,kill)"
	same "${twelve/net_bind_service/net_bind_service net_admin}" \
		"$(tried caps=default,net_admin)"
}

@test "what the kernel did not do is seen, and nothing runs" {
	requires root
	lied() {
		run "$RUNGS_STAGE/tests/lie" "$1" droppriv "${@:2}" -- echo "$ran"
		same 125 "$status" "$1"
		never grep -Fq "$ran" <<<"$output"
		assert_match 'droppriv: .*(not what was asked for|bounding set).*'
	}
	lied capset=0 caps=chown
	lied prctl:bound=0 caps=chown
	lied prctl:nnp=0 nnp
	lied prctl:securebits=0 securebits=noroot
	lied setgroups=0 user=77
	lied setgroups=0 groups=5,6
	lied setresuid=0 user=77
	lied setresgid=0 user=77
	lied setresgid=0 group=77
	lied prctl:ambient=0 caps=chown ambient=chown
}

@test "words that are none" {
	local word
	for word in user user= user=-1 user=4294967295 user=4294967296 user=0x0 \
		'user= 0' user=1abc 'user=a b' user=1:2 group= group=-1 groups \
		groups= 'groups=,' 'groups=1,' 'groups=,1' groups=-1 groups=1,,2 \
		caps caps= 'caps=chown,' 'caps=,chown' caps=bogus caps=CHOWN caps=+chown \
		caps=-chown,kill caps=cap_ caps=cap_all ambient= ambient=bogus \
		securebits securebits= 'securebits=noroot,' securebits=keep_caps \
		securebits=none,noroot nnp=1 nnp= NNP dumpable=no dumpable bogus \
		"groups=$(seq -s, 1 256)"; do
		refused droppriv -n "$word"
		refused droppriv "$word" -- echo "$ran"
	done
	run -0 droppriv -n "groups=$(seq -s, 1 255)"
	refused droppriv nnp dumpable=no -- echo "$ran"
	assert_output 'droppriv: dumpable=no: execve(2) makes it dumpable again
droppriv: setlimit core=0 has it leave no core, and a program file that its user cannot read is not looked into'
}

@test "who is not to be looked into is a program file that its user cannot read" {
	requires root
	local open=$BATS_TEST_TMPDIR/open closed=$BATS_TEST_TMPDIR/closed
	chmod 755 "$BATS_TEST_TMPDIR"
	cp "$(command -v sleep)" "$open"
	install -m 711 "$open" "$closed"
	looked() {
		# shellcheck disable=SC2016 # for the shell in there
		as_user sh -c 'droppriv nnp -- "$0" 60 & p=$!
			until [ "$(readlink "/proc/$p/exe")" = "$0" ] || [ "$(cat "/proc/$p/comm")" = closed ]; do :; done
			head -c 1 "/proc/$p/environ" | wc -c; kill "$p"' "$1" 2>/dev/null
	}
	same 1 "$(looked "$open")"
	same 0 "$(looked "$closed")"
}

@test "nothing but a user goes with a jail that is entered" {
	local word
	for word in caps=none caps=-chown keyring nnp ambient=chown securebits=noroot; do
		joined() { enterns -n "of=$$" | droppriv "$word" | jailexec -x -- echo "$ran"; }
		refused joined
		assert_line "jailexec: of=$$: nothing but KIND=host and a user goes with it"
	done
}
