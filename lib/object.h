/* SPDX-License-Identifier: ISC */
/*
 * object.h - what an ELF file says that it needs to run
 *
 * elf(5), ld.so(8), System V ABI chapter 5.  The file is read, never run:
 * ldd(1) would start the program that it is asked about.
 */
#ifndef OBJECT_H
#define OBJECT_H

#include <stdbool.h>
#include <stddef.h>

struct fail;

enum { OBJECT_NEEDED = 512 }; /* more libraries than this are an error */

struct object {
	unsigned class;      /* ELFCLASS32 or ELFCLASS64 */
	unsigned machine;    /* EM_* */
	bool is_relocatable; /* a .o: nothing that could be run or loaded */
	bool no_defaults;    /* DF_1_NODEFLIB: not in the usual places */
	char *interpreter;   /* the dynamic loader, or NULL */
	const char *rpath;   /* where to look for libraries, or NULL: */
	const char *runpath; /* its own and others', and only its own */
	const char **needed; /* the libraries' names */
	size_t needed_count;
	char *strings; /* the last four point into it */
};

/*
 * Read the open file fd.  1: it is an ELF file of this machine's byte order
 * and *o is what it says; 0: it is something else; -1: it says it is one
 * and is not.  object_free is due after 1 only.
 */
int object_read(int fd, struct object *o, struct fail *f);
void object_free(struct object *o);

#endif
