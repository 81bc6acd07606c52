/* SPDX-License-Identifier: ISC */
/* capability.c - see capability.h */
#include "capability.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fail.h"
#include "scope.h"

enum { CAPABILITIES = 64 }; /* as many as a set has room for */

#define BIT(cap) (UINT64_C(1) << (cap))

const uint64_t capability_default =
    BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_FOWNER) | BIT(CAP_FSETID)
    | BIT(CAP_KILL) | BIT(CAP_SETGID) | BIT(CAP_SETUID) | BIT(CAP_SETPCAP)
    | BIT(CAP_NET_BIND_SERVICE) | BIT(CAP_NET_RAW) | BIT(CAP_SYS_CHROOT)
    | BIT(CAP_SETFCAP);

/* By their numbers, which are for ever. */
static const char *const names[] = {
	"chown",
	"dac_override",
	"dac_read_search",
	"fowner",
	"fsetid",
	"kill",
	"setgid",
	"setuid",
	"setpcap",
	"linux_immutable",
	"net_bind_service",
	"net_broadcast",
	"net_admin",
	"net_raw",
	"ipc_lock",
	"ipc_owner",
	"sys_module",
	"sys_rawio",
	"sys_chroot",
	"sys_ptrace",
	"sys_pacct",
	"sys_admin",
	"sys_boot",
	"sys_nice",
	"sys_resource",
	"sys_time",
	"sys_tty_config",
	"mknod",
	"lease",
	"audit_write",
	"audit_control",
	"setfcap",
	"mac_override",
	"mac_admin",
	"syslog",
	"wake_alarm",
	"block_suspend",
	"audit_read",
	"perfmon",
	"bpf",
	"checkpoint_restore",
};

/* Whether it is "all" but for some, and so only as much as there is. */
static bool
is_most(uint64_t set)
{
	return (set & BIT(CAPABILITIES - 1)) != 0;
}

void
capabilities_init(struct capabilities *c, bool contained)
{
	*c = (struct capabilities){
		.limited = contained,
		.keep = contained ? capability_default : UINT64_MAX,
		.nnp = contained,
	};
}

static int
parse_name(const char *text, size_t length, uint64_t *set)
{
	const struct {
		const char *name;
		uint64_t set;
	} sets[] = { { "default", capability_default }, { "all", UINT64_MAX },
		{ "none", 0 } };

	for (size_t n = 0; n < COUNT(sets); n++)
		if (strlen(sets[n].name) == length
		    && memcmp(sets[n].name, text, length) == 0) {
			*set = sets[n].set;
			return 0;
		}
	if (length > 4 && memcmp(text, "cap_", 4) == 0) {
		text += 4;
		length -= 4;
	}
	for (size_t n = 0; n < COUNT(names); n++)
		if (strlen(names[n]) == length
		    && memcmp(names[n], text, length) == 0) {
			*set = BIT(n);
			return 0;
		}
	return -1;
}

/* A list, onto what *set is, or onto nothing if it does not begin with "-". */
static int
parse_list(const char *word, const char *text, uint64_t *set, struct fail *f)
{
	uint64_t bits;
	size_t length;

	bool less = text[0] == '-';

	if (!less)
		*set = 0;
	for (;; text += length + 1) {
		bool minus = text[0] == '-';

		if (less && !minus) {
			fail(f, 0, "%.200s: what is to be added to?", word);
			return fail_hint(f,
			    "a list begins with a name, default "
			    "say, or takes away only");
		}
		text += minus;
		length = strcspn(text, ",");
		if (parse_name(text, length, &bits) < 0) {
			fail(f, 0, "%.200s: %.*s: no such capability", word,
			    length < 40 ? (int)length : 40, text);
			return fail_hint(f,
			    "capabilities(7) has the names, here in small "
			    "letters; all, none and default are some, too");
		}
		*set = minus ? *set & ~bits : *set | bits;
		if (text[length] == '\0')
			return 0;
	}
}

static int
add_caps(struct capabilities *c, const char *word, const char *text,
    struct fail *f)
{
	if (parse_list(word, text, &c->keep, f) < 0)
		return -1;
	c->limited = true;
	c->has_keep = c->has_keep || text[0] != '-';
	return 1;
}

int
capabilities_add(void *layer, const char *word, struct fail *f)
{
	static const char caps[] = "caps=", ambient[] = "ambient=";
	struct capabilities *c = layer, new = *c;

	if (strcmp(word, "none") == 0) {
		capabilities_init(c, false);
		return 1;
	}
	if (strncmp(word, "dumpable", strlen("dumpable")) == 0) {
		fail(f, 0, "%.200s: execve(2) makes it dumpable again", word);
		return fail_hint(f,
		    "setlimit core=0 has it leave no core, and a program file "
		    "that its user cannot read is not looked into");
	}
	if (strcmp(word, "nnp") == 0) {
		new.nnp = true;
	} else if (strncmp(word, caps, strlen(caps)) == 0) {
		if (add_caps(&new, word, word + strlen(caps), f) < 0)
			return -1;
	} else if (strncmp(word, ambient, strlen(ambient)) == 0) {
		new.has_ambient = true;
		if (parse_list(word, word + strlen(ambient), &new.ambient, f)
		    < 0)
			return -1;
	} else {
		return 0;
	}
	*c = new;
	return 1;
}

/* Those of a set; inverse: those that it has not, with a "-". */
static void
print_names(uint64_t set, bool inverse, const char *comma, FILE *out)
{
	for (size_t n = 0; n < COUNT(names); n++) {
		if (((set & BIT(n)) != 0) == inverse)
			continue;
		fprintf(out, "%s%s%s", comma, inverse ? "-" : "", names[n]);
		comma = ",";
	}
}

/* Beyond the names that we know, a set has all or nothing. */
static void
print_set(const char *word, uint64_t set, FILE *out)
{
	bool most = is_most(set);

	fprintf(out, " %s", word);
	if (most || set == 0)
		fputs(most ? "all" : "none", out);
	if (set != 0)
		print_names(set, most, most ? "," : "", out);
}

void
capabilities_print(const void *layer, FILE *out)
{
	const struct capabilities *c = layer;

	if (c->has_keep) {
		print_set("caps=", c->keep, out);
	} else if (c->keep == 0 || (c->limited && c->keep == UINT64_MAX)) {
		fprintf(out, " caps=-%s", c->keep == 0 ? "all" : "none");
	} else if (c->limited) {
		fputs(" caps=", out);
		print_names(c->keep, true, "", out);
	}
	if (c->has_ambient)
		print_set("ambient=", c->ambient, out);
	if (c->nnp)
		fputs(" nnp", out);
}

int
capabilities_settle(const struct capabilities *c, struct fail *f)
{
	uint64_t missing = c->ambient & ~c->keep;

	if (missing == 0 || is_most(c->ambient))
		return 0;
	for (size_t n = 0; n < COUNT(names); n++)
		if (missing & BIT(n)) {
			fail(f, 0, "ambient=%s: it is not kept", names[n]);
			return fail_hint(f, "caps=default,%s keeps it, too",
			    names[n]);
		}
	return 0;
}

bool
capability_has(int capability)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct set[2];

	return syscall(SYS_capget, &header, set) == 0
	       && (set[capability / 32].effective >> capability % 32 & 1) != 0;
}

int
capability_bound(uint64_t keep, struct fail *f)
{
	int got, error;

	for (int cap = 0; cap < CAPABILITIES; cap++) {
		if (keep & BIT(cap))
			continue;
		error = prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0 ? errno : 0;
		got = prctl(PR_CAPBSET_READ, cap, 0, 0, 0);
		if (got == 0)
			continue;
		/* The first that this kernel does not know. */
		if (got < 0 && errno == EINVAL && cap > CAP_AUDIT_READ)
			break;
		fail(f, error, "drop capability %s from the bounding set",
		    cap < (int)COUNT(names) ? names[cap] : "of a new kernel");
		if (error == EPERM)
			fail_hint(f, "root may, and root of a user namespace: "
				     "see user in enterns(1)");
		return -1;
	}
	return 0;
}

static struct __user_cap_header_struct header = {
	.version = _LINUX_CAPABILITY_VERSION_3,
};

struct sets {
	uint64_t permitted, effective, inheritable;
};

static int
get_sets(struct sets *s, struct fail *f)
{
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data) < 0)
		return fail(f, errno, "read the capabilities");
	s->permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
	s->effective = data[0].effective | (uint64_t)data[1].effective << 32;
	s->inheritable =
	    data[0].inheritable | (uint64_t)data[1].inheritable << 32;
	return 0;
}

static int
set_sets(const struct sets *s, struct fail *f)
{
	struct __user_cap_data_struct data[2];

	for (int half = 0; half < 2; half++) {
		data[half].permitted = (uint32_t)(s->permitted >> 32 * half);
		data[half].effective = (uint32_t)(s->effective >> 32 * half);
		data[half].inheritable =
		    (uint32_t)(s->inheritable >> 32 * half);
	}
	if (syscall(SYS_capset, &header, data) < 0)
		return fail(f, errno, "change the capabilities");
	return 0;
}

int
capability_hold(struct fail *f)
{
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return fail(f, errno, "keep capabilities");
	return 0;
}

int
capability_regain(struct fail *f)
{
	struct sets s;

	if (get_sets(&s, f) < 0)
		return -1;
	s.effective = s.permitted;
	return set_sets(&s, f);
}

int
capability_raise(uint64_t ambient, struct fail *f)
{
	struct sets s;

	if (get_sets(&s, f) < 0)
		return -1;
	if (is_most(ambient))
		ambient &= s.permitted;
	s.inheritable = s.permitted & ambient;
	if (set_sets(&s, f) < 0)
		return -1;
	for (int cap = 0; cap < (int)COUNT(names); cap++) {
		if (!(ambient & BIT(cap))
		    || prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0)
			   == 0)
			continue;
		fail(f, errno, "ambient=%s", names[cap]);
		if (errno == EPERM)
			fail_hint(f, "nobody can give what they have not got");
		return -1;
	}
	return 0;
}

static int
check_ambient(uint64_t want, struct fail *f)
{
	for (size_t cap = 0; cap < COUNT(names); cap++) {
		int got =
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, cap, 0, 0);

		/* An older kernel has not all that we have a name for. */
		if (got < 0 && errno == EINVAL && !(want & BIT(cap)))
			continue;
		if (got < 0)
			return fail(f, errno, "read the ambient capabilities");
		if (got != ((want & BIT(cap)) != 0))
			return fail(f, 0,
			    "the ambient capabilities are not what was asked "
			    "for");
	}
	return 0;
}

int
capability_limit(uint64_t keep, uint64_t ambient, struct fail *f)
{
	struct sets s, got;

	if (get_sets(&s, f) < 0)
		return -1;
	s.permitted &= keep;
	s.effective = s.permitted;
	s.inheritable = s.permitted & ambient;
	/* What is not inheritable any more is not ambient, either. */
	if (set_sets(&s, f) < 0
	    || (s.inheritable != 0 && check_ambient(s.inheritable, f) < 0)
	    || get_sets(&got, f) < 0)
		return -1;
	if ((got.permitted & ~keep) != 0 || got.effective != got.permitted
	    || (got.inheritable & ~ambient) != 0)
		return fail(f, 0,
		    "the capabilities are not what was asked for");
	return 0;
}

int
capability_no_new_privileges(struct fail *f)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return fail(f, errno, "set no_new_privs");
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return fail(f, 0, "no_new_privs is not what was asked for");
	return 0;
}
