/* SPDX-License-Identifier: ISC */
/* doorstep.c - see doorstep.h */
#include "doorstep.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "compat.h"
#include "descriptor.h"
#include "fail.h"
#include "scope.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x10 /* Linux 6.3 */
#endif

extern const char code[] __asm__("rungs_doorstep");
extern const char code_end[] __asm__("rungs_doorstep_end");

/*
 * Its first word is one byte, the number of the channel, and its second the
 * path; the rest, and the environment, is the command's.
 *
 *	if (fcntl(channel, F_SETFD, FD_CLOEXEC) == 0) {
 *		error = execve(path, argv + 2, envp);
 *		write(channel, &error, 4);
 *	}
 *	exit_group(125);
 */
#if defined __x86_64__
#define MACHINE EM_X86_64
__asm__(".pushsection .rodata\n"
	"rungs_doorstep:\n"
	"	mov 8(%rsp), %rbx\n"
	"	movzbl (%rbx), %ebx\n"
	"	mov %ebx, %edi\n"
	"	mov $2, %esi\n"
	"	mov $1, %edx\n"
	"	mov $72, %eax\n"
	"	syscall\n"
	"	test %eax, %eax\n"
	"	jnz 1f\n"
	"	mov 16(%rsp), %rdi\n"
	"	lea 24(%rsp), %rsi\n"
	"	mov (%rsp), %rdx\n"
	"	lea 16(%rsp,%rdx,8), %rdx\n"
	"	mov $59, %eax\n"
	"	syscall\n"
	"	push %rax\n"
	"	mov %ebx, %edi\n"
	"	mov %rsp, %rsi\n"
	"	mov $4, %edx\n"
	"	mov $1, %eax\n"
	"	syscall\n"
	"1:	mov $125, %edi\n"
	"	mov $231, %eax\n"
	"	syscall\n"
	"rungs_doorstep_end:\n"
	".popsection\n");
#elif defined __aarch64__
#define MACHINE EM_AARCH64
__asm__(".pushsection .rodata\n"
	".balign 4\n"
	"rungs_doorstep:\n"
	"	ldr x19, [sp, #8]\n"
	"	ldrb w19, [x19]\n"
	"	mov x0, x19\n"
	"	mov x1, #2\n"
	"	mov x2, #1\n"
	"	mov x8, #25\n"
	"	svc #0\n"
	"	cbnz x0, 1f\n"
	"	ldr x0, [sp, #16]\n"
	"	add x1, sp, #24\n"
	"	ldr x2, [sp]\n"
	"	add x2, sp, x2, lsl #3\n"
	"	add x2, x2, #16\n"
	"	mov x8, #221\n"
	"	svc #0\n"
	"	str x0, [sp, #-16]!\n"
	"	mov x0, x19\n"
	"	mov x1, sp\n"
	"	mov x2, #4\n"
	"	mov x8, #64\n"
	"	svc #0\n"
	"1:	mov x0, #125\n"
	"	mov x8, #94\n"
	"	svc #0\n"
	"rungs_doorstep_end:\n"
	".popsection\n");
#else
#define MACHINE EM_NONE
__asm__(".pushsection .rodata\n"
	"rungs_doorstep:\n"
	"rungs_doorstep_end:\n"
	".popsection\n");
#endif

bool
doorstep_owner(uint32_t *owner)
{
	struct stat st;

	if (stat("/proc/self/exe", &st) < 0)
		return true;
	*owner = st.st_uid;
	/* With an access control list, the group's bits are its mask. */
	return (st.st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

/* A program without libraries, data or a section; its stack runs no code. */
static int
write_image(int fd)
{
	enum { BASE = 0x400000 };
	size_t size = (uintptr_t)code_end - (uintptr_t)code;
	struct {
		Elf64_Ehdr head;
		Elf64_Phdr part[2];
	} image = {
		.head = { .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3,
			      ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		    .e_type = ET_EXEC,
		    .e_machine = MACHINE,
		    .e_version = EV_CURRENT,
		    .e_entry = BASE + sizeof image,
		    .e_phoff = sizeof image.head,
		    .e_ehsize = sizeof image.head,
		    .e_phentsize = sizeof image.part[0],
		    .e_phnum = 2 },
		.part = { { .p_type = PT_LOAD,
			      .p_flags = PF_R | PF_X,
			      .p_vaddr = BASE,
			      .p_paddr = BASE,
			      .p_filesz = sizeof image + size,
			      .p_memsz = sizeof image + size,
			      .p_align = 0x1000 },
		    { .p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W } },
	};
	char bytes[sizeof image + 256];

	if (size > 256)
		abort();
	memcpy(bytes, &image, sizeof image);
	memcpy(bytes + sizeof image, code, size);
	return write(fd, bytes, sizeof image + size)
	               == (ssize_t)(sizeof image + size)
	           ? 0
	           : -1;
}

int
doorstep_make(struct fail *f)
{
	int fd = memfd_create("doorstep", MFD_CLOEXEC | MFD_EXEC);

	if (MACHINE == EM_NONE) {
		scope_close(&fd);
		fail(f, 0, "keep this program's file from the jail");
		return fail_hint(f,
		    "on this machine, its owner must be nobody in the jail");
	}
	if (fd < 0 && errno == EINVAL)
		fd = memfd_create("doorstep", MFD_CLOEXEC);
	if (fd >= 0 && write_image(fd) == 0)
		return fd;
	fail(f, errno, "keep this program's file from the jail, by a memfd");
	if (errno == EACCES)
		fail_hint(f, "sysctl vm.memfd_noexec must not be 2, or its "
			     "owner must be nobody in the jail");
	scope_close(&fd);
	return -1;
}

const char **
doorstep_words(char *command[])
{
	size_t count = 0;
	const char **words;

	while (command[count] != NULL)
		count++;
	if ((words = calloc(count + 3, sizeof *words)) != NULL)
		memcpy(words + 2, command, count * sizeof *command);
	return words;
}

int
doorstep_prepare(int channel, const char *path, const char *words[],
    struct fail *f)
{
	static char number[2];
	int low = fcntl(channel, F_DUPFD, STDERR_FILENO + 1);

	/* It is the lowest that is free, and few are taken. */
	_Static_assert(STDERR_FILENO + 1 + DESCRIPTORS_ROOM <= UCHAR_MAX,
	    "the number has to fit in a byte");
	if (low < 0)
		return fail(f, errno, "find a number for the channel");
	number[0] = (char)low;
	words[0] = number;
	words[1] = path;
	return 0;
}

int
doorstep_enter(int doorstep, const char *words[])
{
	extern char **environ;

	syscall(SYS_execveat, doorstep, "", words, environ, AT_EMPTY_PATH);
	return errno;
}
