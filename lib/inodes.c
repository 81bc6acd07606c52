/* SPDX-License-Identifier: ISC */
/* inodes.c - see inodes.h */
#include "inodes.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct inode {
	dev_t dev;
	ino_t ino;
	char *path; /* NULL: the place is free */
};

/* Its place, or the free one where it belongs; at least one is free. */
static struct inode *
find(const struct inodes *i, dev_t dev, ino_t ino)
{
	size_t n = (size_t)(ino * 0x9e3779b97f4a7c15u >> 20) % i->room;

	while (i->table[n].path != NULL
	       && (i->table[n].dev != dev || i->table[n].ino != ino))
		n = (n + 1) % i->room;
	return &i->table[n];
}

static int
grow(struct inodes *i)
{
	struct inodes more = { .room = i->room > 0 ? 2 * i->room : 256,
		.count = i->count };

	if ((more.table = calloc(more.room, sizeof *more.table)) == NULL)
		return -1;
	for (size_t n = 0; n < i->room; n++)
		if (i->table[n].path != NULL)
			*find(&more, i->table[n].dev, i->table[n].ino) =
			    i->table[n];
	free(i->table);
	*i = more;
	return 0;
}

int
inodes_note(struct inodes *i, const struct stat *st, const char *path,
    const char **first)
{
	struct inode *place;

	if (2 * i->count >= i->room && grow(i) < 0)
		return -1;
	place = find(i, st->st_dev, st->st_ino);
	if (place->path != NULL) {
		*first = place->path;
		return 1;
	}
	if ((place->path = strdup(path)) == NULL)
		return -1;
	place->dev = st->st_dev;
	place->ino = st->st_ino;
	i->count++;
	return 0;
}

void
inodes_free(struct inodes *i)
{
	for (size_t n = 0; n < i->room; n++)
		free(i->table[n].path);
	free(i->table);
	*i = (struct inodes){ 0 };
}
