/* SPDX-License-Identifier: ISC */
/* object.c - see object.h */
#include "object.h"

#include <elf.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define NATIVE_DATA ELFDATA2LSB
#else
#define NATIVE_DATA ELFDATA2MSB
#endif

/* A file may say anything of itself: nothing above these is believed. */
enum { MAX_SEGMENTS = 1024, MAX_DYNAMIC = 8192, MAX_STRINGS = 4 << 20 };

/* The part of both classes' headers that counts, as wide as the wider. */
struct image {
	int fd;
	bool is64;
	uint64_t headers;   /* where the program headers are, */
	size_t size, count; /* how large each is, and how many there are */
};

static int
read_at(int fd, void *buffer, size_t size, uint64_t offset)
{
	if (offset > INT64_MAX - size)
		return -1;
	return pread(fd, buffer, size, (off_t)offset) == (ssize_t)size ? 0 : -1;
}

static int
read_segment(const struct image *i, size_t n, Elf64_Phdr *h)
{
	uint64_t offset = i->headers + n * i->size;
	Elf32_Phdr narrow;

	if (i->is64)
		return read_at(i->fd, h, sizeof *h, offset);
	if (read_at(i->fd, &narrow, sizeof narrow, offset) < 0)
		return -1;
	*h = (Elf64_Phdr){
		.p_type = narrow.p_type,
		.p_offset = narrow.p_offset,
		.p_vaddr = narrow.p_vaddr,
		.p_filesz = narrow.p_filesz,
	};
	return 0;
}

/* The n-th entry of the dynamic section that h describes. */
static int
read_dynamic(const struct image *i, const Elf64_Phdr *h, size_t n, Elf64_Dyn *d)
{
	Elf32_Dyn narrow;

	if (i->is64)
		return read_at(i->fd, d, sizeof *d,
		    h->p_offset + n * sizeof *d);
	if (read_at(i->fd, &narrow, sizeof narrow,
		h->p_offset + n * sizeof narrow)
	    < 0)
		return -1;
	d->d_tag = narrow.d_tag;
	d->d_un.d_val = narrow.d_un.d_val;
	return 0;
}

/* Tables are named by where they will be in memory. */
static int
find_in_file(const struct image *i, uint64_t address, uint64_t *offset)
{
	Elf64_Phdr h;

	for (size_t n = 0; n < i->count; n++) {
		if (read_segment(i, n, &h) < 0)
			return -1;
		if (h.p_type == PT_LOAD && address >= h.p_vaddr
		    && address - h.p_vaddr < h.p_filesz) {
			*offset = h.p_offset + (address - h.p_vaddr);
			return 0;
		}
	}
	return -1;
}

/* A text of size bytes at offset, with a NUL behind it; NULL: none. */
static char *
read_text(int fd, uint64_t offset, uint64_t size)
{
	char *text;

	if (size > MAX_STRINGS || (text = calloc(1, size + 1)) == NULL)
		return NULL;
	if (read_at(fd, text, size, offset) == 0)
		return text;
	free(text);
	return NULL;
}

/* What a dynamic section says, as offsets into its table of strings. */
struct dynamic {
	uint64_t strings, size, rpath, runpath, flags;
	uint64_t needed[OBJECT_NEEDED];
	size_t count;
};

static int
collect(const struct image *i, const Elf64_Phdr *h, struct dynamic *all)
{
	Elf64_Dyn d;

	for (size_t n = 0; n < MAX_DYNAMIC; n++) {
		if (read_dynamic(i, h, n, &d) < 0)
			return -1;
		switch (d.d_tag) {
		case DT_NULL:
			return 0;
		case DT_NEEDED:
			if (all->count == OBJECT_NEEDED)
				return -1;
			all->needed[all->count++] = d.d_un.d_val;
			break;
		case DT_STRTAB:
			all->strings = d.d_un.d_val;
			break;
		case DT_STRSZ:
			all->size = d.d_un.d_val;
			break;
		case DT_RPATH:
			all->rpath = d.d_un.d_val;
			break;
		case DT_RUNPATH:
			all->runpath = d.d_un.d_val;
			break;
		case DT_FLAGS_1:
			all->flags = d.d_un.d_val;
			break;
		default:
			break;
		}
	}
	return -1;
}

static int
take_dynamic(const struct image *i, const Elf64_Phdr *h, struct object *o)
{
	struct dynamic d = { .rpath = UINT64_MAX, .runpath = UINT64_MAX };
	uint64_t offset;

	if (collect(i, h, &d) < 0)
		return -1;
	o->no_defaults = (d.flags & DF_1_NODEFLIB) != 0;
	if (d.count == 0 && d.rpath == UINT64_MAX && d.runpath == UINT64_MAX)
		return 0;
	if (find_in_file(i, d.strings, &offset) < 0
	    || (o->strings = read_text(i->fd, offset, d.size)) == NULL
	    || (o->needed = calloc(d.count + 1, sizeof *o->needed)) == NULL)
		return -1;
	if ((d.rpath != UINT64_MAX && d.rpath >= d.size)
	    || (d.runpath != UINT64_MAX && d.runpath >= d.size))
		return -1;
	/* One that has both goes by the newer. */
	if (d.runpath != UINT64_MAX)
		o->runpath = o->strings + d.runpath;
	else if (d.rpath != UINT64_MAX)
		o->rpath = o->strings + d.rpath;
	for (; o->needed_count < d.count; o->needed_count++) {
		uint64_t at = d.needed[o->needed_count];

		if (at >= d.size || o->strings[at] == '\0')
			return -1;
		o->needed[o->needed_count] = o->strings + at;
	}
	return 0;
}

static int
take_segments(const struct image *i, struct object *o)
{
	Elf64_Phdr h;

	for (size_t n = 0; n < i->count; n++) {
		if (read_segment(i, n, &h) < 0)
			return -1;
		if (h.p_type == PT_INTERP && o->interpreter == NULL) {
			if (h.p_filesz == 0 || h.p_filesz > PATH_MAX)
				return -1;
			o->interpreter =
			    read_text(i->fd, h.p_offset, h.p_filesz);
			if (o->interpreter == NULL || *o->interpreter != '/')
				return -1;
		}
		if (h.p_type == PT_DYNAMIC && o->needed == NULL
		    && take_dynamic(i, &h, o) < 0)
			return -1;
	}
	return 0;
}

/* 1: it is an ELF file for us; 0: it is not; -1: it is cut short. */
static int
read_header(int fd, struct image *i, struct object *o)
{
	union {
		unsigned char ident[EI_NIDENT];
		Elf32_Ehdr h32;
		Elf64_Ehdr h64;
	} h;

	if (read_at(fd, h.ident, sizeof h.ident, 0) < 0
	    || memcmp(h.ident, ELFMAG, SELFMAG) != 0
	    || h.ident[EI_DATA] != NATIVE_DATA)
		return 0;
	i->fd = fd;
	i->is64 = h.ident[EI_CLASS] == ELFCLASS64;
	if (read_at(fd, &h, i->is64 ? sizeof h.h64 : sizeof h.h32, 0) < 0)
		return -1;
	/* Both begin alike. */
	o->class = h.ident[EI_CLASS];
	o->machine = h.h32.e_machine;
	o->is_relocatable = h.h32.e_type != ET_EXEC && h.h32.e_type != ET_DYN;
	i->headers = i->is64 ? h.h64.e_phoff : h.h32.e_phoff;
	i->size = i->is64 ? h.h64.e_phentsize : h.h32.e_phentsize;
	i->count = i->is64 ? h.h64.e_phnum : h.h32.e_phnum;
	if (i->count > MAX_SEGMENTS
	    || (i->count > 0
		&& i->size
		       < (i->is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr))))
		return -1;
	return 1;
}

int
object_read(int fd, struct object *o, struct fail *f)
{
	struct image i;
	int got;

	*o = (struct object){ 0 };
	got = read_header(fd, &i, o);
	if (got == 1 && take_segments(&i, o) < 0)
		got = -1;
	if (got >= 0)
		return got;
	object_free(o);
	return fail(f, 0, "an ELF file that is cut short or makes no sense");
}

void
object_free(struct object *o)
{
	free(o->interpreter);
	free(o->needed);
	free(o->strings);
	*o = (struct object){ 0 };
}
