/* SPDX-License-Identifier: ISC */
/* judge.c - see judge.h */
#include "judge.h"

#include <string.h>
#include <sys/syscall.h>

#include "compat.h"
#include "instruction.h"

enum { HALVES = 2 * JUDGE_MARK }; /* a filter sees 32 bits at a time */

/* Room has been looked for. */
static struct sock_filter *
put(struct sock_filter *at, uint16_t code, uint32_t k)
{
	*at = (struct sock_filter){ code, 0, 0, k };
	return at + 1;
}

/* Go on if they are equal, else over that many instructions. */
static struct sock_filter *
put_equal(struct sock_filter *at, uint32_t k, unsigned over)
{
	*at = (struct sock_filter){ IF_EQUAL, 0, (uint8_t)over, k };
	return at + 1;
}

static struct sock_filter *
put_mark(struct sock_filter *at, const uint64_t mark[JUDGE_MARK])
{
	const size_t args = offsetof(struct seccomp_data, args[3]);
	uint32_t half[HALVES];
	unsigned left = 3 + 2 * HALVES;

	memcpy(half, mark, sizeof half);
	at = put(at, LOAD, offsetof(struct seccomp_data, arch));
	at = put_equal(at, RUNGS_AUDIT_ARCH, left);
	at = put(at, LOAD, offsetof(struct seccomp_data, nr));
	at = put_equal(at, SYS_sendmsg, left - 2);
	for (size_t n = 0; n < HALVES; n++) {
		at = put(at, LOAD, (uint32_t)(args + 4 * n));
		at = put_equal(at, half[n], (unsigned)(2 * (HALVES - n) - 1));
	}
	return put(at, RETURN, SECCOMP_RET_ALLOW);
}

/*
 * Where this program allows a call, the next one is asked, right behind it;
 * if it would be logged, X says so in the end.  What kills is said by all of
 * our programs alike, or by the one that is asked first.
 */
static struct sock_filter *
put_program(struct sock_filter *at, const struct seccomp_program *p, bool logs)
{
	for (size_t n = 0; n < p->length; n++) {
		struct sock_filter line = p->code[n];
		uint32_t left = (uint32_t)(p->length - 1 - n);

		if (line.code == RETURN) {
			switch (line.k & SECCOMP_RET_ACTION_FULL) {
			case SECCOMP_RET_ERRNO:
				line.k = SECCOMP_RET_USER_NOTIF;
				break;
			case SECCOMP_RET_ALLOW:
				line.code = JUMP;
				line.k = left + logs;
				break;
			case SECCOMP_RET_LOG:
				line.code = JUMP;
				line.k = left;
			}
		}
		*at++ = line;
	}
	return logs ? put(at, BPF_LDX | BPF_IMM, SECCOMP_RET_LOG) : at;
}

bool
judge_has(const struct seccomp_program *program, uint32_t action)
{
	for (size_t n = 0; n < program->length; n++)
		if (program->code[n].code == RETURN
		    && program->code[n].k != FOREIGN
		    && (program->code[n].k & SECCOMP_RET_ACTION_FULL) == action)
			return true;
	return false;
}

size_t
judge_ask(const struct seccomp_program *program, size_t count,
    const uint64_t mark[JUDGE_MARK], struct sock_filter code[BPF_MAXINSNS])
{
	struct sock_filter *at = code;
	size_t length = 5 + 2 * HALVES + 1 + 2;
	bool logs = false;

	for (size_t n = 0; n < count; n++) {
		length += program[n].length + 1;
		logs = logs || judge_has(&program[n], SECCOMP_RET_LOG);
	}
	if (length > BPF_MAXINSNS || RUNGS_AUDIT_ARCH == 0)
		return 0;
	at = put_mark(at, mark);
	/*
	 * Without X, the kernel sees by itself which calls are allowed, and
	 * asks no filter about them: seccomp_is_const_allow().
	 */
	if (logs)
		at = put(at, BPF_LDX | BPF_IMM, SECCOMP_RET_ALLOW);
	/* Of two that refuse, the errno of the later one counts. */
	for (size_t n = count; n-- > 0;)
		at = put_program(at, &program[n], logs);
	if (!logs)
		return (size_t)(put(at, RETURN, SECCOMP_RET_ALLOW) - code);
	at = put(at, BPF_MISC | BPF_TXA, 0);
	at = put(at, BPF_RET | BPF_A, 0);
	return (size_t)(at - code);
}

/* FNV-1a. */
static uint32_t
mix(uint32_t way, size_t number)
{
	return (way ^ (uint32_t)number) * 16777619;
}

uint32_t
judge_call(const struct seccomp_program *program,
    const struct seccomp_data *call, uint32_t *way)
{
	uint32_t a = 0;

	*way = 2166136261;
	for (size_t n = 0; n < program->length; n++) {
		const struct sock_filter *line = &program->code[n];

		switch (line->code) {
		case LOAD:
			if (line->k > sizeof *call - sizeof a)
				return SECCOMP_RET_KILL_PROCESS;
			memcpy(&a, (const char *)call + line->k, sizeof a);
			break;
		case AND:
			a &= line->k;
			break;
		case JUMP:
			n += line->k;
			break;
		case IF_EQUAL:
			n += a == line->k ? line->jt : line->jf;
			*way = mix(*way, n);
			break;
		case IF_LEAST:
			n += a >= line->k ? line->jt : line->jf;
			*way = mix(*way, n);
			break;
		case RETURN:
			return line->k;
		default:
			return SECCOMP_RET_KILL_PROCESS;
		}
	}
	return SECCOMP_RET_KILL_PROCESS;
}
